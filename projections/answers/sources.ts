import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { Position } from '../../libs/domain/shared/position.js';
import type { KeyStore } from '../../libs/privacy/key-store.port.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import type { PipelineQuestion, PipelineState } from '../../libs/reporting/pipeline/tally.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import type { KeptRows } from './kept-rows.js';

/** One point of a pipeline question: T, and what ids mean there. */
export interface StatePoint {
  readonly asOf: EpochMs;
  readonly view: DimensionView;
}

/** Where the states of all deals come from: the read store's rows, or a timeline index over them, with the same answer. */
export interface PipelineStates {
  /** The state at each point, all at one K. Null where this source cannot tell; the read store then does. */
  states(question: PipelineQuestion, points: readonly StatePoint[], knownAt: number): Promise<readonly PipelineState[]> | null;
  /** When the first of all deals known at K was registered, its promise null where none was. Null where this source cannot tell, likewise. */
  firstInstant(knownAt: number): Promise<EpochMs | null> | null;
}

export interface AnswersOptions {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly keyStore: KeyStore;
  readonly clock: { now(): EpochMs };
  readonly timeZone: ReportZone;
  /** Until all models read have reached the position. Left out: nothing is waited for, what is not there is late. */
  readonly waitFor?: (position: Position, timeoutMs: number, models: readonly string[]) => Promise<'reached' | 'late' | 'parked'>;
  /** A faster source of states, asked first. */
  readonly index?: PipelineStates;
  /** When the first of all deals known at K was registered, from elsewhere; undefined where it cannot tell. */
  readonly firstInstant?: (knownAt: number) => Promise<EpochMs | null | undefined>;
  /** The rows of deals in memory, for a process that answers many questions. */
  readonly keptRows?: KeptRows;
  /** Reports that follow deals read every row of every deal: the slow definition that tests hold the others to. */
  readonly everyRow?: boolean;
}

/** Who asks. Without the right, names of people read `withheld`. */
export interface Asker {
  readonly readPersonal: boolean;
  /** Aborted once nobody waits for the answer any more. */
  readonly gone?: AbortSignal;
}

/** The read models have not reached what was asked for: ask again later, or with a longer time-out. */
export class AnswerNotReady extends Error {
  override readonly name = 'AnswerNotReady';
  constructor(
    readonly code: 'late' | 'parked',
    message: string,
    readonly position: Position,
  ) {
    super(message);
  }
}

/** Nobody waits for the answer any more. */
export class AskerGone extends Error {
  override readonly name = 'AskerGone';
  constructor(message = 'whoever asked is gone') {
    super(message);
  }
}

/** No deal of that name has ever been recorded, or a bare key names several. */
export class DealUnknown extends Error {
  override readonly name = 'DealUnknown';
}
