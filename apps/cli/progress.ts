import type { OnProgress, Progress } from '../operations/operation.js';
import { countText } from './render/text.js';

export interface ProgressView {
  readonly show: OnProgress;
  done(): void;
}

/** Undefined: how much there is in all is not known. */
function shareOf(progress: Progress): number | undefined {
  switch (progress.work) {
    case 'import':
      return progress.totalBytes === undefined || progress.totalBytes === 0 ? undefined : progress.bytes / progress.totalBytes;
    case 'demo':
      return progress.of === 0 ? 1 : progress.deals / progress.of;
    case 'projections':
      return undefined;
    case 'backup':
      return progress.step === 'copying' ? progress.pages / Math.max(1, progress.of) : undefined;
  }
}

function words(progress: Progress): string {
  switch (progress.work) {
    case 'import':
      return `${progress.phase} ${progress.file}: ${countText(progress.rows)} rows, ${countText(progress.events)} events`;
    case 'demo':
      return `demo company: ${countText(progress.deals)} of ${countText(progress.of)} deals, ${countText(progress.events)} events`;
    case 'projections':
      return `read models: ${countText(progress.behind)} events to go`;
    case 'backup':
      return progress.step === 'copying' ? `copying ${progress.file}` : `reading back: ${countText(progress.events)} events`;
  }
}

const LINE_EVERY_MS = 2_000;

/** Plain lines where nobody watches: a log file, a pipe. */
function lines(): ProgressView {
  let told = -Infinity;
  return {
    show(progress) {
      const now = performance.now();
      if (now - told < LINE_EVERY_MS) return;
      told = now;
      const share = shareOf(progress);
      process.stderr.write(`${share === undefined ? '' : `${Math.floor(share * 100)} % `}${words(progress)}\n`);
    },
    done: () => undefined,
  };
}

async function bar(): Promise<ProgressView> {
  const { default: progress } = await import('cli-progress');
  const drawn = new progress.SingleBar(
    { format: '{bar} {percentage} % {words}', stream: process.stderr, hideCursor: true, clearOnComplete: true, barsize: 24, etaBuffer: 50 },
    progress.Presets.shades_classic,
  );
  drawn.start(1_000, 0, { words: '' });
  return {
    show: (one) => drawn.update(Math.round((shareOf(one) ?? 1) * 1_000), { words: words(one).slice(0, 60) }),
    done: () => drawn.stop(),
  };
}

/** A bar on a terminal, plain lines elsewhere; on stderr, so that what a command finds can be piped. */
export function progressView(): Promise<ProgressView> {
  return process.stderr.isTTY ? bar() : Promise.resolve(lines());
}
