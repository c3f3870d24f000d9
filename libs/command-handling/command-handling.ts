import type { Command } from '../domain/commands.js';
import { streamOf } from '../domain/commands.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { DealId, PipelineId, StreamName } from '../domain/shared/ids.js';
import { idOf } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Catalog } from '../event-catalog/build-catalog.js';
import { canonicalJson } from '../event-catalog/canonical-json.js';
import { catalog as ownCatalog } from '../event-catalog/catalog.js';
import type { Clock, EventStore, IdSource } from '../event-store/event-store.port.js';
import { hashUnder } from '../privacy/hashing.js';
import type { KeyHolder, KeyStore } from '../privacy/key-store.port.js';
import type { CarryingOut } from './carrying-out.js';
import type { CommandContext, CommandOutcome, Step, StepOptions, StreamOutcome, StreamSteps } from './command.js';
import { StreamContended } from './errors.js';
import { timeOrderedIds } from './ids.js';
import type { Intake, IntakeOutcome } from './intake.js';
import { StreamLoader } from './loading.js';
import type { Reassigned } from './process-reassignment.js';
import { reassignRemovedStages } from './process-reassignment.js';
import { registerRequest } from './register-request.js';
import type { RunParts } from './run.js';
import { Attempt } from './run.js';
import type { StreamState } from './stream-state.js';
import type { CommandWatch } from './watch.js';

export interface CommandHandlingOptions {
  readonly eventStore: EventStore;
  readonly keyStore: KeyStore;
  readonly clock: Clock;
  readonly ids?: IdSource;
  readonly catalog?: Catalog;
  /** Folded states kept in memory. */
  readonly keptStreams?: number;
  /** How often a command is decided anew because others wrote to its stream first. */
  readonly attempts?: number;
  readonly watch?: CommandWatch;
}

/**
 * From a command to durable events: loads the stream, folds it by the law, decides, seals personal fields, appends at the expected revision, and decides anew where somebody
 * else came first. Refusals, EventStoreUnavailable and KeyStoreUnavailable pass through; nothing is half done.
 */
export class CommandHandling implements CarryingOut {
  readonly #parts: RunParts;
  readonly #attempts: number;
  readonly #turns = new Map<StreamName, Promise<unknown>>();

  constructor(options: CommandHandlingOptions) {
    const {
      eventStore,
      keyStore,
      clock,
      ids = timeOrderedIds,
      catalog = ownCatalog,
      keptStreams = 20_000,
      attempts = 10,
      watch = null,
    } = options;
    const loader = new StreamLoader({ eventStore, keyStore, catalog }, keptStreams);
    this.#parts = { eventStore, keyStore, clock, ids, catalog, loader, hashOf: (step) => this.#requestHash(step), watch };
    this.#attempts = attempts;
  }

  /**
   * Carries out one command.
   * @throws Refusal, RevisionMismatch, IdempotencyKeyReused, StreamContended, InvalidEvent, EventStoreUnavailable, KeyStoreUnavailable, LogClosed
   */
  async execute(command: Command, context: CommandContext, body?: object): Promise<CommandOutcome> {
    const stream = streamOf(command);
    const step: Step = body === undefined ? { command, context } : { command, context, body };
    // Commands of this process on one stream wait for each other: deciding them side by side would only make conflicts.
    const [outcome] = await this.#inTurn(stream, () => this.executeStreams([{ stream, steps: [step] }]));
    if (outcome === undefined) throw new TypeError('a request without an outcome');
    const { revision, position, recordedAt } = outcome;
    const result = outcome.steps[0];
    const place = { revision, position, recordedAt };
    const answer = { stream, id: idOf(stream), ...place, events: [], repeated: false };
    switch (result?.status) {
      case 'refused':
        throw result.error;
      case 'appended':
        return { ...answer, events: result.events };
      case 'repeated':
        return { ...answer, ...result.first, events: result.events, repeated: true };
      default:
        return answer;
    }
  }

