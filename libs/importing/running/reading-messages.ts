import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { MappingProblem } from '../mapping/mapping-node.js';

/** How many stretches may be read that nobody has taken yet. */
export const STRETCHES_AHEAD = 3;

/** What a thread that reads a source is told when it begins. */
export interface ReadingWork {
  readonly mappingText: string;
  readonly mappingName: string;
  readonly logKey: Uint8Array;
  /** Where the files stand on disk, by the names that the mapping gives them. */
  readonly paths: readonly (readonly [string, string])[];
  readonly instant: EpochMs;
}

/** `more`: one stretch was taken. */
export type ToReading = 'more' | { readonly recorded: boolean };

/** An error without its class, which does not cross threads. */
export interface ReadingFailure {
  readonly message: string;
  /** Of a refused mapping. */
  readonly mapping?: { readonly name: string; readonly problems: readonly MappingProblem[] };
}

/** `ready` first: the mapping fits the files. A stretch comes as JSON: one text crosses to another thread several times faster than its objects. */
export type FromReading =
  'ready' | 'end' | { readonly stretch: string } | { readonly asked: StreamName } | { readonly failure: ReadingFailure };
