import type { EpochMs } from '../../domain/shared/instant.js';
import { InstantColumn } from './instant-column.js';
import { NumberColumn } from './number-column.js';
import type { Pieces } from './pieces.js';
import type { ColumnName, Columns, InstantName } from './segment-columns.js';
import { COLUMNS, emptyColumns, isInstant } from './segment-columns.js';

/** Rows of a block: all of its columns grow at once, and that takes some milliseconds. */
const BITS = 18;
const ROWS = 1 << BITS;

/** What each column holds of a row of a page. */
export type ValuesOf = Readonly<Record<ColumnName, (row: number) => number>>;

/** Columns of millions of rows, in blocks: what is full grows no more, so that one more page takes as long as the first. */
export class BlockColumns {
  private readonly blocks: Columns[] = [];
  length = 0;

  /** Takes the first `count` of `rows`. Column by column: a loop over one array each. */
  pushEach(rows: Uint32Array, count: number, valuesOf: ValuesOf): void {
    for (let from = 0; from < count;) {
      const room = ROWS - (this.length % ROWS);
      const block = room === ROWS ? this.addBlock() : this.blocks.at(-1)!; // one that is not full
      const part = rows.subarray(from, Math.min(count, from + room));
      for (const name of COLUMNS) block[name].pushEach(part, part.length, valuesOf[name]);
      this.length += part.length;
      from += part.length;
    }
  }

  /** Reads a column of instants by row. */
  instants(name: InstantName): { at(row: number): EpochMs } {
    const columns = this.blocks.map((block) => block[name]);
    return { at: (row) => columns[row >>> BITS]!.at(row & (ROWS - 1)) }; // a row of these
  }

  /** Reads a column of numbers by row. */
  numbers(name: Exclude<ColumnName, InstantName>): { at(row: number): number } {
    const columns = this.blocks.map((block) => block[name]);
    return { at: (row) => columns[row >>> BITS]!.at(row & (ROWS - 1)) }; // likewise
  }

  /** The values at `order`, in that order, as one column. */
  gathering(name: ColumnName, order: Uint32Array): Pieces<NumberColumn | InstantColumn> {
    if (isInstant(name))
      return InstantColumn.gathering(
        this.blocks.map((block) => block[name]),
        BITS,
        order,
      );
    return NumberColumn.gathering(
      this.blocks.map((block) => block[name]),
      BITS,
      order,
    );
  }

  /** Lets a column go that is needed no more. */
  release(name: ColumnName): void {
    for (const block of this.blocks) Object.assign(block, { [name]: emptyColumns(0)[name] });
  }

  private addBlock(): Columns {
    // Whoever has filled one block will likely fill the next.
    const block = emptyColumns(this.blocks.length === 0 ? undefined : ROWS);
    this.blocks.push(block);
    return block;
  }
}
