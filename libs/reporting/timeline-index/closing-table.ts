import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval } from '../rows.js';
import { Dictionary } from './dictionary.js';
import { NumberTable } from './number-table.js';

type Closing = Pick<DealInterval, 'closedAt' | 'decisionDate'>;

/** A calendar's days and months begin at a quarter of an hour of UTC in every zone: closings within one are alike for every grouping. */
const QUARTER_HOUR = 900_000;

/**
 * When deals close, as codes: the quarter of an hour in which a closed deal closed, or the date on which the customer of any other is expected to decide. Code 0 is
 * neither. There are hundreds of thousands of quarters: they are kept as numbers.
 */
export class ClosingTable {
  constructor(
    private readonly dates = new Dictionary(),
    /** Odd: twice the quarter of an hour since 1970, plus one; even: twice the code of a date. */
    private readonly keys = new NumberTable(),
  ) {}

  code({ closedAt, decisionDate }: Closing): number {
    return closedAt === null ? this.codeOfDate(decisionDate) : this.codeOfInstant(closedAt);
  }

  codeOfInstant(closedAt: number): number {
    return this.keys.place(Math.floor(closedAt / QUARTER_HOUR) * 2 + 1) + 1;
  }

  codeOfDate(date: string | null): number {
    return date === null ? 0 : this.keys.place(this.dates.code(date) * 2) + 1;
  }

  closing(code: number): Closing {
    if (code === 0) return { closedAt: null, decisionDate: null };
    const key = this.keys.at(code - 1);
    if (key % 2 === 0) return { closedAt: null, decisionDate: this.dates.text(key / 2) };
    return { closedAt: instantOf(key), decisionDate: null };
  }

  /** 1 for each code that lies within the dates [from, to), which begin at `start` and `end`. */
  within({ start, end, from, to }: { start: EpochMs; end: EpochMs; from: string; to: string }): Uint8Array {
    const mask = new Uint8Array(this.size);
    const isIn = Uint8Array.from({ length: this.dates.size }, (_, code) => {
      const date = this.dates.text(code);
      return date !== null && date >= from && date < to ? 1 : 0;
    });
    for (let code = 1; code < mask.length; code += 1) {
      const key = this.keys.at(code - 1);
      if (key % 2 === 0)
        mask[code] = isIn[key / 2]!; // a date of the dictionary
      else if (instantOf(key) >= start && instantOf(key) < end) mask[code] = 1;
    }
    return mask;
  }

  /** Codes are below this. */
  get size(): number {
    return this.keys.size + 1;
  }

  /** What a snapshot file keeps; `ClosingTable.of` takes it back. */
  parts(): { dates: readonly string[]; keys: Int32Array } {
    return { dates: this.dates.all(), keys: this.keys.all() };
  }

  static of(dates: readonly string[], keys: Int32Array): ClosingTable {
    return new ClosingTable(Dictionary.of(dates), NumberTable.of(keys));
  }
}

/** Of an odd key. */
function instantOf(key: number): EpochMs {
  return ((key - 1) / 2) * QUARTER_HOUR;
}
