import type { EpochMs } from '../domain/shared/instant.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { ReadModel, ReadStore } from '../read-store/read-store.port.js';
import { checkHistory } from './history-check.js';
import type { Member, MemberState } from './member.js';
import { partitionOf } from './member.js';
import type { Projection } from './projection.js';

export interface Opening {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly now: () => EpochMs;
}

/** A partition as the store knows it. @throws AnotherHistory */
export async function openMember(
  { eventStore, readStore, now }: Opening,
  place: {
    readonly projection: Projection;
    readonly model: ReadModel;
    readonly partition: number;
    readonly partitions: number;
    readonly epoch: number;
    readonly state: MemberState;
  },
): Promise<Member> {
  const member: Member = { ...place, checkpoint: null, movedAt: now(), parked: new Map(), error: null };
  await refreshMember({ eventStore, readStore, now }, member);
  return member;
}

/** The member as the store knows it now: it may have come back older, or have been written by another thread. @throws AnotherHistory */
export async function refreshMember({ eventStore, readStore, now }: Opening, member: Member): Promise<void> {
  const { model, partition, partitions } = member;
  const checkpoint = await readStore.checkpoint(model, partition);
  if (checkpoint !== null) await checkHistory(eventStore, model.name, checkpoint);
  const parked = await readStore.parked(model);
  member.checkpoint = checkpoint;
  member.movedAt = now();
  member.parked.clear();
  for (const stream of parked) if (partitionOf(stream.stream, partitions) === partition) member.parked.set(stream.stream, stream);
}
