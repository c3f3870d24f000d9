import type { Row, RowChange, RowKey } from '../read-store/read-store.port.js';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/**
 * The changes of one page of one model. A row that is opened and ended within the page is written once, with its end: that is most rows of an import and of
 * a rebuild. The rows are the projection's gift (`Projection.apply`): nobody else holds them.
 */
export class RowBatch {
  private readonly inserted = new Map<number, Mutable<Row>[]>();
  private readonly dropped = new Set<Row>();
  private readonly list: RowChange[] = [];

  /**
   * @param onlyLatest drops a row that the page withdraws again. Only where the store commits a batch whole: elsewhere a writer that was stopped, or came late, may
   * have inserted that very row, and nobody would ever withdraw it
   */
  constructor(private readonly onlyLatest: boolean) {}

  add(changes: readonly RowChange[]): void {
    for (const change of changes) this.addOne(change);
  }

  changes(): readonly RowChange[] {
    if (this.dropped.size === 0) return this.list;
    return this.list.filter((change) => change.kind !== 'insert' || !this.dropped.has(change.row));
  }

  private addOne(change: RowChange): void {
    if (change.kind === 'insert') {
      const same = this.inserted.get(change.row.openedBy);
      if (same === undefined) this.inserted.set(change.row.openedBy, [change.row]);
      else same.push(change.row);
      this.list.push(change);
      return;
    }
    const row = change.kind === 'forget' ? undefined : this.insertedHere(change.key);
    if (row === undefined) this.list.push(change);
    else if (change.kind === 'end') {
      row.validTo = change.validTo;
      row.endedBy = change.endedBy;
    } else if (change.kind === 'withdraw') {
      row.withdrawnBy = change.withdrawnBy;
      if (this.onlyLatest) this.dropped.add(row);
    }
  }

  private insertedHere(key: RowKey): Mutable<Row> | undefined {
    return this.inserted.get(key.openedBy)?.find((row) => row.ordinal === key.ordinal && row.entity === key.entity);
  }
}
