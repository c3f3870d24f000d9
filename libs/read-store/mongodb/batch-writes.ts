import type { Row, RowChange, RowKey } from '../read-store.port.js';

type Change<K extends RowChange['kind']> = Extract<RowChange, { kind: K }>;

/** A run of changes in which none is a `forget`: what is to be written for it, each row at most once. */
export interface RowWrites {
  readonly inserts: readonly Row[];
  readonly ends: readonly Change<'end'>[];
  readonly withdrawals: readonly Change<'withdraw'>[];
  /** Comes after the writes before it and before those of the next run. */
  readonly forget: string | null;
}

/**
 * What a list of changes writes. A row that the same batch inserts and completes is inserted complete: an import has a deal's events side by side, so that a
 * rebuild saves most of its updates.
 */
export function writesOf(changes: readonly RowChange[]): RowWrites[] {
  const runs: RowWrites[] = [];
  let run = new Run();
  for (const change of changes) {
    if (change.kind === 'forget') {
      runs.push(run.done(change.entity));
      run = new Run();
    } else run.add(change);
  }
  runs.push(run.done(null));
  return runs;
}

class Run {
  readonly #inserts: Row[] = [];
  readonly #ends: Change<'end'>[] = [];
  readonly #withdrawals: Change<'withdraw'>[] = [];
  /** Places in `inserts` by the position that opened the row, of which there is mostly one. */
  readonly #opened = new Map<number, number[]>();

  add(change: Exclude<RowChange, { kind: 'forget' }>): void {
    if (change.kind === 'insert') {
      if (this.#find(change.row) !== undefined) return;
      const places = this.#opened.get(change.row.openedBy);
      if (places === undefined) this.#opened.set(change.row.openedBy, [this.#inserts.length]);
      else places.push(this.#inserts.length);
      this.#inserts.push(change.row);
      return;
    }
    const place = this.#find(change.key);
    const row = place === undefined ? undefined : this.#inserts[place];
    if (place === undefined || row === undefined) {
      if (change.kind === 'end') this.#ends.push(change);
      else this.#withdrawals.push(change);
    } else if (change.kind === 'end') {
      if (row.endedBy === null) this.#inserts[place] = { ...row, validTo: change.validTo, endedBy: change.endedBy };
    } else if (row.withdrawnBy === null) this.#inserts[place] = { ...row, withdrawnBy: change.withdrawnBy };
  }

  done(forget: string | null): RowWrites {
    return { inserts: this.#inserts, ends: this.#ends, withdrawals: this.#withdrawals, forget };
  }

  #find(key: RowKey): number | undefined {
    return this.#opened.get(key.openedBy)?.find((place) => {
      const row = this.#inserts[place];
      return row?.ordinal === key.ordinal && row.entity === key.entity;
    });
  }
}
