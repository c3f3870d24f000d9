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

/** What was read of the log from a position on, to its end or as far as it is counted. */
interface Stretch {
  readonly events: readonly { readonly position: Position; readonly recordedAt: EpochMs }[];
  readonly end: boolean;
}

async function read(eventStore: EventStore, from: Position): Promise<Stretch> {
  const events: { readonly position: Position; readonly recordedAt: EpochMs }[] = [];
  for (let after = from; events.length < COUNTED_AT_MOST;) {
    const page = await eventStore.readAll({ after, limit: COUNTED_PER_READ });
    for (const { position, recordedAt } of page.events) events.push({ position, recordedAt });
    after = page.through;
    if (page.end) return { events, end: true };
  }
  return { events, end: false };
}

/** How much lies behind each of the positions. The log is read once for those that stand near each other: reading a log that is elsewhere costs more than projecting it. */
async function behind(eventStore: EventStore, positions: readonly Position[]): Promise<ReadonlyMap<Position, Behind>> {
  const found = new Map<Position, Behind>();
  for (const from of [...new Set(positions)].sort()) {
    if (found.has(from)) continue;
    const { events, end } = await read(eventStore, from);
    for (const position of positions) {
      const first = events.findIndex((event) => event.position > position);
      const ahead = first === -1 ? events.length : first;
      // From far along the stretch what is left of it would say too little.
      if (position < from || (!end && ahead > COUNTED_AT_MOST / 2)) continue;
      found.set(position, { events: events.length - ahead, exact: end, since: events[ahead]?.recordedAt ?? null });
    }
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
