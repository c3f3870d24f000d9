import { parentPort, workerData } from 'node:worker_threads';
import { ownPrefix } from '../stream-prefix.js';
import { Appending } from './appending.js';
import type { Commit } from './log-file.js';
import { openLogFile } from './log-file.js';
import type { ErrorMessage, FromWriter, ResultMessage, ToWriter, WriterWork } from './writer-messages.js';
import { errorMessage, requestsOf } from './writer-messages.js';

/** Writes a log by a connection of its own: calls come in by message, and are answered when their commit is on the disk. */
const { file, streamPrefix, busyMs } = workerData as WriterWork; // what `ThreadWriter` hands in
const port = parentPort;
if (port === null) throw new TypeError('a log is written by a thread that was begun for it');

// Every call brings its time.
const log = openLogFile({ file, streamPrefix, clock: Date, ...(busyMs === undefined ? {} : { busyMs }) });
const appending = new Appending(log, ownPrefix(streamPrefix));

let answers: FromWriter['answers'][number][] = [];
let commits: Commit[] = [];
log.measure((commit) => commits.push(commit));

/** All calls of one commit are answered by one message: they are settled one behind the other, before this comes to its turn. */
function answer(id: number, outcome: readonly ResultMessage[] | { readonly error: ErrorMessage }): void {
  answers.push({ id, outcome });
  if (answers.length > 1) return;
  queueMicrotask(() => {
    port?.postMessage({ answers, commits } satisfies FromWriter);
    [answers, commits] = [[], []];
  });
}

port.on('message', (message: ToWriter) => {
  if (message === 'close') {
    log.close();
    // Behind the answers to what that has written.
    setImmediate(() => port.close());
    return;
  }
  for (const call of message.calls) {
    log
      .perform((transaction) => appending.all(transaction, requestsOf(call)))
      .then((results) =>
        answer(
          call.id,
          results.map((result) => (result.status === 'fulfilled' ? result.value : { error: errorMessage(result.reason) })),
        ),
      )
      .catch((error: unknown) => {
        appending.lookAgain();
        answer(call.id, { error: errorMessage(error) });
      });
  }
});
