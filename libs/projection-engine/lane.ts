import { setImmediate as turn } from 'node:timers/promises';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import { categoryOf } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import { UnknownEventType } from '../event-catalog/errors.js';
import type { EventStore, StoredEvent } from '../event-store/event-store.port.js';
import type { Checkpoint, ModelBatch, ParkedStream, ReadStore } from '../read-store/read-store.port.js';
import { backoff, isOfTheStore, messageOf } from './faults.js';
import type { FailurePolicy, Member } from './member.js';
import { partitionOf, reached } from './member.js';
import type { ProjectorNote } from './notes.js';
import { handlingOf } from './projection.js';
import { RowBatch } from './row-batch.js';
import type { Decode } from './stream-histories.js';
import { StreamHistories } from './stream-histories.js';
import type { StreamState } from './stream-states.js';
import { StreamStates } from './stream-states.js';

export interface LaneOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly decode: Decode;
  readonly now: () => EpochMs;
  readonly sleep: (ms: number) => Promise<void>;
  readonly policy: (member: Member) => FailurePolicy;
  /** How often an event is tried before the policy is applied. */
  readonly attempts: number;
  /** Before the second attempt; doubles with each. */
  readonly backoffMs: number;
  readonly cachedStreams: number;
  readonly note: (note: ProjectorNote) => void;
}

export interface Step {
  readonly events: number;
  /** Nothing was left in the log behind the page. */
  readonly end: boolean;
}

/** What one member does with a type of event in a category. */
type Plan = readonly ('handle' | 'ignore' | 'unknown')[];

/** One member's share of a page. */
interface Share {
  readonly member: Member;
  readonly rows: RowBatch;
  /** The last event of the page that the member has taken or passed; undefined before the first. */
  through: StoredEvent | undefined;
  /** It stopped at an event of this page: what comes after is not its. */
  halted: boolean;
}

/** What is told of a page once it is committed. */
interface PageStory {
  readonly began: EpochMs;
  /** Null where there are too many to keep. */
  readonly events: StoredEvent[] | null;
}

/** Events in hand at a time. Few die young, and many would be moved by the garbage collector before they die. */
const EVENTS_PER_READ = 500;

/** Thrown by `history()` where the stream's events have not been read yet: the event is applied again when they have. */
const HISTORY_NEEDED = Symbol('history needed');
/** The state of a stream that could not be folded up to here. */
class Unfolded {
  constructor(readonly error: unknown) {}
}

/**
 * Projections that go through the log together: a page is read and decoded once, and one transaction takes it through all of them, rows and checkpoints.
 * What fails at one event holds back that event's stream in that projection (or stops it), never the others.
 */
export class Lane {
  /** Where the log is read on. */
  cursor: Position;
  /** Nothing was left in the log behind the last page. */
  atEnd = false;
  private readonly states: StreamStates;
  private readonly partitioned: boolean;
  private readonly plans = new Map<string, Map<string, Plan | null>>();

  constructor(
    private readonly options: LaneOptions,
    readonly members: readonly Member[],
  ) {
    this.states = new StreamStates(options.cachedStreams);
    this.partitioned = members.some(({ partitions }) => partitions > 1);
    const checkpoints = members.map((member) => member.checkpoint?.position ?? LOG_START);
    this.cursor = checkpoints.reduce((lowest, position) => (position < lowest ? position : lowest), checkpoints[0] ?? LOG_START);
  }

  /**
   * One page: read and projected in small pieces, so that a large page holds its rows but not its events, and committed whole. Throws only what no event did: a store
   * is unavailable or damaged, a partition is another's. The same page is then taken again.
   */
  async step(limit: number): Promise<Step> {
    const shares = this.newShares();
    const story: PageStory = { began: this.options.now(), events: limit > EVENTS_PER_READ ? null : [] };
    let events = 0;
    let through = this.cursor;
    let end = false;
    try {
      for (;;) {
        const piece = await this.options.eventStore.readAll({ after: through, limit: Math.min(EVENTS_PER_READ, limit - events) });
        if (piece.events.length > 0) await this.project(piece.events, shares, story);
        events += piece.events.length;
        through = piece.through;
        end = piece.end;
        if (end || events >= limit) break;
        await turn();
      }
      await this.take(shares, story, through);
    } catch (error) {
      this.states.clear(); // some members may have taken an event that others have not
      throw error;
    }
    this.cursor = through;
    this.atEnd = end;
    if (end) for (const member of this.running()) member.movedAt = this.options.now();
    return { events, end };
  }

