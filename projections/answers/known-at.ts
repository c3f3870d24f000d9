import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { EventId } from '../../libs/domain/shared/ids.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { Position } from '../../libs/domain/shared/position.js';
import { LOG_START, parsePosition, positionNumber, positionOf } from '../../libs/domain/shared/position.js';
import { AnotherHistory } from '../../libs/projection-engine/faults.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { Checkpoint, ReadModel } from '../../libs/read-store/read-store.port.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import type { KnownAt } from '../../libs/reporting/time/instant.js';
import type { AnswersOptions } from './sources.js';
import { modelInUse } from './model-in-use.js';
import { AnswerNotReady } from './sources.js';

/** K as every query uses it: one position, and when it was recorded. Null at LOG_START: nothing was known yet. */
export interface Knowledge {
  readonly position: Position;
  readonly number: number;
  readonly eventId: EventId | null;
  readonly recordedAt: EpochMs | null;
}

export const NOTHING_KNOWN: Knowledge = { position: LOG_START, number: 0, eventId: null, recordedAt: null };
const DEFAULT_TIMEOUT_MS = 5_000;

/** The last of our events at or before a position: so that however K was given, the same K has the same name. */
async function knowledgeUpTo(eventStore: EventStore, position: Position): Promise<Knowledge> {
  if (position === LOG_START) return NOTHING_KNOWN;
  const exact = await eventStore.eventAt(position);
  const before = positionOf(positionNumber(position) + 1);
  const event = exact ?? (await eventStore.readAll({ before, direction: 'backwards', limit: 1 })).events[0];
  return event === undefined
    ? NOTHING_KNOWN
    : { position: event.position, number: positionNumber(event.position), eventId: event.eventId, recordedAt: event.recordedAt };
}

/** How far all of the models have come, checked to be of this log's history. Null: one of them was never built. */
async function lowestCheckpoint(options: AnswersOptions, models: readonly ReadModel[]): Promise<Checkpoint | null> {
  const { eventStore, readStore } = options;
  let lowest: Checkpoint | null = null;
  for (const model of models) {
    const checkpoint = await readStore.lowestCheckpoint(await modelInUse(readStore, model));
    if (checkpoint === null) return null;
    if (checkpoint.logId !== eventStore.identity.logId) {
      throw new AnotherHistory(
        `the read model ${model.name} was made from log ${checkpoint.logId}, not from ${eventStore.identity.logId}: rebuild it with ./dealtrail rebuild`,
      );
    }
    if (lowest === null || checkpoint.position < lowest.position) lowest = checkpoint;
  }
  return lowest;
}

/** What a question says of K. */
export interface KnownAsked {
  readonly knownAt: KnownAt | undefined;
  readonly after: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Turns questions about what was known into positions that the models have reached. */
export class KnownAtResolver {
  constructor(private readonly options: AnswersOptions) {}

  /**
   * K of a question: without one, the lowest checkpoint of the models; one that lies beyond is waited for and never lowered.
   * @throws AnswerNotReady, AnotherHistory
   */
  async resolve(asked: KnownAsked, models: readonly ReadModel[]): Promise<Knowledge> {
    const { eventStore } = this.options;
    if (asked.after !== undefined) await this.waitFor(afterPosition(asked.after), asked.timeoutMs, models);
    if (asked.knownAt === undefined) {
      const checkpoint = await lowestCheckpoint(this.options, models);
      if (checkpoint === null) return NOTHING_KNOWN;
      // A checkpoint between our events (a store shared with others) takes the name of the last of ours.
      if (checkpoint.eventId === null) return knowledgeUpTo(eventStore, checkpoint.position);
      const { position: reached, eventId, recordedAt } = checkpoint;
      return { position: reached, number: positionNumber(reached), eventId, recordedAt };
    }
    const position = asked.knownAt.kind === 'position' ? asked.knownAt.position : await eventStore.positionAt(asked.knownAt.at);
    await this.waitFor(position, asked.timeoutMs, models);
    await this.mustBeOurs(asked.knownAt);
    return knowledgeUpTo(eventStore, position);
  }

  /** K = T of one point under `--known then`, and not beyond what the whole question may know. */
  async at(instant: EpochMs, most: Knowledge): Promise<Knowledge> {
    const position = await this.options.eventStore.positionAt(instant);
    return position >= most.position ? most : knowledgeUpTo(this.options.eventStore, position);
  }

  /**
   * K of a question to the log itself: its end, or what was asked for.
   * @throws AnswerNotReady for a position that the log has not reached
   */
  async inLog(knownAt: KnownAt | undefined): Promise<Knowledge> {
    const { eventStore } = this.options;
    const head = await eventStore.head();
    if (knownAt === undefined) return knowledgeUpTo(eventStore, head.position);
    const position = knownAt.kind === 'position' ? knownAt.position : await eventStore.positionAt(knownAt.at);
    if (position > head.position) {
      throw new AnswerNotReady('late', `position ${position} was asked for, and the log ends at ${head.position}`, position);
    }
    await this.mustBeOurs(knownAt);
    return knowledgeUpTo(eventStore, position);
  }

  /** Whoever says which event stands at the position asks of one history, and of no other that has such a position too. */
  private async mustBeOurs(knownAt: KnownAt): Promise<void> {
    if (knownAt.kind === 'instant' || knownAt.eventId === undefined) return;
    const { identity } = this.options.eventStore;
    const event = await this.options.eventStore.eventAt(knownAt.position);
    if (event?.eventId === knownAt.eventId) return;
    const stands = event === undefined ? 'none' : event.eventId;
    throw new AnotherHistory(
      `position ${knownAt.position} was asked for with event ${knownAt.eventId}, and in log ${identity.logId} there stands ${stands}: it is of another history (a restored log?); ask without the event for what this one says`,
    );
  }

  private async waitFor(position: Position, timeoutMs: number | undefined, models: readonly ReadModel[]): Promise<void> {
    const reached = async (): Promise<boolean> => {
      const checkpoint = await lowestCheckpoint(this.options, models);
      return position === LOG_START || (checkpoint !== null && checkpoint.position >= position);
    };
    if (await reached()) return;
    const names = models.map(({ name }) => name);
    const outcome = (await this.options.waitFor?.(position, timeoutMs ?? DEFAULT_TIMEOUT_MS, names)) ?? 'late';
    if (outcome === 'parked') {
      throw new AnswerNotReady('parked', `position ${position} is of a stream held back by an error: see ./dealtrail parked`, position);
    }
    if (outcome === 'late' || !(await reached())) {
      const checkpoint = await lowestCheckpoint(this.options, models);
      const come = checkpoint === null ? 'nowhere yet' : `to ${checkpoint.position}, recorded ${isoInstant(checkpoint.recordedAt)}`;
      throw new AnswerNotReady(
        'late',
        `position ${position} was asked for, and the read models have come ${come}: ask again later`,
        position,
      );
    }
  }
}

function afterPosition(text: string): Position {
  const position = parsePosition(text.replace(/^position:/, ''));
  if (position === undefined) throw new QuestionNotUnderstood(`'${text}' is no position to wait for`);
  return position;
}
