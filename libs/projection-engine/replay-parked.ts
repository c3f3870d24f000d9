import type { StreamName } from '../domain/shared/ids.js';
import { UnknownEventType } from '../event-catalog/errors.js';
import type { ParkedStream, RowChange } from '../read-store/read-store.port.js';
import { isOfTheStore, messageOf } from './faults.js';
import type { LaneOptions } from './lane.js';
import type { Member } from './member.js';
import { handlingOf } from './projection.js';
import { RowBatch } from './row-batch.js';
import { StreamHistories } from './stream-histories.js';

type ReplayOptions = Pick<LaneOptions, 'eventStore' | 'readStore' | 'decode' | 'now'>;

/**
 * Takes what was held back of a stream, up to the member's checkpoint, so that the stream goes on with the others from there. Its rows lie below the checkpoint, which
 * caches have passed: the batch notes the entity, last, so that they load it again.
 * @returns null when the stream is free; the parked stream with its new error where it still fails
 */
export async function replayStream(options: ReplayOptions, member: Member, parked: ParkedStream): Promise<ParkedStream | null> {
  const { checkpoint, model } = member;
  if (checkpoint === null) return parked;
  try {
    const changes = await heldBackChanges(options, member, parked);
    await options.readStore.commit([
      { model, partition: member.partition, changes, checkpoint: { ...checkpoint, epoch: member.epoch }, replayed: [parked.entity] },
    ]);
  } catch (error) {
    if (isOfTheStore(error)) throw error;
    const again: ParkedStream = { ...parked, error: messageOf(error), attempts: parked.attempts + 1 };
    await options.readStore.park(again);
    member.parked.set(parked.stream, again);
    return again;
  }
  await options.readStore.unpark(model, parked.stream);
  member.parked.delete(parked.stream);
  return null;
}

async function heldBackChanges(options: ReplayOptions, member: Member, parked: ParkedStream): Promise<readonly RowChange[]> {
  const { projection, checkpoint } = member;
  const histories = new StreamHistories(options.eventStore, options.decode);
  const stream = parked.stream as StreamName; // parked under its own name
  await histories.load(stream, Number.MAX_SAFE_INTEGER);
  const rows = new RowBatch(projection.onlyLatest === true && options.readStore.commitsWhole);
  let state = projection.initial;
  for (const stored of histories.stored(stream)) {
    if (checkpoint === null || stored.position > checkpoint.position) break;
    const handling = handlingOf(projection, stored);
    if (handling === 'unknown') throw new UnknownEventType(stored.type, '?', `unknown to ${member.model.name}`);
    if (handling === 'ignore') continue;
    const step = projection.apply(state, options.decode(stored), () => histories.upTo(stream, stored.revision));
    state = step.state;
    if (stored.position >= parked.position) rows.add(step.changes);
  }
  return rows.changes();
}
