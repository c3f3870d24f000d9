import type { EpochMs } from '../../domain/shared/instant.js';
import { InstantColumn } from './instant-column.js';
import { NumberColumn } from './number-column.js';
import type { Pieces } from './pieces.js';
import type { ColumnName, Columns, InstantName } from './segment-columns.js';
import { COLUMNS, emptyColumns, isInstant } from './segment-columns.js';

/** Rows of a block: a column of one byte a row is then an array that is given back to the system when it is let go (decision 0111). */
const BITS = 20;

/** What each column holds of a row of a page. */
export type ValuesOf = Readonly<Record<ColumnName, (row: number) => number>>;

/** Columns of millions of rows, in blocks: what is full grows no more, so that one more page takes as long as the first. */
export class BlockColumns {
  private readonly blocks: Columns[] = [];
  length = 0;
  private readonly rows: number;

  /** So many bits of a row's number say where in its block it stands. */
  constructor(private readonly bits = BITS) {
    this.rows = 1 << bits;
  }

  /** Takes the first `count` of `rows`. Column by column: a loop over one array each. */
  pushEach(rows: Uint32Array, count: number, valuesOf: ValuesOf): void {
    for (let from = 0; from < count;) {
      const room = this.rows - (this.length % this.rows);
      const block = room === this.rows ? this.addBlock() : this.blocks.at(-1)!; // one that is not full
      const part = rows.subarray(from, Math.min(count, from + room));
      for (const name of COLUMNS) block[name].pushEach(part, part.length, valuesOf[name]);
      // All columns grow at once. Beyond a quarter that would be felt: the first block then has its room at once too.
      if (this.length + part.length > this.rows >> 2) for (const name of COLUMNS) block[name].reserve(this.rows);
      this.length += part.length;
      from += part.length;
    }
  }

  /** Reads a column of instants by row. */
  instants(name: InstantName): { at(row: number): EpochMs } {
    const columns = this.blocks.map((block) => block[name]);
    const [bits, mask] = [this.bits, this.rows - 1];
    return { at: (row) => columns[row >>> bits]!.at(row & mask) }; // a row of these
  }

  /** Reads a column of numbers by row. */
  numbers(name: Exclude<ColumnName, InstantName>): { at(row: number): number } {
    const columns = this.blocks.map((block) => block[name]);
    const [bits, mask] = [this.bits, this.rows - 1];
    return { at: (row) => columns[row >>> bits]!.at(row & mask) }; // likewise
  }

  /** The values at `order`, in that order, as one column. */
  gathering(name: ColumnName, order: Uint32Array): Pieces<NumberColumn | InstantColumn> {
    if (isInstant(name))
      return InstantColumn.gathering(
        this.blocks.map((block) => block[name]),
        this.bits,
        order,
      );
    return NumberColumn.gathering(
      this.blocks.map((block) => block[name]),
      this.bits,
      order,
    );
  }

  /** Lets a column go that is needed no more. */
  release(name: ColumnName): void {
    for (const block of this.blocks) Object.assign(block, { [name]: emptyColumns(0)[name] });
  }

  private addBlock(): Columns {
    // Whoever has filled one block will likely fill the next.
    const block = emptyColumns(this.blocks.length === 0 ? undefined : this.rows);
    this.blocks.push(block);
    return block;
  }
}
