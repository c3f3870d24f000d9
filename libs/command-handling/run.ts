import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { positionNumber, positionOf } from '../domain/shared/position.js';
import { Refusal } from '../domain/shared/refusal.js';
import type { Catalog } from '../event-catalog/build-catalog.js';
import { InvalidEvent } from '../event-catalog/errors.js';
import type { AppendRequest, AppendResult, Clock, EventStore, IdSource } from '../event-store/event-store.port.js';
import { WrongExpectedRevision } from '../event-store/event-store.port.js';
import type { KeyHolder, KeyState, KeyStore } from '../privacy/key-store.port.js';
import type { Step, StepOptions, StepOutcome, StepRefused, StreamOutcome, StreamPlace, StreamSteps } from './command.js';
import type { Decider } from './deciding.js';
import { decideStep } from './deciding.js';
import { IdempotencyKeyReused, RevisionMismatch } from './errors.js';
import type { StreamLoader } from './loading.js';
import { ProcessBook } from './process-timelines.js';
import { sealedEvent } from './sealing-events.js';
import type { StreamState } from './stream-state.js';
import { mark } from './stream-state.js';
import { UndecidedStream } from './undecided-stream.js';
import type { CommandWatch } from './watch.js';

export interface RunParts {
  readonly eventStore: EventStore;
  readonly keyStore: KeyStore;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly loader: StreamLoader;
  readonly hashOf: (step: Step) => string;
  readonly watch: CommandWatch | null;
}

/** A request whose steps are decided: its events are `stream.pending` from `from` up to `to`. */
interface DecidedRequest {
  readonly index: number;
  readonly stream: UndecidedStream;
  readonly from: number;
  readonly to: number;
  readonly steps: readonly StepOutcome[];
  /** Where the log takes a simulated one. */
  readonly recordedAt: EpochMs | undefined;
}

export interface Decided {
  readonly requests: readonly DecidedRequest[];
  readonly keys: ReadonlyMap<KeyHolder, KeyState>;
}

const NO_KEYS: Decided['keys'] = new Map();

type MaybeLater<T> = T | Promise<T>;

function isRefusal(error: unknown): error is StepRefused {
  return [Refusal, InvalidEvent, RevisionMismatch, IdempotencyKeyReused].some((kind) => error instanceof kind);
}

/**
 * One attempt at a batch of requests: load, decide all, make keys, seal, append all in one call. Streams that others wrote to meanwhile, or whose kept state turns out to
 * be old, are put into `again`, with every request on them; the next attempt reads them anew.
 */
export class Attempt {
  readonly again = new Set<StreamName>();
  readonly #streams = new Map<StreamName, UndecidedStream>();
  /** Streams known to be as the store has them now: what is refused on them is refused. */
  readonly #fresh = new Set<StreamName>();
  readonly #processes: ProcessBook;
  readonly #decider: Decider;

  constructor(
    private readonly parts: RunParts,
    private readonly options: Required<Pick<StepOptions, 'onRefusal' | 'keep'>> & { readonly after: Promise<unknown> | undefined },
    private readonly forgotten: Set<KeyHolder>,
  ) {
    this.#processes = new ProcessBook(parts.loader);
    this.#decider = { catalog: parts.catalog, ids: parts.ids, hashOf: parts.hashOf, forgotten };
  }

