import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ImportOptions, Source } from '../../../libs/importing/running/import-input.js';
import { sourceOnDisk } from '../../../libs/importing/running/import-input.js';
import type { Fault } from '../http/problem.js';
import { malformed } from '../http/problem.js';

/** What was sent, on disk for as long as it is worked on: an import may read a file more than once, and in another order than it came in. */
export interface Upload extends Source {
  readonly mappingText: string;
  readonly mappingName: string;
  readonly options: ImportOptions;
  remove(): Promise<void>;
}

interface Stored {
  readonly file: string;
  readonly bytes: number;
}

const LARGEST_MAPPING = 1024 * 1024;
const FLAGS = ['strict', 'asCorrections'] as const;

async function store(part: MultipartFile, file: string): Promise<Stored> {
  await pipeline(part.file, createWriteStream(file, { mode: 0o600 }));
  return { file, bytes: (await stat(file)).size };
}

/** Parts: `mapping` (a file), `files` (each under the name that the mapping gives it), `strict`, `asCorrections`. @throws RequestProblem */
export async function receive(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw malformed([{ path: '', message: 'must be multipart/form-data with a mapping and its files' }]);
  const folder = await mkdtemp(join(tmpdir(), 'dealtrail-import-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await readParts(request, folder)), remove };
  } catch (error) {
    await remove();
    throw isOfParser(error) ? malformed([{ path: '', message: `is no multipart/form-data that can be read: ${error.message}` }]) : error;
  }
}

/** The parser throws bare errors; a disk's have a code, ours a name. */
function isOfParser(error: unknown): error is Error {
  return error instanceof Error && error.name === 'Error' && !('code' in error);
}

async function readParts(request: FastifyRequest, folder: string): Promise<Omit<Upload, 'remove'>> {
  const files = new Map<string, Stored>();
  const flags: Partial<Record<(typeof FLAGS)[number], boolean>> = {};
  const faults: Fault[] = [];
  let mapping: (Stored & { readonly name: string }) | undefined;
  for await (const part of request.parts()) {
    const path = `part ${part.fieldname.slice(0, 100)}`;
    if (part.type === 'file') {
      const stored = await store(part, join(folder, String(files.size + (mapping ? 1 : 0))));
      if (part.fieldname === 'mapping') mapping = { ...stored, name: part.filename };
      else if (part.fieldname === 'files') files.set(part.filename, stored);
      else faults.push({ path, message: 'must be mapping or files' });
      continue;
    }
    const flag = FLAGS.find((name) => name === part.fieldname);
    if (flag === undefined) faults.push({ path, message: `must be one of mapping, files, ${FLAGS.join(', ')}` });
    else if (part.value !== 'true' && part.value !== 'false') faults.push({ path, message: 'must be true or false' });
    else flags[flag] = part.value === 'true';
  }
  if (mapping === undefined) faults.push({ path: 'part mapping', message: 'is missing' });
  else if (mapping.bytes > LARGEST_MAPPING) faults.push({ path: 'part mapping', message: 'is larger than a mapping' });
  if (faults.length > 0 || mapping === undefined) throw malformed(faults);
  return {
    mappingText: await readFile(mapping.file, 'utf8'),
    mappingName: mapping.name,
    options: flags,
    ...sourceOnDisk((name) => files.get(name)?.file),
  };
}
