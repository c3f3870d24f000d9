import type { EpochMs } from '../domain/shared/instant.js';
import type { Row, RowChange, RowKey } from '../read-store/read-store.port.js';
import { rowCounts } from '../read-store/read-store.port.js';

/** Rows in memory, for specs of projections: insists that rows are inserted once, ended once and withdrawn once. */
export class RowBook {
  private readonly rows = new Map<string, Row>();

  take(changes: readonly RowChange[]): this {
    for (const change of changes) this.takeOne(change);
    return this;
  }

  all(): Row[] {
    return [...this.rows.values()];
  }

  counting(asOf: EpochMs, knownAt: number, entity?: string): Row[] {
    return this.all().filter((row) => rowCounts(row, asOf, knownAt) && (entity === undefined || row.entity === entity));
  }

  private takeOne(change: RowChange): void {
    switch (change.kind) {
      case 'insert': {
        const key = keyText(change.row);
        if (this.rows.has(key)) throw new Error(`row ${key} was inserted twice`);
        this.rows.set(key, change.row);
        return;
      }
      case 'end': {
        const row = this.existing(change.key);
        if (row.validTo !== null || row.withdrawnBy !== null) throw new Error(`row ${keyText(row)} has ended or was withdrawn before`);
        this.rows.set(keyText(row), { ...row, validTo: change.validTo, endedBy: change.endedBy });
        return;
      }
      case 'withdraw': {
        const row = this.existing(change.key);
        if (row.withdrawnBy !== null) throw new Error(`row ${keyText(row)} was withdrawn before`);
        this.rows.set(keyText(row), { ...row, withdrawnBy: change.withdrawnBy });
        return;
      }
      case 'forget':
        return;
    }
  }

  private existing(key: RowKey): Row {
    const row = this.rows.get(keyText(key));
    if (row === undefined) throw new Error(`no row ${keyText(key)}`);
    return row;
  }
}

function keyText({ entity, openedBy, ordinal }: RowKey): string {
  return `${entity} ${openedBy} ${ordinal}`;
}
