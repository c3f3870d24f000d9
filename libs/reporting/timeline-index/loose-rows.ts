import type { EpochMs } from '../../domain/shared/instant.js';
import { NumberColumn } from './number-column.js';
import type { Columns, KeyValues, RowValues } from './segment-columns.js';
import { COLUMNS, emptyColumns, positionCode } from './segment-columns.js';
import { rowsWhere } from './segment.js';

/** Rows that one event opened are fewer: the read store gives their numbers fewer bits. */
const ORDINALS = 0x10000;

/** Few rows in no order, looked at one by one: those just opened, those withdrawn, those of deals registered without a date. */
export class LooseRows {
  /** Rows by what opened them; made when first asked for. */
  private places: Map<number, number> | undefined;

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

  add(values: Readonly<RowValues>, withdrawnBy: number | null, registeredAt: EpochMs): number {
    for (const name of COLUMNS) this.columns[name].push(values[name]);
    this.withdrawnBy.push(positionCode(withdrawnBy));
    this.registeredAt.push(registeredAt);
    this.places?.set(values.openedBy * ORDINALS + values.ordinal, this.length - 1);
    return this.length - 1;
  }

  /** Undefined where the row is not among these, or was taken out. */
  find({ openedBy, ordinal }: KeyValues): number | undefined {
    const row = (this.places ??= this.byKey()).get(openedBy * ORDINALS + ordinal);
    return row !== undefined && this.columns.openedBy.at(row) === openedBy ? row : undefined;
  }

  private byKey(): Map<number, number> {
    const { openedBy, ordinal } = this.columns;
    const places = new Map<number, number>();
    for (let row = 0; row < this.length; row += 1) places.set(openedBy.at(row) * ORDINALS + ordinal.at(row), row);
    return places;
  }

  /** `endedBy` plus one, as the column holds it. */
  end(row: number, validTo: EpochMs, endedBy: number): void {
    this.columns.validTo.set(row, validTo);
    this.columns.endedBy.set(row, endedBy);
  }

  /** The row counts no more. */
  takeOut(row: number): void {
    this.columns.validTo.set(row, this.columns.validFrom.at(row));
    this.columns.openedBy.set(row, 0);
  }

  /** How many rows have no end. */
  get notEnded(): number {
    return rowsWhere(this.length, (row) => this.columns.validTo.at(row) === Infinity).length;
  }

  /** Opened by K and not withdrawn by it. */
  isKnown(row: number, knownAt: number): boolean {
    const [opened, withdrawn] = [this.columns.openedBy.at(row), this.withdrawnBy.at(row)];
    return opened !== 0 && opened <= positionCode(knownAt) && (withdrawn === 0 || withdrawn > positionCode(knownAt));
  }

  /** The rows that count at (T, K). */
  counting(asOf: EpochMs, knownAt: number): Uint32Array {
    return rowsWhere(this.length, (row) => this.isKnown(row, knownAt) && rowCountsAt(this.columns, row, asOf, knownAt));
  }

  /** Of rows of deals without a date: those that T has not reached and that count at their recording. */
  recordedLater(asOf: EpochMs, knownAt: number): Uint32Array {
    return rowsWhere(this.length, (row) => {
      const recorded = this.registeredAt.at(row);
      return asOf < recorded && this.isKnown(row, knownAt) && rowCountsAt(this.columns, row, recorded, knownAt);
    });
  }

  get bytes(): number {
    return COLUMNS.reduce((sum, name) => sum + this.columns[name].bytes, this.withdrawnBy.bytes + this.registeredAt.bytes);
  }
}

/** `rowCounts` of the read store's port on columns, but for the withdrawal. */
export function rowCountsAt(columns: Columns, row: number, asOf: EpochMs, knownAt: number): boolean {
  const opened = columns.openedBy.data[row]!; // row of these columns, here and below
  if (opened === 0 || opened > knownAt + 1 || columns.validFrom.at(row) > asOf) return false;
  const to = columns.validTo.at(row);
  if (asOf < to) return true;
  const ended = columns.endedBy.data[row]!;
  return to === Infinity || ended > knownAt + 1;
}
