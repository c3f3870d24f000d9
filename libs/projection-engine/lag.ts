import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Member, MemberState } from './member.js';

export interface ModelLag {
  readonly model: string;
  readonly version: number;
  readonly partition: number;
  readonly state: MemberState;
  readonly position: Position;
  /** Events of the log that it has not taken yet; where `exact` is false at least so many. */
  readonly events: number;
  readonly exact: boolean;
  /** How long ago the first of them was recorded; 0 at the end of the log. */
  readonly seconds: number;
  /** Behind, and not moved for so many seconds; 0 at the end of the log. An alarm of its own: a slow projector moves. */
  readonly stuckSeconds: number;
  readonly parkedStreams: number;
  readonly error: string | null;
}

const COUNTED_PER_READ = 2_000;
const COUNTED_AT_MOST = 20_000;

/** A partition of a model, as far as its lag needs it. */
export interface Behindhand extends Pick<Member, 'model' | 'partition' | 'checkpoint' | 'state' | 'movedAt' | 'error'> {
  readonly parked: { readonly size: number };
}

interface Behind {
  readonly events: number;
  readonly exact: boolean;
  readonly since: EpochMs | null;
}

async function behind(eventStore: EventStore, position: Position): Promise<Behind> {
  let after = position;
  let events = 0;
  let since: EpochMs | null = null;
  while (events < COUNTED_AT_MOST) {
    const page = await eventStore.readAll({ after, limit: COUNTED_PER_READ });
    since ??= page.events[0]?.recordedAt ?? null;
    events += page.events.length;
    after = page.through;
    if (page.end) return { events, exact: true, since };
  }
  return { events, exact: false, since };
}

export async function measureLag(eventStore: EventStore, members: readonly Behindhand[], now: EpochMs): Promise<ModelLag[]> {
  const measured = new Map<Position, Behind>();
  const lags: ModelLag[] = [];
  for (const member of members) {
    const position = member.checkpoint?.position ?? LOG_START;
    const { events, exact, since } = measured.get(position) ?? (await behind(eventStore, position));
    measured.set(position, { events, exact, since });
    const seconds = since === null ? 0 : Math.max(0, now - since) / 1000;
    // Nothing can be stuck for longer than there has been something to take.
    const stuckSeconds = events === 0 ? 0 : Math.min(seconds, Math.max(0, now - member.movedAt) / 1000);
    const { name, version } = member.model;
    const { partition, state, parked, error } = member;
    lags.push({
      model: name,
      version,
      partition,
      state,
      position,
      events,
      exact,
      seconds,
      stuckSeconds,
      parkedStreams: parked.size,
      error,
    });
  }
  return lags;
}
