import type { Readable } from 'node:stream';
import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { Clock, EventStore } from '../../event-store/event-store.port.js';
import type { KeyStore } from '../../privacy/key-store.port.js';

export interface ImportInput {
  readonly mappingText: string;
  /** The mapping file's name, for messages and the report. */
  readonly mappingName: string;
  /** Opens a source file by the name that the mapping gives it; undefined where there is none. May be called more than once for a file. */
  readonly openFile: (name: string) => Readable | undefined;
  /** Its size in bytes, where that is known: progress then has a total. */
  readonly sizeOf?: (name: string) => number | undefined;
  readonly commands: Pick<CommandHandling, 'executeStreams' | 'history'>;
  readonly eventStore: Pick<EventStore, 'readAll'>;
  readonly keyStore: Pick<KeyStore, 'logKey'>;
  readonly clock: Clock;
  readonly options?: ImportOptions;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ImportOptions {
  /** Validates everything first and writes nothing where a row would be refused. */
  readonly strict?: boolean;
  /** Writes contradictions as corrections, in place of reporting them. */
  readonly asCorrections?: boolean;
}

export interface ImportProgress {
  readonly phase: 'checking' | 'importing';
  readonly file: string;
  readonly rows: number;
  readonly events: number;
  /** Of all files, read so far in this phase. */
  readonly bytes: number;
  readonly totalBytes: number | undefined;
}