  /** Several commands on one stream, each decided on what the ones before it made, in one atomic append. Refused steps are reported, not thrown. */
  async executeStream(stream: StreamName, steps: readonly Step[], options: StepOptions = {}): Promise<StreamOutcome> {
    const [outcome] = await this.executeStreams([{ stream, steps }], options);
    if (outcome === undefined) throw new TypeError('a request without an outcome');
    return outcome;
  }

  /**
   * Many requests decided in order and appended in one call, one commit where the store can; each is atomic by itself. The same stream may come several times.
   * Pipelines that deals of the batch need must be defined before it. For imports and the demo: no promise for each event.
   */
  async executeStreams(requests: readonly StreamSteps[], options: StepOptions = {}): Promise<readonly StreamOutcome[]> {
    const { watch } = this.#parts;
    if (watch === null) return this.#settle(requests, options);
    try {
      const outcomes = await watch.around('command', requests, () => this.#settle(requests, options));
      watch.settled(requests, outcomes);
      return outcomes;
    } catch (error) {
      watch.failed(requests);
      throw error;
    }
  }

  /** Every event of a stream as recorded, personal fields opened where the person was not forgotten; for who writes corrections. */
  async history(stream: StreamName): Promise<readonly RecordedEvent[]> {
    return (await this.#parts.loader.load(stream, true)).history ?? [];
  }

  /** RegisterRequest with its contact and company, each by reference or new: up to three commands on three streams. @throws what `execute` throws */
  async registerRequest(intake: Intake, context: CommandContext): Promise<IntakeOutcome> {
    return registerRequest(this, intake, context, () => this.#parts.ids.eventId(this.#parts.clock.now()));
  }

  /** Appends `StageReassigned` to every deal that `deals` lists and whose stage the process in force has no longer (process-reassignment.ts). */
  async reassignRemovedStages(
    pipelineId: PipelineId,
    deals: AsyncIterable<DealId> | Iterable<DealId>,
    signal?: AbortSignal,
  ): Promise<Reassigned> {
    return reassignRemovedStages(this, pipelineId, deals, signal);
  }

  /** What deciders take for now. */
  now(): EpochMs {
    return this.#parts.clock.now();
  }

  /** A stream as the store has it now. */
  async stateOf(stream: StreamName): Promise<StreamState> {
    const { loader } = this.#parts;
    const kept = loader.kept(stream);
    return kept === undefined || (await loader.isBehind(kept)) ? loader.load(stream) : kept;
  }

  /** Under the log's own key, so that nobody can guess a body from its hash. */
  bodyHash(body: object): string {
    return hashUnder(this.#parts.keyStore.logKey, canonicalJson(['request', body]));
  }

  async #settle(
    requests: readonly StreamSteps[],
    { onRefusal = 'rest', keep = true, after }: StepOptions,
  ): Promise<readonly StreamOutcome[]> {
    const outcomes: (StreamOutcome | undefined)[] = new Array<StreamOutcome | undefined>(requests.length).fill(undefined);
    const forgotten = new Set<KeyHolder>();
    let open = requests.map((_, index) => index);
    // Few functions wait for a commit, each in the one above: what waits is kept, and moved by the garbage collector.
    for (let fruitless = 0; open.length > 0;) {
      const attempt = new Attempt(this.#parts, { onRefusal, keep, after }, forgotten);
      await attempt.append(await attempt.decide(requests, open), outcomes);
      const left = open.filter((index) => outcomes[index] === undefined);
      fruitless = left.length < open.length ? 0 : fruitless + 1;
      const first = requests[left[0] ?? 0];
      if (fruitless >= this.#attempts && first !== undefined) throw new StreamContended(first.stream, fruitless);
      open = left;
    }
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  #requestHash({ command, context, body }: Step): string {
    return this.bodyHash(body ?? { command, effectiveAt: context.effectiveAt ?? null });
  }

  #inTurn<T>(stream: StreamName, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(stream);
    const mine = before === undefined ? act() : before.then(act, act);
    this.#turns.set(stream, mine);
    const done = (): void => {
      if (this.#turns.get(stream) === mine) this.#turns.delete(stream);
    };
    mine.then(done, done);
    return mine;
  }
}

export function openCommandHandling(options: CommandHandlingOptions): CommandHandling {
  return new CommandHandling(options);
}
