import { streamOf } from '../domain/commands.js';
import type { Command } from '../domain/commands.js';
import type { StreamName } from '../domain/shared/ids.js';
import { categoryOf } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Step, StepOutcome, StreamOutcome, StreamSteps } from '../command-handling/command.js';
import type { EventStore, IdSource } from '../event-store/event-store.port.js';
import type { DemoClock } from './demo-clock.js';
import type { ToldEvent } from './already-told.js';
import { lastStepTold, toldOn } from './already-told.js';
import { demoPlan } from './demo-plan.js';
import { findDemo, recordDemo } from './demo-record.js';
import type { DemoStep } from './demo-step.js';

export interface DemoProgress {
  /** Requests told so far, of `of`. */
  readonly deals: number;
  readonly of: number;
  readonly events: number;
  /** Where the simulated clock is. */
  readonly at: EpochMs;
}

export interface DemoOptions {
  readonly eventStore: EventStore;
  readonly commands: { executeStreams(requests: readonly StreamSteps[]): Promise<readonly StreamOutcome[]> };
  readonly ids: IdSource;
  readonly deals: number;
  readonly seed: number;
  /** The history ends before this; a demo that was begun earlier keeps its own end. */
  readonly endsAt: EpochMs;
  /** The simulated clock of a log that this demo makes; left out for a log that records at its own time. */
  readonly clock?: DemoClock;
  readonly onProgress?: (progress: DemoProgress) => void;
  readonly signal?: AbortSignal;
  /** Steps in one commit. */
  readonly batch?: number;
}

export interface DemoReport {
  readonly deals: number;
  readonly seed: number;
  readonly endsAt: EpochMs;
  /** Events that this run wrote. */
  readonly events: number;
  /** Steps that an earlier run had carried out or passed over. */
  readonly repeated: number;
  /** What a decider said no to: none in a log of the demo's own. */
  readonly refused: number;
  readonly refusals: readonly string[];
  readonly finished: boolean;
  /** Lines for the person who asked for it. */
  readonly notes: readonly string[];
}

/** The log holds another demo, or one that another end or clock belongs to: nothing was written. */
export class DemoRefused extends Error {
  override readonly name = 'DemoRefused';
}

const BATCH = 500;
const REFUSALS_SHOWN = 20;

/** A day has ended before it: the same for every demo of one day. */
export function demoEndsAt(now: EpochMs): EpochMs {
  return Math.floor(now / 86_400_000) * 86_400_000;
}

/**
 * Tells the demo company's history through the deciders, as everybody's: a new one, or the rest of one that was interrupted. The plan is the same for the
 * same (deals, seed, end), and each step's key is its events' correlation id, so that what is there already is passed over.
 * @throws DemoRefused, and what command handling throws
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { eventStore, ids, clock } = options;
  const record = await findDemo(eventStore);
  const notes: string[] = [];
  let { deals, seed, endsAt } = options;
  if (record.state !== 'none') {
    const same = record.deals === deals && record.seed === seed;
    if (record.state === 'finished' && !same) {
      throw new DemoRefused(
        `this log holds the demo company already (${record.deals} deals, seed ${record.seed}): use another data directory for another`,
      );
    }
    if (!same) notes.push(`an unfinished demo is finished first: ${record.deals} deals, seed ${record.seed}`);
    ({ deals, seed, endsAt } = record);
    if (record.state === 'finished') {
      const said = `the demo company is there already: ${deals} deals, seed ${seed}`;
      return { deals, seed, endsAt, events: 0, repeated: 0, refused: 0, refusals: [], finished: true, notes: [...notes, said] };
    }
    if (record.simulated !== (clock !== undefined)) {
      throw new DemoRefused(
        `the unfinished demo in this log ${record.simulated ? 'has a simulated clock: finish it on that' : 'is recorded at the log’s own time'}`,
      );
    }
  }
  if (clock === undefined) {
    notes.push('this log records at its own time: the history is dated as it happened, and as known before now nothing of it was known');
  }
  const telling = new DemoTelling({ ...options, deals, seed, endsAt });
  if (record.state === 'none') {
    const at = clock?.now() ?? endsAt;
    const data = { deals, seed, endsAt: new Date(endsAt).toISOString(), simulatedClock: clock !== undefined };
    await recordDemo(eventStore, ids, { type: 'DemoStarted', data }, { at, recordedAt: clock?.now() });
  }
  const finished = await telling.tell(record.state === 'none' ? undefined : await lastStepTold(eventStore, seed));
  if (finished) {
    const at = clock?.now() ?? endsAt;
    await recordDemo(eventStore, ids, { type: 'DemoFinished', data: { deals, seed } }, { at, recordedAt: clock?.now() });
    clock?.finish();
  }
  return { deals, seed, endsAt, ...telling.counts, refusals: telling.refusals, finished, notes };
}

/** Sends the plan's steps in batches, and keeps the ids of events that later steps correct. */
class DemoTelling {
  readonly counts = { events: 0, repeated: 0, refused: 0 };
  readonly refusals: string[] = [];
  #batch: DemoStep[] = [];
  readonly #inBatch = new Set<string>();
  /** Events that a later step corrects, by the key of the step that made them. */
  readonly #made = new Map<string, readonly ToldEvent[]>();
  #deals = 0;
  /** The last step that an earlier run told, until this one has come to it. */
  #toldUpTo: string | undefined;

  constructor(private readonly options: DemoOptions) {}

