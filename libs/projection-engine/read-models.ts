import type { Position } from '../domain/shared/position.js';
import type { ParkedStream } from '../read-store/read-store.port.js';
import type { ModelLag } from './lag.js';
import type { Waited } from './wait-for.js';

/** Which parked streams: all, or those of one model or one stream. */
export interface ReplayAsked {
  readonly model?: string;
  readonly stream?: string;
}

export interface Replayed {
  readonly replayed: ParkedStream[];
  readonly stillParked: ParkedStream[];
}

/** What a process asks of the read models, whoever keeps them: a projector of its own, or other processes on the same read store. */
export interface ReadModels {
  /** Of every model that is kept. */
  readonly names: readonly string[];
  /** Until the models in use (those named, or all) have come to a position; a position that an append returned. */
  waitFor(position: Position, timeoutMs: number, models?: readonly string[]): Promise<Waited>;
  /** How far each model is behind the log. */
  lag(): Promise<ModelLag[]>;
  /** Models in use that no process keeps now: nothing moves them. */
  unkept(): Promise<readonly string[]>;
  /** The parked streams of the models in use. */
  parked(): Promise<ParkedStream[]>;
  /** Tries parked streams again. Rows that are made this way lie below the checkpoint: the read store notes it. @throws NobodyAnswers */
  replayParked(only?: ReplayAsked): Promise<Replayed>;
  /**
   * Makes the models' rows anew from the log beside those in use, in one pass where one process does it, then switches readers to them. Resolves when that is done.
   * @throws when the others are done, where the build of one stops at an event, whose rows in use then stay; NobodyAnswers
   */
  rebuild(...names: string[]): Promise<void>;
  /** A paused model keeps its checkpoint and falls behind; readers that wait for it are told `late`. */
  pause(name?: string): Promise<void>;
  /** Goes on from the checkpoint; a stopped model tries its event again. */
  resume(name?: string): Promise<void>;
}

/** No projector has taken up what was asked. It stays asked: the next one that starts does it. */
export class NobodyAnswers extends Error {
  override readonly name = 'NobodyAnswers';
}
