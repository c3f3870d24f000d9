import type { EpochMs } from '../../domain/shared/instant.js';
import { NumberColumn } from './number-column.js';
import type { Columns } from './segment.js';
import { COLUMNS, emptyColumns, positionCode } from './segment.js';

/** Few rows in no order, looked at one by one: those just opened, those withdrawn, those of deals registered without a date. */
export class LooseRows {
  constructor(
    readonly columns: Columns = emptyColumns(),
    /** Plus one; 0: not withdrawn. */
    readonly withdrawnBy = new NumberColumn(),
    /** Of deals without a date: the instant of their recording. */
    readonly registeredAt = new NumberColumn(8),
  ) {}

  get length(): number {
    return this.columns.validFrom.length;
  }

  add(values: Readonly<Record<(typeof COLUMNS)[number], number>>, withdrawnBy: number | null, registeredAt: EpochMs): number {
    for (const name of COLUMNS) this.columns[name].push(values[name]);
    this.withdrawnBy.push(positionCode(withdrawnBy));
    this.registeredAt.push(registeredAt);
    return this.length - 1;
  }

  /** Opened by K and not withdrawn by it. */
  isKnown(row: number, knownAt: number): boolean {
    const [opened, withdrawn] = [this.columns.openedBy.at(row), this.withdrawnBy.at(row)];
    return opened !== 0 && opened <= positionCode(knownAt) && (withdrawn === 0 || withdrawn > positionCode(knownAt));
  }

  counts(row: number, asOf: EpochMs, knownAt: number): boolean {
    return this.isKnown(row, knownAt) && rowCountsAt(this.columns, row, asOf, knownAt);
  }

  get bytes(): number {
    return COLUMNS.reduce((sum, name) => sum + this.columns[name].bytes, this.withdrawnBy.bytes + this.registeredAt.bytes);
  }
}

/** `rowCounts` of the read store's port on columns, but for the withdrawal. */
export function rowCountsAt(columns: Columns, row: number, asOf: EpochMs, knownAt: number): boolean {
  const opened = columns.openedBy.data[row]!; // row of these columns, here and below
  if (opened === 0 || opened > knownAt + 1 || columns.validFrom.data[row]! > asOf) return false;
  if (asOf < columns.validTo.data[row]!) return true;
  const ended = columns.endedBy.data[row]!;
  return columns.validTo.data[row] === Infinity || ended > knownAt + 1;
}
