import { resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';

// Threads of one process hear of each commit to a log from the thread that made it: the thread that serves has nothing to pass on.

function channelOf(file: string): BroadcastChannel {
  return new BroadcastChannel(`commits of ${resolve(file)}`);
}

export interface CommitTeller {
  /** Something was committed. What it was is in the log. */
  tell(): void;
  close(): void;
}

export function tellCommits(file: string): CommitTeller {
  const channel = channelOf(file);
  channel.unref();
  return { tell: () => channel.postMessage(null), close: () => channel.close() };
}

/** @returns how to stop */
export function followCommits(file: string, onCommit: () => void): () => void {
  const channel = channelOf(file);
  channel.onmessage = onCommit;
  channel.unref();
  return () => channel.close();
}
