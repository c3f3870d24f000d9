import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { EventCount, EventStore } from '../event-store/event-store.port.js';
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

/**
 * How much lies behind each of the positions. From the last position backwards, each adding what lies between it and the one before: no event is counted twice, and
 * none is handed out for it. Reading a log that is elsewhere costs more than projecting it.
 */
async function behind(eventStore: EventStore, positions: readonly Position[]): Promise<ReadonlyMap<Position, Behind>> {
  const found = new Map<Position, Behind>();
  let last: { readonly position: Position; readonly count: EventCount } | undefined;
  for (const after of [...new Set(positions)].sort().reverse()) {
    const through = last === undefined ? {} : { through: last.position };
    const until = await eventStore.count({ after, ...through, atMost: COUNTED_AT_MOST });
    const events = Math.min(COUNTED_AT_MOST, until.events + (last?.count.events ?? 0));
    const exact = until.exact && (last?.count.exact ?? true) && until.events + (last?.count.events ?? 0) <= COUNTED_AT_MOST;
    const first = events === 0 ? undefined : (await eventStore.readAll({ after, limit: 1 })).events[0];
    found.set(after, { events, exact, since: first?.recordedAt ?? null });
    last = { position: after, count: { events, exact } };
  }
  return found;
}

export async function measureLag(eventStore: EventStore, members: readonly Behindhand[], now: EpochMs): Promise<ModelLag[]> {
  const placeOf = ({ checkpoint }: Behindhand): Position => checkpoint?.position ?? LOG_START;
  const measured = await behind(eventStore, members.map(placeOf));
  const lags: ModelLag[] = [];
  for (const member of members) {
    const position = placeOf(member);
    const { events, exact, since } = measured.get(position)!; // each was measured
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
