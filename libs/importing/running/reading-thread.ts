import { Worker } from 'node:worker_threads';
import type { EpochMs } from '../../domain/shared/instant.js';
import { builtBeside } from '../../event-store/built-beside.js';
import type { Mapping } from '../mapping/mapping.js';
import { MappingRefused } from '../mapping/mapping-node.js';
import { sourceFileNames } from '../mapping/source-file-names.js';
import type { ImportInput } from './import-input.js';
import type { FromReading, ReadingFailure, ReadingWork, ToReading } from './reading-messages.js';
import type { IsRecorded, SourceBeingRead } from './source-reading.js';
import type { Stretch } from './stretch.js';

const THREAD_FROM_BYTES = 1_000_000;
/** What is read is handed on and dies: more room for it costs memory and saves no time (30 MB at 375 thousand events). */
const YOUNG_MB = 24;

/** Whether the source is on disk, and so large that a thread of its own pays. */
export function isReadInThread({ pathOf, sizeOf, threadFromBytes = THREAD_FROM_BYTES }: ImportInput, mapping: Mapping): boolean {
  if (pathOf === undefined) return false;
  return sourceFileNames(mapping).reduce((sum, name) => sum + (sizeOf?.(name) ?? 0), 0) >= threadFromBytes;
}

/**
 * Reads, translates and hashes in a thread of its own, some stretches ahead of who writes them, so that only deciding and appending are left to the thread that asks.
 * @throws MappingRefused
 */
export async function readInThread(
  { mappingText, mappingName, keyStore, pathOf }: ImportInput,
  mapping: Mapping,
  instant: EpochMs,
  isRecorded: IsRecorded,
): Promise<SourceBeingRead> {
  const paths = sourceFileNames(mapping).flatMap((name): [string, string][] => {
    const path = pathOf?.(name);
    return path === undefined ? [] : [[name, path]];
  });
  const thread = new ReadingThread({ mappingText, mappingName, logKey: keyStore.logKey, paths, instant });
  try {
    const first = await thread.next();
    if (first !== 'ready') throw new TypeError('a thread that reads a source says first that it can');
    return { stretches: thread.stretches(isRecorded), close: () => thread.close() };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

class ReadingThread {
  private readonly worker: Worker;
  private readonly came: FromReading[] = [];
  private failed: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(work: ReadingWork) {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    this.worker = new Worker(builtBeside(import.meta.url, 'reading.worker.js'), { workerData: work, resourceLimits });
    this.worker.on('message', (message: FromReading) => {
      this.came.push(message);
      this.wake();
    });
    this.worker.on('error', (error) => this.fail(error as Error)); // what a thread throws
    this.worker.on('exit', () => this.fail(new Error('the thread that reads the source ended before its end')));
  }

  /** What the thread says next, in its order. @throws what reading throws */
  async next(): Promise<Exclude<FromReading, { readonly failure: ReadingFailure }>> {
    for (;;) {
      const message = this.came.shift();
      if (message === undefined) {
        if (this.failed !== undefined) throw this.failed;
        await new Promise<void>((resolve) => (this.wake = resolve));
      } else if (typeof message === 'object' && 'failure' in message) throw errorOf(message.failure);
      else return message;
    }
  }

  async *stretches(isRecorded: IsRecorded): AsyncGenerator<Stretch> {
    for (let message = await this.next(); message !== 'end'; message = await this.next()) {
      if (message === 'ready') continue;
      if ('asked' in message) this.tell({ recorded: await isRecorded(message.asked) });
      else {
        this.tell('more');
        yield JSON.parse(message.stretch) as Stretch; // what the thread wrote
      }
    }
  }

  /** Whatever is left to read. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private tell(message: ToReading): void {
    this.worker.postMessage(message);
  }

  private fail(error: Error): void {
    this.failed ??= error;
    this.wake();
  }
}

function errorOf({ message, mapping }: ReadingFailure): Error {
  return mapping === undefined ? new Error(message) : new MappingRefused(mapping.name, mapping.problems);
}
