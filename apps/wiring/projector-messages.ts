import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import type { ReadModels } from '../../libs/projection-engine/read-models.js';
import type { EmbeddedStores } from './build-elsewhere.js';
import type { ErrorTold } from './thread-errors.js';

/** What a projector's thread is told when it begins. */
export interface ProjectorWork {
  readonly stores: EmbeddedStores;
  /** Somebody traces: the events of a page are told with it. */
  readonly traced: boolean;
  /** 1 in its only place while a `look` is on its way: further commits need no other. */
  readonly looking: Int32Array;
}

/** A partition that is kept, as it is told; the projection itself is code and stays in its thread. */
export interface KeptTold {
  readonly model: { readonly name: string; readonly version: number };
  readonly partition: number;
}

/** What can be asked of a projector in another thread, by its own names. */
export type Asked = Pick<Projector, Exclude<keyof ReadModels, 'names'> | 'catchUp' | 'stop'> & { members(): readonly KeptTold[] };

export type ToProjector =
  | { readonly kind: 'start' }
  /** The log has grown, by the connection of the thread that serves. */
  | { readonly kind: 'look' }
  | { readonly kind: 'ask'; readonly id: number; readonly what: keyof Asked; readonly with: readonly unknown[] };

/** The id that the opening is answered by: what is asked counts from 1. */
export const OPENING = 0;

/** Answers by the id of what was asked. */
export type FromProjector =
  | { readonly kind: 'notes'; readonly notes: readonly ProjectorNote[] }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorTold };
