import type { OnProgress, Progress } from '../operations/operation.js';
import { isEmbedded } from '../wiring/config.js';
import type { Dealtrail, OpenOptions } from '../wiring/open-dealtrail.js';
import { openDealtrail } from '../wiring/open-dealtrail.js';
import type { CommonOptions } from './environment.js';
import { configOf } from './environment.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { remark } from './output.js';
import { progressView } from './progress.js';
import type { Remote } from './remote.js';
import { whereToWork } from './where.js';

/** How a piece of work is done in this process, and how inside the server that owns the directory. */
export interface Work<A extends object> {
  readonly doing: string;
  readonly open?: Omit<OpenOptions, 'mode'>;
  here(dealtrail: Dealtrail, onProgress: OnProgress, signal: AbortSignal): Promise<A>;
  there(remote: Remote): Promise<{ readonly path: string; readonly init: Omit<RequestInit, 'method'> }>;
}

const LINES = 'application/x-ndjson';
type Line<A> = { readonly progress: Progress } | { readonly answer: A } | { readonly problem: { readonly detail: string } };

/** The server's answer line by line, its progress shown as if it were ours. */
async function follow<A>(response: Response, onProgress: OnProgress): Promise<A> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true }); // bytes, as fetch has them
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      const line = JSON.parse(rest.slice(0, end)) as Line<A>; // of our own server
      rest = rest.slice(end + 1);
      if ('progress' in line) onProgress(line.progress);
      else if ('answer' in line) return line.answer;
      else throw new CommandFailed(EXIT.failed, line.problem.detail);
    }
  }
  throw new CommandFailed(
    EXIT.failed,
    'the server ended before the work was done; run it again: what is there already is not written twice',
  );
}

/** Long work, here or inside the server; Ctrl-C ends it after what is in hand, and running it again goes on. */
export async function carryOut<A extends object>(options: CommonOptions, work: Work<A>): Promise<A> {
  const config = configOf(options);
  const where = await whereToWork(config, options, work.doing);
  const view = await progressView();
  const stop = new AbortController();
  const onSignal = (): void =>
    stop.abort(new CommandFailed(EXIT.failed, 'stopped; what was written is there, and running it again goes on'));
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    if (where.kind === 'server') {
      const { path, init } = await work.there(where.remote);
      const response = await where.remote.stream(path, { ...init, headers: { ...init.headers, accept: LINES }, signal: stop.signal });
      return await follow<A>(response, view.show);
    }
    const dealtrail = await openDealtrail(config, { mode: 'owner', keeps: 'what is free', ...work.open });
    // What is written is projected meanwhile.
    if (work.open?.threads !== undefined && isEmbedded(config)) dealtrail.projector?.start();
    try {
      return await work.here(dealtrail, view.show, stop.signal);
    } finally {
      await dealtrail.close();
    }
  } finally {
    view.done();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    if (where.kind === 'here') where.own?.release();
  }
}

export function jsonBody(body: object): Omit<RequestInit, 'method'> {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function remarks(lines: readonly string[]): void {
  for (const line of lines) remark(`dealtrail: ${line}`);
}
