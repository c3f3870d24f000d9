import type { Row, RowChange, RowKey } from '../read-store/read-store.port.js';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/**
 * The changes of one page of one model. A row that is opened and ended within the page is written once, with its end: that is most rows of an import and of
 * a rebuild. The rows are the projection's gift (`Projection.apply`): nobody else holds them.
 */
export class RowBatch {
  /** As they came, which is by the position that opened them: that is how they are found again. */
  private readonly inserted: Mutable<Row>[] = [];
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
      this.inserted.push(change.row);
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

  /** Undefined also where rows should have come in another order: the change is then written behind the row, to the same end. */
  private insertedHere({ openedBy, ordinal, entity }: RowKey): Mutable<Row> | undefined {
    const { inserted } = this;
    let [low, high] = [0, inserted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (inserted[middle]!.openedBy < openedBy)
        low = middle + 1; // in range
      else high = middle;
    }
    for (; low < inserted.length; low += 1) {
      const row = inserted[low]!; // in range
      if (row.openedBy !== openedBy) return undefined;
      if (row.ordinal === ordinal && row.entity === entity) return row;
    }
    return undefined;
  }
}
