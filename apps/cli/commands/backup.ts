import { answerText } from '../../questions/question.js';
import { backUp } from '../../wiring/backup.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print } from '../output.js';
import { progressView } from '../progress.js';
import { countText } from '../render/text.js';

export interface BackupCommandOptions extends Pick<CommonOptions, 'dataDir'> {
  readonly withModels?: boolean;
  readonly format: 'table' | 'json';
}

/** Beside whoever owns the data directory: nothing is held up. */
export async function backup(folder: string, { withModels = false, ...options }: BackupCommandOptions): Promise<void> {
  const config = configOf(options);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new CommandFailed(EXIT.failed, 'stopped; nothing is left of the unfinished backup'));
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const view = await progressView();
  try {
    const answer = await backUp(config, {
      ...{ folder, withModels, signal: stop.signal },
      onProgress: (progress) => view.show({ work: 'backup', ...progress }),
    });
    view.done();
    if (options.format === 'json') return print(answerText(answer));
    print(
      `${countText(answer.events)} events up to position ${String(Number(answer.position))} of log ${answer.log.slice(0, 8)} are in ${answer.folder}, read back from the copy.\n` +
        (config.mongoUrl === null
          ? 'It holds the personal-data keys: keep it as safe as they are.'
          : 'The personal-data keys are on MongoDB: back up keys and key_store there, after this.'),
    );
  } finally {
    view.done();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
