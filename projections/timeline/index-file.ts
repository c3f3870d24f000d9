import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { ImageHeader } from '../../libs/reporting/timeline-index/index-image.js';
import { IMAGE_LAYOUT, imageOf, indexOf, paddedBytes } from '../../libs/reporting/timeline-index/index-image.js';
import type { TimelineIndex } from '../../libs/reporting/timeline-index/timeline-index.js';

/** What an image stands on: a file of another log, another event at its position or another version of the model is another history. */
export interface ImageOrigin {
  readonly logId: string;
  readonly modelVersion: number;
  /** Event id at the index's position; null at the start of the log. */
  readonly eventId: string | null;
  /** Number of the last replay of a parked stream that the index has seen. */
  readonly replays: number;
}

export interface LoadedImage {
  readonly index: TimelineIndex;
  readonly origin: ImageOrigin;
}

const MAGIC = 'dealtrail-timeline\n';
/** Read and written at once: a hundredth of a second. */
const BLOCK = 8 << 20;
const FIRST_LINES = 80;
const PADDING = new Uint8Array(8);

/** A snapshot that has been written and not yet put in its place. */
export interface WrittenImage {
  /** Syncs it and puts it in the old one's place; the index may go on meanwhile. */
  place(): Promise<void>;
}

/**
 * Writes the index beside the read store, whole or not at all: to a new file, synced, then renamed. The first line says what it is, the second is the header's length and
 * both checksums; a torn or edited file does not fit them. The index must not `follow` before this resolves; it is written piece by piece, so that others are
 * served between.
 */
export async function writeIndexFile(file: string, index: TimelineIndex, origin: ImageOrigin): Promise<WrittenImage> {
  const { header, arrays } = imageOf(index);
  const text = Buffer.from(JSON.stringify({ origin, header }));
  const fresh = `${file}.${process.pid}.new`;
  const handle = await open(fresh, 'w', 0o600);
  try {
    // The first lines hold the sum of all behind them and are written last.
    await handle.writeFile(Buffer.alloc(FIRST_LINES));
    await handle.writeFile(text);
    let bodySum = 0;
    for (const { buffer, byteOffset, byteLength } of arrays) {
      for (const piece of piecesOf(new Uint8Array(buffer, byteOffset, byteLength))) {
        bodySum = crc32(piece, bodySum);
        await handle.writeFile(piece);
      }
      await handle.writeFile(PADDING.subarray(0, (8 - (byteLength % 8)) % 8));
    }
    await handle.write(firstLines(text, bodySum), 0, FIRST_LINES, 0);
  } catch (problem) {
    await giveUp(handle, fresh);
    throw problem;
  }
  return {
    async place() {
      try {
        await handle.sync();
      } catch (problem) {
        await giveUp(handle, fresh);
        throw problem;
      }
      await handle.close();
      await rename(fresh, file);
    },
  };
}

async function giveUp(handle: FileHandle, fresh: string): Promise<void> {
  await handle.close();
  await rm(fresh, { force: true });
}

function firstLines(header: Uint8Array, bodySum: number): Buffer {
  const line = `${MAGIC}${header.byteLength} ${crc32(header)} ${bodySum}`;
  return Buffer.from(`${line.padEnd(FIRST_LINES - 1)}\n`);
}

function piecesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.byteLength / BLOCK) }, (_, piece) => bytes.subarray(piece * BLOCK, (piece + 1) * BLOCK));
}

/** Undefined where there is no file, or what is there is torn, edited or of another layout: the index is then loaded from the read store. */
export async function readIndexFile(file: string): Promise<LoadedImage | undefined> {
  const handle = await openIfThere(file);
  if (handle === undefined) return undefined;
  try {
    return await readImage(handle);
  } finally {
    await handle.close();
  }
}

/** What a snapshot file says of itself. */
export interface IndexFileHeader {
  readonly origin: ImageOrigin;
  readonly bytes: number;
  /** The log position that it stands at. */
  readonly position: number;
}

/** Its header alone, the arrays unread; undefined where there is no file, `torn` where what is there is no whole snapshot of this layout. */
export async function inspectIndexFile(file: string): Promise<IndexFileHeader | 'torn' | undefined> {
  const handle = await openIfThere(file);
  if (handle === undefined) return undefined;
  try {
    const said = await readHeader(handle);
    return said === undefined ? 'torn' : { origin: said.origin, bytes: (await handle.stat()).size, position: said.header.position };
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  return open(file, 'r').catch((problem: NodeJS.ErrnoException) => {
    if (problem.code === 'ENOENT') return undefined;
    throw problem;
  });
}

interface SaidHeader {
  readonly origin: ImageOrigin;
  readonly header: ImageHeader;
  /** Where the arrays begin. */
  readonly bodyAt: number;
  readonly bodySum: number;
}

async function readHeader(handle: FileHandle): Promise<SaidHeader | undefined> {
  const first = Buffer.alloc(FIRST_LINES);
  await handle.read(first, 0, FIRST_LINES, 0);
  const match = new RegExp(`^${MAGIC}(\\d+) (\\d+) (\\d+) *\\n$`).exec(first.toString('latin1'));
  if (match === null) return undefined;
  const { size } = await handle.stat();
  const headerLength = Number(match[1]);
  if (size < FIRST_LINES + headerLength) return undefined;
  const text = Buffer.alloc(headerLength);
  await handle.read(text, 0, headerLength, FIRST_LINES);
  if (crc32(text) !== Number(match[2])) return undefined;
  const { origin, header } = JSON.parse(text.toString('utf8')) as { origin: ImageOrigin; header: ImageHeader }; // its checksum fits: written by writeIndexFile
  if (
    header.layout !== IMAGE_LAYOUT ||
    size !== FIRST_LINES + headerLength + header.arrays.reduce((sum, shape) => sum + paddedBytes(shape), 0)
  )
    return undefined;
  return { origin, header, bodyAt: FIRST_LINES + headerLength, bodySum: Number(match[3]) };
}

async function readImage(handle: FileHandle): Promise<LoadedImage | undefined> {
  const said = await readHeader(handle);
  if (said === undefined) return undefined;
  const body = await readBody(handle, said.bodyAt, said.header);
  return body.sum === said.bodySum ? { index: indexOf(said.header, body.buffer), origin: said.origin } : undefined;
}

/** Block by block, so that a large file does not hold up who asks meanwhile. */
async function readBody(handle: FileHandle, start: number, header: ImageHeader): Promise<{ buffer: ArrayBuffer; sum: number }> {
  const buffer = new ArrayBuffer(header.arrays.reduce((total, shape) => total + paddedBytes(shape), 0));
  let sum = 0;
  let offset = 0;
  for (const shape of header.arrays) {
    const bytes = new Uint8Array(buffer, offset, shape.width * shape.length);
    for (let done = 0; done < bytes.byteLength; done += BLOCK) {
      const piece = bytes.subarray(done, done + BLOCK);
      await handle.read(piece, 0, piece.byteLength, start + offset + done);
      sum = crc32(piece, sum);
    }
    offset += paddedBytes(shape);
  }
  return { buffer, sum };
}
