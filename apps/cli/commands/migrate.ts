import { ownOrFind } from '../../wiring/data-directory.js';
import { migrate } from '../../wiring/migrate.js';
import { answerText } from '../../questions/question.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print, remark } from '../output.js';
import { countText } from '../render/text.js';

const WAIT_MS = 10_000;

/** Moves the embedded log to the EventStoreDB that EVENTSTORE_URL names. */
export async function migrateLog(options: Pick<CommonOptions, 'dataDir'> & { readonly format: 'table' | 'json' }): Promise<void> {
  const config = configOf(options);
  const { eventStoreUrl, dataDir } = config;
  if (eventStoreUrl === null) throw new CommandFailed(EXIT.usage, 'EVENTSTORE_URL does not say where the log is to go');
  const found = await ownOrFind(dataDir, 'migrate', WAIT_MS);
  if (!('own' in found)) throw new CommandFailed(EXIT.failed, `a server owns ${dataDir} (${found.address}): end it first`);
  const stop = new AbortController();
  const onSignal = (): void =>
    stop.abort(new CommandFailed(EXIT.failed, 'stopped; what was copied is there, and running it again goes on'));
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const onProgress = (copied: number): void => remark(`${countText(copied)} events copied`);
    const answer = await migrate(config, { eventStoreUrl, onProgress, signal: stop.signal });
    if (options.format === 'json') return print(answerText(answer));
    print(
      `${countText(answer.events)} events are in EventStoreDB, each compared with the original; ${countText(answer.copied)} of them were copied now.\n` +
        `${config.mongoUrl === null ? `The keys stay in ${dataDir}.` : `${countText(answer.keys)} keys are on MongoDB.`} The old log is closed.`,
    );
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    found.own.release();
  }
}