  running(): Member[] {
    return this.members.filter((member) => member.state === 'building' || member.state === 'live');
  }

  /** States of members are kept together; another set of members begins anew. */
  forgetStates(): void {
    this.states.clear();
  }

  private async take(shares: readonly Share[], story: PageStory, through: Position): Promise<void> {
    try {
      await this.commit(shares, story);
    } catch (error) {
      if (isOfTheStore(error)) throw error;
      this.states.clear();
      await this.takeOneByOne(through);
      this.options.note({ kind: 'page-taken-apart', error: messageOf(error) });
    }
  }

  /** A commit was refused: reads the page again and finds the event and the member that it was refused for. */
  private async takeOneByOne(through: Position): Promise<void> {
    for (let after = this.cursor; after < through;) {
      const piece = await this.options.eventStore.readAll({ after, limit: EVENTS_PER_READ });
      for (const event of piece.events) if (event.position <= through) await this.takeOne(event);
      after = piece.through;
    }
  }

  private async takeOne(event: StoredEvent): Promise<void> {
    const shares = this.newShares();
    const story: PageStory = { began: this.options.now(), events: [] };
    await this.project([event], shares, story);
    for (const share of shares) {
      try {
        await this.commit([share], story);
      } catch (refusal) {
        if (isOfTheStore(refusal)) throw refusal;
        await this.commitFailed(share, story, event, refusal);
      }
    }
  }

  private async commitFailed(share: Share, story: PageStory, event: StoredEvent, error: unknown): Promise<void> {
    const { member } = share;
    if (!(await this.holdBack(member, event, error))) return;
    await this.commit([{ ...share, rows: new RowBatch(false) }], story);
  }

  private async commit(shares: readonly Share[], { began, events }: PageStory): Promise<void> {
    const moved = shares.flatMap(({ member, rows, through }) => {
      if (through === undefined || reached(member, through.position)) return [];
      const { position, eventId, recordedAt } = through;
      const checkpoint: Checkpoint = { position, eventId, recordedAt, logId: this.options.eventStore.identity.logId, epoch: member.epoch };
      const before = member.checkpoint?.position;
      const goesOn = before === undefined ? {} : { goesOnFrom: before };
      const batch: ModelBatch = { model: member.model, partition: member.partition, changes: rows.changes(), checkpoint, ...goesOn };
      return [{ member, batch }];
    });
    if (moved.length === 0) return;
    await this.options.readStore.commit(moved.map(({ batch }) => batch));
    for (const { member, batch } of moved) {
      member.checkpoint = batch.checkpoint;
      member.movedAt = this.options.now();
    }
    this.options.note({
      kind: 'committed',
      members: moved.map(({ member }) => member),
      rows: moved.reduce((sum, { batch }) => sum + batch.changes.length, 0),
      events: events ?? [],
      began,
    });
  }

  private newShares(): Share[] {
    return this.members.map((member) => ({
      member,
      rows: new RowBatch(member.projection.onlyLatest === true && this.options.readStore.commitsWhole),
      through: undefined,
      halted: member.state !== 'building' && member.state !== 'live',
    }));
  }

  private async project(events: readonly StoredEvent[], shares: readonly Share[], story: PageStory): Promise<void> {
    const histories = new StreamHistories(this.options.eventStore, this.options.decode);
    for (const stored of events) {
      const plan = this.planFor(stored);
      if (plan === null || !this.isOurs(stored.stream, plan)) {
        const state = this.states.at(stored.stream, stored.revision - 1);
        if (state !== undefined) state.revision = stored.revision;
      } else {
        story.events?.push(stored);
        let state = stored.revision === 0 ? this.fresh(stored.stream) : this.states.at(stored.stream, stored.revision - 1);
        state ??= await this.fold(stored, histories);
        await this.applyAll(stored, plan, state, shares, histories);
        state.revision = stored.revision;
      }
      for (const share of shares) if (!share.halted) share.through = stored;
    }
  }

  /** Whether a member keeps the partition of the stream: the states of the others' streams are theirs. */
  private isOurs(stream: string, plan: Plan): boolean {
    return !this.partitioned || this.members.some((member, index) => plan[index] !== 'ignore' && keeps(member, stream));
  }

  /** Null where no member has anything to do with the event. */
  private planFor(stored: StoredEvent): Plan | null {
    const category = categoryOf(stored.stream);
    let byType = this.plans.get(category);
    if (byType === undefined) this.plans.set(category, (byType = new Map()));
    let plan = byType.get(stored.type);
    if (plan === undefined) {
      const handlings = this.members.map(({ projection }) => handlingOf(projection, stored));
      plan = handlings.every((handling) => handling === 'ignore') ? null : handlings;
      byType.set(stored.type, plan);
    }
    return plan;
  }

