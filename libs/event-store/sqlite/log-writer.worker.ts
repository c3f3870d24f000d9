import { parentPort, workerData } from 'node:worker_threads';
import { ownPrefix } from '../stream-prefix.js';
import { Appending } from './appending.js';
import { tellCommits } from './commit-channel.js';
import type { Commit } from './group-commit.js';
import { openLogFile } from './log-file.js';
import type { AnswersMessage, FromWriter, ToWriter, WriterWork } from './writer-messages.js';
import { addAnswer, addFailure, callsOf, noAnswers } from './writer-messages.js';

/** Writes a log by a connection of its own: calls come in by message, and are answered when their commit is on the disk. */
const { file, streamPrefix, busyMs } = workerData as WriterWork; // what `ThreadWriter` hands in
const port = parentPort;
if (port === null) throw new TypeError('a log is written by a thread that was begun for it');

// Every call brings its time.
const log = openLogFile({ file, streamPrefix, clock: Date, ...(busyMs === undefined ? {} : { busyMs }) });
const appending = new Appending(log, ownPrefix(streamPrefix));
const followers = tellCommits(file);

let answers = noAnswers();
let commits: Commit[] = [];
log.measure((commit) => commits.push(commit));

/** All calls of one commit are answered by one message: they are settled one behind the other, before this comes to its turn. */
function answer(add: (message: AnswersMessage) => void): void {
  add(answers);
  if (answers.ids.length > 1) return;
  queueMicrotask(() => {
    port?.postMessage({ answers, commits } satisfies FromWriter);
    followers.tell(); // behind those who wait for an answer
    [answers, commits] = [noAnswers(), []];
  });
}

port.on('message', (message: ToWriter) => {
  if (message === 'close') {
    log.close();
    // Behind the answers to what that has written.
    setImmediate(() => {
      followers.close();
      port.close();
    });
    return;
  }
  for (const { id, requests } of callsOf(message)) {
    log
      .perform((transaction) => appending.all(transaction, requests))
      .then((results) => answer((to) => addAnswer(to, id, results)))
      .catch((error: unknown) => {
        appending.lookAgain();
        answer((to) => addFailure(to, id, error));
      });
  }
});