  /** What can be decided now, and the keys that it needs. @throws what the stores throw: nothing was appended */
  async decide(requests: readonly StreamSteps[], open: readonly number[]): Promise<Decided> {
    const { watch } = this.parts;
    const deciding = (): Promise<DecidedRequest[]> => this.#decideAll(requests, open);
    const decided = await (watch === null ? deciding() : watch.around('decide', requests, deciding));
    const holders = holdersOf(decided);
    if (holders.size === 0) return { requests: decided.filter((request) => !this.#isPutOff(request)), keys: NO_KEYS };
    const keys = await this.#ensureKeys(decided, holders);
    return { requests: decided.filter((request) => !this.#isPutOff(request)), keys };
  }

  #isPutOff({ stream }: DecidedRequest): boolean {
    return this.again.has(stream.base.stream);
  }

  async #decideAll(requests: readonly StreamSteps[], open: readonly number[]): Promise<DecidedRequest[]> {
    const correcting = new Set<StreamName>();
    for (const index of open) {
      const request = requests[index];
      if (request?.steps.some(({ command }) => command.type === 'CorrectHistory')) correcting.add(request.stream);
    }
    const decided: DecidedRequest[] = [];
    for (const index of open) {
      const request = requests[index];
      if (request === undefined || this.again.has(request.stream) || this.#mustWait(request)) continue;
      const one = await this.#decide(request, index, correcting.has(request.stream));
      if (one !== undefined) decided.push(one);
    }
    return decided;
  }

  /**
   * A second append to a stream waits for the first: if that one meets a conflict, the second's revision may be right by chance while its decision is not. A simulated
   * clock needs them side by side, and its log has no other writer.
   */
  #mustWait({ stream, steps }: StreamSteps): boolean {
    return (this.#streams.get(stream)?.pending.length ?? 0) > 0 && steps.some(({ context }) => context.recordedAt === undefined);
  }

  async #decide({ stream: name, steps }: StreamSteps, index: number, withHistory: boolean): Promise<DecidedRequest | undefined> {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      const state = this.#load(name, withHistory);
      stream = new UndecidedStream(state instanceof Promise ? await state : state);
      this.#streams.set(name, stream);
    }
    const from = stream.pending.length;
    const recordedAt = steps.at(-1)?.context.recordedAt;
    const takeBack = this.options.onRefusal === 'nothing' ? stream.remember() : undefined;
    const outcomes: StepOutcome[] = [];
    for (const step of steps) {
      const decided = this.#decideStep(stream, step);
      // Awaited only where something had to be read: a promise for each event would be dear.
      const outcome = decided instanceof Promise ? await decided : decided;
      if (outcome === undefined) return undefined;
      outcomes.push(outcome);
      if (outcome.status !== 'refused' || takeBack === undefined) continue;
      takeBack();
      const withheld = outcomes.map((earlier): StepOutcome => (earlier.status === 'appended' ? { status: 'withheld' } : earlier));
      while (withheld.length < steps.length) withheld.push({ status: 'withheld' });
      return { index, stream, from, to: from, steps: withheld, recordedAt };
    }
    return { index, stream, from, to: stream.pending.length, steps: outcomes, recordedAt };
  }

  #load(name: StreamName, withHistory: boolean): MaybeLater<StreamState> {
    const { loader } = this.parts;
    const kept = loader.kept(name);
    if (kept !== undefined && (!withHistory || kept.history !== null)) return kept;
    this.#fresh.add(name);
    return loader.load(name, withHistory);
  }

