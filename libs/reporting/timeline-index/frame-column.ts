import type { Backing } from './number-column.js';
import { backingFor, widthFor } from './number-column.js';

/** One sum of the cells of many frames, as narrow as its values allow; without memory as long as all are 0. */
export class FrameColumn {
  private data: Backing = new Uint8Array(0);

  constructor(private readonly length: number) {}

  at(place: number): number {
    return this.data[place] ?? 0;
  }

  set(place: number, value: number): void {
    if (value !== this.at(place)) this.roomFor(value)[place] = value;
  }

  /** Puts the first `count` of `values` at `place` and behind. */
  put(place: number, values: Float64Array, count: number): void {
    let [least, most] = [0, 0];
    for (let index = 0; index < count; index += 1) {
      const value = values[index]!; // the caller says how many there are
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least === 0 && most === 0 && this.data.length === 0) return;
    const data = this.roomFor(least < 0 ? least : most);
    for (let index = 0; index < count; index += 1) data[place + index] = values[index]!; // likewise
  }

  /** Adds those at `place` and behind to the first `count` of `sums`. */
  addTo(sums: Float64Array, place: number, count: number): void {
    if (this.data.length > 0) addInto(sums, this.data, place, count);
  }

  /** Of its parts of so many places, those of these numbers, in this order. */
  parts(numbers: Uint32Array, places: number): FrameColumn {
    const column = new FrameColumn(numbers.length * places);
    if (this.data.length === 0) return column;
    column.data = backingFor(this.data.BYTES_PER_ELEMENT as 1 | 2 | 4 | 8, column.length); // of one of these widths
    for (let index = 0; index < numbers.length; index += 1) {
      const first = numbers[index]! * places; // below length
      column.data.set(this.data.subarray(first, first + places), index * places);
    }
    return column;
  }

  get bytes(): number {
    return this.data.byteLength;
  }

  private roomFor(value: number): Backing {
    const width = Math.max(widthFor(value), this.data.BYTES_PER_ELEMENT) as 1 | 2 | 4 | 8; // of two widths
    if (this.data.length > 0 && width === this.data.BYTES_PER_ELEMENT) return this.data;
    const wider = backingFor(width, this.length);
    wider.set(this.data);
    this.data = wider;
    return wider;
  }
}

/** One loop for each kind of array: over several kinds one takes three times as long. */
function addInto(sums: Float64Array, data: Backing, place: number, count: number): void {
  if (data instanceof Uint8Array)
    for (let index = 0; index < count; index += 1) sums[index]! += data[place + index]!; // the caller says what there is, here and below
  else if (data instanceof Uint16Array) for (let index = 0; index < count; index += 1) sums[index]! += data[place + index]!;
  else if (data instanceof Uint32Array) for (let index = 0; index < count; index += 1) sums[index]! += data[place + index]!;
  else for (let index = 0; index < count; index += 1) sums[index]! += data[place + index]!;
}