  /** False where the signal stopped it. `toldUpTo`: the last step that an earlier run told. */
  async tell(toldUpTo: string | undefined): Promise<boolean> {
    const { deals, seed, endsAt, clock, signal, batch = BATCH } = this.options;
    this.#toldUpTo = toldUpTo;
    for (const step of demoPlan({ deals, seed, endsAt, removesStage: clock !== undefined })) {
      // Pipelines stand before the deals that need them, and an event is recorded before it is corrected.
      const alone = categoryOf(streamOf(step.command)) === 'pipeline';
      const tooSoon = step.corrects !== undefined && this.#inBatch.has(step.corrects.step);
      if (alone || tooSoon || this.#batch.length >= batch) {
        await this.#flush();
        if (signal?.aborted === true) return false;
      }
      this.#batch.push(step);
      this.#inBatch.add(step.key);
      if (alone) await this.#flush();
    }
    await this.#flush();
    return signal?.aborted !== true;
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    const last = batch.at(-1);
    if (last === undefined) return;
    this.#batch = [];
    const { clock, onProgress, deals } = this.options;
    const left = this.#toldUpTo === undefined ? batch : await this.#notYetTold(batch);
    this.counts.repeated += batch.length - left.length;
    this.#inBatch.clear();
    await this.#send(left);
    clock?.advanceTo(last.at);
    this.#deals += batch.filter(({ command }) => command.type === 'RegisterRequest' && !command.id.endsWith('-twice')).length;
    onProgress?.({ deals: this.#deals, of: deals, events: this.counts.events, at: last.at });
  }

  async #send(steps: readonly DemoStep[]): Promise<void> {
    if (steps.length === 0) return;
    const { clock, commands } = this.options;
    const told: Told[] = [];
    for (const step of steps) {
      const command = await this.#resolved(step);
      if (command !== undefined) told.push({ step, command });
    }
    // A log of its own time takes what belongs to one stream together, so that no append waits for another; a simulated clock stamps each step.
    const requests = clock === undefined ? [...byStream(told).values()] : told.map((one) => [one]);
    const sent = requests.flatMap((request) =>
      request.slice(0, 1).map(({ command }) => ({ stream: streamOf(command), steps: request.map((one) => this.#step(one)) })),
    );
    const outcomes = await commands.executeStreams(sent);
    requests.forEach((request, index) => request.forEach(({ step }, place) => this.#count(step, outcomes[index]?.steps[place])));
  }

  /**
   * Batches before the one that an earlier run came to are there whole. Of that one each stream holds what came first: a step before the last one told on its
   * stream was told too, or asked for what was so already, and must not be decided on what came after it.
   */
  async #notYetTold(batch: readonly DemoStep[]): Promise<readonly DemoStep[]> {
    if (this.#toldUpTo === undefined || !this.#inBatch.has(this.#toldUpTo)) return [];
    this.#toldUpTo = undefined;
    const left = new Set<DemoStep>();
    for (const [stream, steps] of byStream(batch)) {
      const told = await toldOn(this.options.eventStore, stream);
      for (const step of steps.slice(steps.findLastIndex(({ key }) => told.has(key)) + 1)) left.add(step);
    }
    return batch.filter((step) => left.has(step));
  }

  /** With the id of the event that the step corrects; undefined where there is no such event. */
  async #resolved({ key, command, corrects }: DemoStep): Promise<Command | undefined> {
    if (corrects === undefined || command.type !== 'CorrectHistory') return command;
    // An earlier run may have made it.
    const made = this.#made.get(corrects.step) ?? (await toldOn(this.options.eventStore, streamOf(command))).get(corrects.step);
    const target = made?.find((event) => event.type === corrects.type)?.eventId;
    if (target === undefined) {
      this.#refused(`${key}: there is no ${corrects.type} to correct`);
      return undefined;
    }
    const { correction } = command;
    return { ...command, correction: correction.kind === 'insert' ? correction : { ...correction, target } };
  }

  #step({ step, command }: Told): Step {
    const { key, at, effectiveAt, actor } = step;
    return {
      command,
      context: {
        ...{ actor, correlationId: key },
        ...(effectiveAt === undefined ? {} : { effectiveAt }),
        ...(this.options.clock === undefined ? {} : { recordedAt: at }),
      },
    };
  }

  #count(step: DemoStep, outcome: StepOutcome | undefined): void {
    if (outcome === undefined || outcome.status === 'nothing' || outcome.status === 'withheld') return;
    if (outcome.status === 'refused') return this.#refused(`${step.key}: ${outcome.error.message}`);
    if (outcome.status === 'repeated') this.counts.repeated += 1;
    else this.counts.events += outcome.events.length;
    if (step.remembered === true) this.#made.set(step.key, outcome.events);
    if (step.corrects !== undefined) this.#made.delete(step.corrects.step);
  }

  #refused(line: string): void {
    this.counts.refused += 1;
    if (this.refusals.length < REFUSALS_SHOWN) this.refusals.push(line);
  }
}

interface Told {
  readonly step: DemoStep;
  readonly command: Command;
}

function byStream<T extends { readonly command: Command }>(items: readonly T[]): Map<StreamName, T[]> {
  const streams = new Map<StreamName, T[]>();
  for (const item of items) {
    const stream = streamOf(item.command);
    const others = streams.get(stream);
    if (others === undefined) streams.set(stream, [item]);
    else others.push(item);
  }
  return streams;
}
