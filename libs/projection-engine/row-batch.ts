import type { Row, RowChange, RowKey } from '../read-store/read-store.port.js';

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

/**
 * The changes of one page of one model. A row that is opened and ended within the page is written once, with its end: that is most rows of an import and of
 * a rebuild. The rows are the projection's gift (`Projection.apply`): nobody else holds them.
 */
export class RowBatch {
  /** By the position that opened them: mostly one each, the others beside. */
  private readonly inserted = new Map<number, Mutable<Row>>();
  private readonly others = new Map<number, Mutable<Row>[]>();
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
      const { openedBy } = change.row;
      if (!this.inserted.has(openedBy)) this.inserted.set(openedBy, change.row);
      else this.others.set(openedBy, [...(this.others.get(openedBy) ?? []), change.row]);
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
    const isIt = (row: Row): boolean => row.ordinal === key.ordinal && row.entity === key.entity;
    const first = this.inserted.get(key.openedBy);
    if (first === undefined || isIt(first)) return first;
    return this.others.get(key.openedBy)?.find(isIt);
  }
}