  /** Undefined where the stream has to be read again first. */
  #decideStep(stream: UndecidedStream, step: Step): MaybeLater<StepOutcome | undefined> {
    const { kind } = stream.base;
    // A reassignment needs what any command on the deal needs: the deal's own pipeline.
    const command = step.command as Parameters<typeof kind.pipelinesNeeded>[1];
    const needed = kind.pipelinesNeeded(stream.folded.state, command, () => stream.history ?? []);
    const unread = needed.filter((pipelineId) => !this.#processes.knows(pipelineId));
    if (unread.length === 0) return this.#decideNow(stream, step);
    return Promise.all(unread.map((pipelineId) => this.#processes.fetch(pipelineId))).then(() => this.#decideNow(stream, step));
  }

  #decideNow(stream: UndecidedStream, step: Step): MaybeLater<StepOutcome | undefined> {
    const now = step.context.recordedAt ?? this.parts.clock.now();
    try {
      const decision = decideStep(this.#decider, stream, step, this.#processes, now);
      if (decision.kind === 'repeated') return repeated(decision.answer.events, decision.answer);
      if (decision.events.length > 0) return { status: 'appended', events: decision.events };
      return this.#unlessOld(stream, { status: 'nothing' });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#unlessOld(stream, { status: 'refused', error });
    }
  }

  /** Only an append proves a kept state right; where nothing is appended, a read has to. */
  #unlessOld({ base }: UndecidedStream, outcome: StepOutcome): MaybeLater<StepOutcome | undefined> {
    if (this.#fresh.has(base.stream)) return outcome;
    this.#fresh.add(base.stream);
    return this.parts.loader.isBehind(base).then((behind) => (behind ? this.#readAgain(base.stream) : outcome));
  }

  #readAgain(stream: StreamName): undefined {
    this.again.add(stream);
    this.parts.loader.drop(stream);
    return undefined;
  }

  /** All keys of the batch at once: making them waits for the disk. A person found forgotten sends the stream back to be decided with that known. */
  async #ensureKeys(decided: readonly DecidedRequest[], holders: ReadonlySet<KeyHolder>): Promise<ReadonlyMap<KeyHolder, KeyState>> {
    const keys = await this.parts.keyStore.ensure([...holders]);
    for (const [holder, key] of keys) if (key.state === 'forgotten') this.forgotten.add(holder);
    if (this.forgotten.size === 0) return keys;
    for (const { stream } of decided)
      if (stream.pending.some(({ holder }) => holder !== null && keys.get(holder)?.state === 'forgotten'))
        this.again.add(stream.base.stream);
    return keys;
  }

  /** Appends in one call, and fills in the outcomes of what could be settled. @throws what the stores throw, after everything else was settled */
  async append({ requests, keys }: Decided, outcomes: (StreamOutcome | undefined)[]): Promise<void> {
    const results = await this.#handOver(requests, keys);
    let next = 0;
    const places = new Map<UndecidedStream, StreamPlace>();
    const failed: unknown[] = [];
    for (const { stream, index, steps, from, to } of requests) {
      const result = to > from ? results[next++] : undefined;
      if (result?.status === 'rejected') {
        if (result.reason instanceof WrongExpectedRevision) this.again.add(stream.base.stream);
        else failed.push(result.reason);
        this.parts.loader.drop(stream.base.stream);
        places.delete(stream);
        continue;
      }
      if (this.again.has(stream.base.stream)) continue;
      if (result !== undefined) places.set(stream, result.value);
      const { revision, position, recordedAt } = places.get(stream) ?? stream.base;
      outcomes[index] = { stream: stream.base.stream, steps, revision, position, recordedAt };
    }
    for (const [stream, place] of places) {
      if (this.options.keep) this.parts.loader.keep(appendedState(stream, place));
      else this.parts.loader.drop(stream.base.stream);
    }
    if (failed.length > 0) throw failed[0];
  }

  /** Whoever waits for the disk keeps what he holds from the garbage collector, which moves it again and again: events that nobody asks for any more are let go first. */
  #handOver(requests: readonly DecidedRequest[], keys: ReadonlyMap<KeyHolder, KeyState>) {
    const appended = this.#appendAll(requests.filter(({ from, to }) => to > from).map((request) => this.#appendRequest(request, keys)));
    if (!this.options.keep) for (const { stream } of requests) stream.letGo();
    return appended;
  }

  #appendRequest({ stream, from, to, recordedAt }: DecidedRequest, keys: ReadonlyMap<KeyHolder, KeyState>): AppendRequest {
    const { base, pending } = stream;
    const last = base.revision + from;
    return {
      stream: base.stream,
      expected: last === -1 ? 'none' : last,
      events: pending.slice(from, to).map((event) => sealedEvent(event, keys, this.parts)),
      ...(recordedAt === undefined ? undefined : { recordedAt }),
    };
  }

  #appendAll(requests: readonly AppendRequest[]): MaybeLater<readonly PromiseSettledResult<AppendResult>[]> {
    const [only] = requests;
    if (only === undefined) return [];
    const { after } = this.options;
    if (requests.length > 1 || only.recordedAt !== undefined || after !== undefined)
      return this.parts.eventStore.appendMany(requests, { after });
    return this.parts.eventStore.append(only.stream, only.expected, only.events).then(
      (value) => [{ status: 'fulfilled', value }],
      (reason: unknown) => [{ status: 'rejected', reason }],
    );
  }
}

function holdersOf(decided: readonly DecidedRequest[]): Set<KeyHolder> {
  const holders = new Set<KeyHolder>();
  for (const { stream } of decided) for (const { holder } of stream.pending) if (holder !== null) holders.add(holder);
  return holders;
}

function repeated(events: Extract<StepOutcome, { status: 'repeated' }>['events'], first: Partial<StreamPlace>): StepOutcome {
  const { revision, position, recordedAt } = first;
  if (revision === undefined || position === undefined || recordedAt === undefined) return { status: 'repeated', events };
  return { status: 'repeated', events, first: { revision, position, recordedAt } };
}

/** The stream's state after its append, with the numbers that the store gave. */
function appendedState({ base, folded, pending }: UndecidedStream, { revision, position, recordedAt }: StreamPlace): StreamState {
  const { marks, history } = base;
  const events: RecordedEvent[] = [];
  pending.forEach(({ event }, index) => {
    const before = pending.length - 1 - index;
    const { importHash, idempotencyKey } = event.metadata;
    if (history === null && idempotencyKey === undefined) {
      if (importHash !== undefined) marks.importHashes.add(importHash);
      return;
    }
    // Positions before the last are as near as they can be told; within a stream only their order matters.
    events.push({ ...event, revision: revision - before, position: positionOf(positionNumber(position) - before), recordedAt });
  });
  mark(marks, events);
  return { ...base, revision, position, recordedAt, folded, history: history === null ? null : [...history, ...events] };
}
