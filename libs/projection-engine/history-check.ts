import { LOG_START } from '../domain/shared/position.js';
import type { Position } from '../domain/shared/position.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Checkpoint, ReadModel, ReadStore } from '../read-store/read-store.port.js';
import { AnotherHistory } from './faults.js';
import { NO_BUILD, builtModel, modelInUse, nextBuild } from './versions.js';

const CURE = 'rebuild the read models (`./dealtrail rebuild`), or start with the read store that belongs to this log';

/** How long a node that follows another may be behind what was projected from that one. */
const FOLLOWING_MS = 5_000;

/**
 * Whether a checkpoint was made from this very log: its id, and the event at the checkpoint's position. @throws AnotherHistory, one line that names the cure:
 * another log, or this log restored to an earlier state than the read models have seen. A log that may be read from a node behind the one that wrote it is given time, in ms.
 */
export async function checkHistory(
  eventStore: EventStore,
  model: string,
  checkpoint: Checkpoint,
  patienceMs = patienceWith(eventStore),
): Promise<void> {
  const { logId } = eventStore.identity;
  if (checkpoint.logId !== logId) {
    throw new AnotherHistory(`read model ${model} was made from log ${checkpoint.logId}, this log is ${logId}: ${CURE}`);
  }
  if (checkpoint.position === LOG_START) return;
  const head = await headBy(eventStore, checkpoint.position, patienceMs);
  if (head.position < checkpoint.position) {
    throw new AnotherHistory(
      `read model ${model} has seen position ${checkpoint.position}, this log ends at ${head.position} (restored from a backup?): ${CURE}`,
    );
  }
  const event = await eventStore.eventAt(checkpoint.position);
  if (checkpoint.eventId !== null && event?.eventId !== checkpoint.eventId) {
    const there = event === undefined ? 'none' : event.eventId;
    throw new AnotherHistory(
      `read model ${model} has seen event ${checkpoint.eventId} at position ${checkpoint.position}, this log has ${there} there: ${CURE}`,
    );
  }
}

function patienceWith(eventStore: EventStore): number {
  return eventStore.readsMayLag === true ? FOLLOWING_MS : 0;
}

/** The head once it has come to a position, or as it is when there is no more time. */
async function headBy(eventStore: EventStore, position: Position, patienceMs: number): Promise<{ readonly position: Position }> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const head = await eventStore.head();
    const left = until - performance.now();
    if (head.position >= position || left <= 0) return head;
    await eventStore.waitForNew(head.position, { timeoutMs: left });
  }
}

/** For a process that answers from read models which others keep: those in use are of this log. @throws AnotherHistory */
export async function checkHistories(eventStore: EventStore, readStore: ReadStore, models: readonly ReadModel[]): Promise<void> {
  for (const model of models) {
    const inUse = await modelInUse(readStore, model);
    if (inUse === null) continue;
    for (let partition = 0; ; partition += 1) {
      const checkpoint = await readStore.checkpoint(inUse, partition);
      if (checkpoint === null) break;
      await checkHistory(eventStore, model.name, checkpoint);
    }
  }
}

/** A model has at most so many (DEALTRAIL_PARTITIONS). */
const MOST_PARTITIONS = 64;

/**
 * The cure: drops every build that was made from another history, so that it is made anew from this log. For a command that was told to, never by itself:
 * rows of a log that somebody put in place by mistake would be gone. Tells the names of the models.
 */
export async function dropOtherHistory(
  eventStore: EventStore,
  readStore: ReadStore,
  models: readonly ReadModel[],
): Promise<readonly string[]> {
  const dropped: string[] = [];
  // One wait for all of them.
  const until = performance.now() + patienceWith(eventStore);
  for (const model of models) {
    const current = (await readStore.currentVersion(model.name)) ?? model.version;
    const builds = [...new Set([model.version, current, nextBuild(current)])].map((version) => builtModel(model, version));
    for (const build of builds) {
      if (await isOfThisHistory(eventStore, readStore, build, until)) continue;
      // First the pointer: readers then have none until the first build from this log is whole.
      if (build.version === current) await readStore.switchVersion(model.name, NO_BUILD);
      await readStore.drop(build);
      dropped.push(model.name);
    }
  }
  return [...new Set(dropped)];
}

async function isOfThisHistory(eventStore: EventStore, readStore: ReadStore, build: ReadModel, until: number): Promise<boolean> {
  for (let partition = 0; partition < MOST_PARTITIONS; partition += 1) {
    const checkpoint = await readStore.checkpoint(build, partition);
    if (checkpoint === null) continue;
    try {
      await checkHistory(eventStore, build.name, checkpoint, Math.max(0, until - performance.now()));
    } catch (error) {
      if (error instanceof AnotherHistory) return false;
      throw error;
    }
  }
  return true;
}
