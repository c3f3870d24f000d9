import { parentPort, workerData } from 'node:worker_threads';
import { MappingRefused } from '../mapping/mapping-node.js';
import { readMapping } from '../mapping/read-mapping.js';
import { sourceOnDisk } from './import-input.js';
import type { FromReading, ReadingFailure, ReadingWork, ToReading } from './reading-messages.js';
import { STRETCHES_AHEAD } from './reading-messages.js';
import { SourceFiles } from './source-files.js';
import { SourceReading } from './source-reading.js';

/** Reads a source for the thread that began it, at most some stretches ahead. */
const { mappingText, mappingName, logKey, paths, instant } = workerData as ReadingWork; // what `readInThread` hands in
const port = parentPort;
if (port === null) throw new TypeError('a source is read by a thread that was begun for it');

let ahead = 0;
let goOn: () => void = () => undefined;
let answer: (recorded: boolean) => void = () => undefined;

function tell(message: FromReading): void {
  port?.postMessage(message);
}

port.on('message', (message: ToReading) => {
  if (message === 'more') {
    ahead -= 1;
    goOn();
  } else answer(message.recorded);
});

async function read(): Promise<void> {
  const mapping = readMapping(mappingText, mappingName);
  const pathOf = new Map(paths);
  const files = new SourceFiles(
    mapping,
    sourceOnDisk((name) => pathOf.get(name)),
  );
  await files.prepare();
  const reading = new SourceReading(mapping, files, { logKey: Buffer.from(logKey), source: mapping.source }, instant, (stream) => {
    tell({ asked: stream });
    return new Promise((resolve) => (answer = resolve));
  });
  tell('ready');
  for await (const stretch of reading.read()) {
    while (ahead >= STRETCHES_AHEAD) await new Promise<void>((resolve) => (goOn = resolve));
    ahead += 1;
    tell({ stretch: JSON.stringify(stretch) });
  }
  tell('end');
}

function failureOf(error: unknown): ReadingFailure {
  if (error instanceof MappingRefused) return { message: error.message, mapping: { name: error.mapping, problems: error.problems } };
  return { message: error instanceof Error ? error.message : String(error) };
}

await read().catch((error: unknown) => tell({ failure: failureOf(error) }));
port.close();
