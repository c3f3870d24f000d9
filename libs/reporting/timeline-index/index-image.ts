import { ClosingTable } from './closing-table.js';
import { LooseRows } from './loose-rows.js';
import { InstantColumn } from './instant-column.js';
import type { Backing } from './number-column.js';
import { NumberColumn } from './number-column.js';
import type { IndexLimits } from './segment-frames.js';
import { INDEX_LIMITS } from './segment-frames.js';
import type { Columns } from './segment-columns.js';
import { COLUMNS, isInstant } from './segment-columns.js';
import { Segment } from './segment.js';
import { TimelineIndex } from './timeline-index.js';
import type { TextColumn } from './vocabulary.js';
import { Vocabulary } from './vocabulary.js';

/** The layout of an image; another layout is another file, never a guess. */
export const IMAGE_LAYOUT = 3;

interface ArrayShape {
  readonly width: 1 | 2 | 4 | 8;
  readonly length: number;
}

/** Says what the arrays behind it are, in order. */
export interface ImageHeader {
  readonly layout: number;
  readonly position: number;
  readonly texts: Readonly<Record<TextColumn, readonly string[]>>;
  /** Dates on which customers are expected to decide. */
  readonly dates: readonly string[];
  readonly segments: number;
  readonly arrays: readonly ArrayShape[];
}

function shapeOf(array: Backing): ArrayShape {
  return { width: array.BYTES_PER_ELEMENT as ArrayShape['width'], length: array.length }; // the four backings have these widths
}

function viewOf({ width, length }: ArrayShape, buffer: ArrayBuffer, offset: number): Backing {
  if (width === 1) return new Uint8Array(buffer, offset, length);
  if (width === 2) return new Uint16Array(buffer, offset, length);
  return width === 4 ? new Uint32Array(buffer, offset, length) : new Float64Array(buffer, offset, length);
}

/** Bytes that an array takes in the image: every array begins at a multiple of eight. */
export function paddedBytes({ width, length }: ArrayShape): number {
  return Math.ceil((width * length) / 8) * 8;
}

function numbers(column: NumberColumn): Backing {
  return column.data.subarray(0, column.length);
}

function columnArrays(columns: Columns): Backing[] {
  return COLUMNS.flatMap((name) => {
    if (!isInstant(name)) return [numbers(columns[name])];
    const { low, high, base } = columns[name].parts();
    return [low, high, Float64Array.of(base)];
  });
}

function looseArrays(rows: LooseRows): Backing[] {
  return [...columnArrays(rows.columns), numbers(rows.withdrawnBy), numbers(rows.registeredAt)];
}

/** The index as a header and arrays, to be written one after the other in the machine's byte order. The arrays are the index's own: write before the next `follow`. */
export function imageOf(index: TimelineIndex): { header: ImageHeader; arrays: readonly Backing[] } {
  const { segments, withdrawn, undated } = index.parts();
  const { dates, keys } = index.vocabulary.closings.parts();
  const arrays: Backing[] = [
    new Uint32Array(keys.buffer, keys.byteOffset, keys.length),
    ...looseArrays(withdrawn),
    ...looseArrays(undated),
  ];
  for (const segment of segments) {
    arrays.push(...columnArrays(segment.columns), segment.endsInOrder);
  }
  const header = { layout: IMAGE_LAYOUT, position: index.position, texts: index.vocabulary.texts(), dates, segments: segments.length };
  return { header: { ...header, arrays: arrays.map(shapeOf) }, arrays };
}

/** The index that the image was taken of. `body` holds the arrays, each padded to eight bytes; they are used where they lie. */
export function indexOf(header: ImageHeader, body: ArrayBuffer, limits: IndexLimits = INDEX_LIMITS): TimelineIndex {
  let offset = 0;
  let next = 0;
  const array = (): Backing => {
    const shape = header.arrays[next];
    if (shape === undefined) throw new RangeError('the image ends before its arrays do');
    const view = viewOf(shape, body, offset);
    next += 1;
    offset += paddedBytes(shape);
    return view;
  };
  const instants = (): InstantColumn => InstantColumn.of(array() as Uint32Array<ArrayBuffer>, array(), array()[0] ?? 0); // written so by columnArrays
  const columns = (): Columns =>
    Object.fromEntries(COLUMNS.map((name) => [name, isInstant(name) ? instants() : NumberColumn.of(array())])) as Columns; // every name is there
  const loose = (): LooseRows => new LooseRows(columns(), NumberColumn.of(array()), NumberColumn.of(array()));
  const keys = array();
  const closings = ClosingTable.of(header.dates, new Int32Array(body, keys.byteOffset, keys.length));
  const withdrawn = loose();
  const undated = loose();
  const segments = Array.from({ length: header.segments }, () => new Segment(columns(), array() as Uint32Array)); // written so by imageOf
  return new TimelineIndex(new Vocabulary(header.texts, closings), segments, withdrawn, undated, header.position, limits);
}
