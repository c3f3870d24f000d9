import { createReadStream, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { Clock, EventStore } from '../../event-store/event-store.port.js';
import type { KeyStore } from '../../privacy/key-store.port.js';

/** The files of a source, by the names that the mapping gives them. */
export interface Source {
  /** Undefined where there is none. May be called more than once for a file. */
  readonly openFile: (name: string) => Readable | undefined;
  /** In bytes, where that is known: progress then has a total. */
  readonly sizeOf?: (name: string) => number | undefined;
  /** Where a file stands on disk: a large source is then read in a thread of its own. */
  readonly pathOf?: (name: string) => string | undefined;
}

/** A source whose files stand on disk. What is no file is not there. */
export function sourceOnDisk(pathOf: (name: string) => string | undefined): Required<Source> {
  const sizeOf = (name: string): number | undefined => {
    const path = pathOf(name);
    const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true ? found.size : undefined;
  };
  const openFile = (name: string): Readable | undefined => {
    const path = pathOf(name);
    return path === undefined || sizeOf(name) === undefined ? undefined : createReadStream(path);
  };
  return { openFile, sizeOf, pathOf };
}

export interface ImportInput extends Source {
  readonly mappingText: string;
  /** The mapping file's name, for messages and the report. */
  readonly mappingName: string;
  readonly commands: Pick<CommandHandling, 'executeStreams' | 'history'>;
  readonly eventStore: Pick<EventStore, 'readAll'>;
  readonly keyStore: Pick<KeyStore, 'logKey'>;
  readonly clock: Clock;
  readonly options?: ImportOptions;
  /** From so many bytes on a source on disk is read in a thread of its own; default 1,000,000. Below, reading takes less than a thread takes to begin. */
  readonly threadFromBytes?: number;
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