  private fresh(stream: string): StreamState {
    const state: StreamState = { revision: -1, states: this.members.map(({ projection }) => projection.initial) };
    this.states.put(stream, state);
    return state;
  }

  /** The states before an event whose stream is not held: from the log, not from rows. */
  private async fold(stored: StoredEvent, histories: StreamHistories): Promise<StreamState> {
    const { stream, revision } = stored;
    await histories.load(stream, revision - 1);
    let events: readonly RecordedEvent[] | undefined;
    const history = (): readonly RecordedEvent[] => (events ??= histories.upTo(stream, revision - 1));
    const folded = this.members.map((member) => (keeps(member, stream) ? foldMember(member, history) : member.projection.initial));
    const state: StreamState = { revision: revision - 1, states: folded };
    this.states.put(stream, state);
    return state;
  }

  private async applyAll(
    stored: StoredEvent,
    plan: Plan,
    state: StreamState,
    shares: readonly Share[],
    histories: StreamHistories,
  ): Promise<void> {
    let event: RecordedEvent | undefined;
    for (let index = 0; index < shares.length; index += 1) {
      const share = shares[index]!; // the index is in range
      const { member } = share;
      const handling = plan[index];
      if (handling === 'ignore' || share.halted) continue;
      if (!keeps(member, stored.stream)) continue;
      const parked = member.parked.get(stored.stream);
      if (parked !== undefined && parked.position <= stored.position) continue;
      for (let attempt = 1; ; attempt += 1) {
        try {
          if (handling === 'unknown') throw new UnknownEventType(stored.type, '?', `unknown to ${member.model.name}`);
          event ??= this.options.decode(stored);
          const step = this.applyOne(member, state.states[index], event, histories);
          state.states[index] = step.state;
          // What the member had taken before is only folded, for its state.
          if (!reached(member, stored.position)) share.rows.add(step.changes);
          break;
        } catch (error) {
          if (error === HISTORY_NEEDED) {
            await histories.load(stored.stream, stored.revision);
            attempt -= 1;
          } else if (isOfTheStore(error)) {
            throw error;
          } else if (attempt < this.options.attempts) {
            await this.options.sleep(backoff(attempt, this.options.backoffMs, 5_000));
          } else {
            share.halted = !(await this.holdBack(member, stored, error));
            break;
          }
        }
      }
    }
  }

  private applyOne(
    member: Member,
    state: unknown,
    event: RecordedEvent,
    histories: StreamHistories,
  ): ReturnType<Member['projection']['apply']> {
    if (state instanceof Unfolded) throw state.error;
    return member.projection.apply(state, event, () => {
      if (!histories.has(event.stream, event.revision)) throw HISTORY_NEEDED;
      return histories.upTo(event.stream, event.revision);
    });
  }

  /** Parks the stream before the event, or stops the member there. @returns false where the member stopped */
  private async holdBack(member: Member, stored: StoredEvent, error: unknown): Promise<boolean> {
    const { stream, position, type } = stored;
    const message = `${type} ${stream}@${stored.revision}: ${messageOf(error)}`;
    if (this.options.policy(member) === 'stop') {
      this.halt(member, message);
      return false;
    }
    const { name, version } = member.model;
    const { attempts } = this.options;
    const entity = member.projection.entityOf(stream);
    const parked: ParkedStream = { model: name, version, stream, entity, position, error: message, attempts, parkedAt: this.options.now() };
    // Before the page's checkpoint: a crash in between finds the stream parked and its earlier events not yet taken, which then are.
    await this.options.readStore.park(parked);
    member.parked.set(stream, parked);
    this.options.note({ kind: 'parked', parked });
    return true;
  }

  private halt(member: Member, error: string): void {
    member.state = 'stopped';
    member.error = error;
    this.options.note({ kind: 'stopped', member, error });
  }
}

function keeps(member: Member, stream: string): boolean {
  return member.partitions === 1 || partitionOf(stream, member.partitions) === member.partition;
}

function foldMember(member: Member, events: () => readonly RecordedEvent[]): unknown {
  try {
    const { projection } = member;
    const history = events();
    let state = projection.initial;
    for (const event of history) {
      if (handlingOf(projection, event) !== 'handle') continue;
      state = projection.apply(state, event, () => history.slice(0, event.revision + 1)).state;
    }
    return state;
  } catch (error) {
    return new Unfolded(error);
  }
}
