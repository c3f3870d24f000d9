import type { EpochMs } from '../../domain/shared/instant.js';

const NONE = 0;
/** Behind it the instant is written out. */
const WRITTEN_OUT = 255;

/**
 * Instants that are almost always the beginning of one of the deal's own rows (when it came to its stage, when it was closed, when the next row begins): a row keeps the place of
 * that row among its deal's, one byte where the instant takes eight.
 */
export class InstantsByPlace {
  readonly #places: Uint8Array;
  readonly #writtenOut = new Map<number, EpochMs>();

  constructor(
    rows: number,
    /** Beginnings of all rows. */
    private readonly begins: ArrayLike<number>,
  ) {
    this.#places = new Uint8Array(rows);
  }

  /** `instant` NaN: none. The deal's rows are [start, end). */
  set(row: number, instant: number, start: number, end: number): void {
    if (Number.isNaN(instant)) return;
    const last = Math.min(end, start + WRITTEN_OUT - 1);
    for (let place = start; place < last; place += 1) {
      if (this.begins[place] !== instant) continue;
      this.#places[row] = place - start + 1;
      return;
    }
    this.#places[row] = WRITTEN_OUT;
    this.#writtenOut.set(row, instant);
  }

  at(row: number, start: number): EpochMs | null {
    const place = this.#places[row]!; // a row of these
    if (place === NONE) return null;
    return place === WRITTEN_OUT ? (this.#writtenOut.get(row) ?? null) : this.begins[start + place - 1]!; // a row of the deal
  }

  get bytes(): number {
    return this.#places.byteLength + this.#writtenOut.size * 50;
  }
}
