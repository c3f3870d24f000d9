import type { EpochMs } from '../../domain/shared/instant.js';
import type { Mapping } from '../mapping/mapping.js';
import { readMapping } from '../mapping/read-mapping.js';
import type { ImportReport } from '../report/import-report.js';
import { ReportBook } from '../report/import-report.js';
import type { ImportInput } from './import-input.js';
import { ImportWriting } from './import-writing.js';
import { isReadInThread, readInThread } from './reading-thread.js';
import { SourceFiles } from './source-files.js';
import type { IsRecorded, SourceBeingRead } from './source-reading.js';
import { SourceReading } from './source-reading.js';

/**
 * Reads a source as its mapping says and writes what is new of it, through the same deciders as everybody. Streaming: memory does not grow with the
 * files. Killed at any instant and run again it ends as if it had not been: what is in a stream already is known by its hash.
 * @throws MappingRefused before anything is written; what the stores throw
 */
export async function runImport(input: ImportInput): Promise<ImportReport> {
  const mapping = readMapping(input.mappingText, input.mappingName);
  const instant = input.clock.now();
  if (input.options?.strict === true) {
    const checked = await pass(input, mapping, instant, true);
    if (checked.refusedRows > 0) return checked.report(mapping.source, mapping.name, true);
  }
  const book = await pass(input, mapping, instant, false);
  return book.report(mapping.source, mapping.name, false);
}

/** Once over the source: all of it read and translated, and unless it is dry, written. */
async function pass(input: ImportInput, mapping: Mapping, instant: EpochMs, dry: boolean): Promise<ReportBook> {
  const book = new ReportBook();
  const writing = new ImportWriting(input, mapping, instant, book, dry);
  const read = isReadInThread(input, mapping) ? readInThread : readHere;
  const source = await read(input, mapping, instant, writing.isRecorded);
  try {
    await writing.all(source.stretches);
  } finally {
    await source.close();
  }
  return book;
}

async function readHere(input: ImportInput, mapping: Mapping, instant: EpochMs, isRecorded: IsRecorded): Promise<SourceBeingRead> {
  const files = new SourceFiles(mapping, input);
  await files.prepare();
  const reading = new SourceReading(mapping, files, { logKey: input.keyStore.logKey, source: mapping.source }, instant, isRecorded);
  return { stretches: reading.read(), close: () => Promise.resolve() };
}
