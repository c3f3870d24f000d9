import fc from 'fast-check';
import { positionOf } from '../../domain/shared/position.js';
import type { Checkpoint, ModelBatch, ReadModel, ReadStore, Row, RowChange, RowKey } from '../read-store.port.js';

/** A small model with every type of column, an index and a search column. */
export const DEALS = {
  name: 'contract-deals',
  version: 1,
  columns: { status: 'symbol', owner: 'text', minor: 'integer', registeredAt: 'integer', title: 'text', values: 'json' },
  indexes: [['owner'], ['registeredAt', 'entity']],
  searchColumns: ['title'],
} as const satisfies ReadModel;

export function dealRow(entity: string, openedBy: number, rest: Partial<Row> = {}): Row {
  return {
    openedBy,
    ordinal: 0,
    entity,
    validFrom: openedBy * 1_000,
    validTo: null,
    endedBy: null,
    withdrawnBy: null,
    status: 'open',
    owner: 'anna',
    minor: 100,
    registeredAt: 1_000,
    title: null,
    values: { stage: 'meeting' },
    ...rest,
  };
}

export function insert(row: Row): RowChange {
  return { kind: 'insert', row };
}

export function end(row: Row, endedBy: number, validTo = endedBy * 1_000): RowChange {
  return { kind: 'end', key: keyOf(row), validTo, endedBy };
}

export function withdraw(row: Row, withdrawnBy: number): RowChange {
  return { kind: 'withdraw', key: keyOf(row), withdrawnBy };
}

function keyOf(row: RowKey): RowKey {
  return { entity: row.entity, openedBy: row.openedBy, ordinal: row.ordinal };
}

export function checkpointAt(position: number, epoch = 0): Checkpoint {
  return { position: positionOf(position), eventId: null, recordedAt: position * 1_000, logId: 'the-log', epoch };
}

export function batchOf(position: number, changes: readonly RowChange[], rest: Partial<ModelBatch> = {}): ModelBatch {
  return { model: DEALS, partition: 0, changes, checkpoint: checkpointAt(position), ...rest };
}

export async function all(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows.sort(byKey);
}

export function byKey(a: RowKey, b: RowKey): number {
  return a.openedBy - b.openedBy || a.ordinal - b.ordinal || (a.entity < b.entity ? -1 : a.entity > b.entity ? 1 : 0);
}

/** What the changes mean, said in the plainest way: rows in a map, inserted once, ended once, withdrawn once. */
export function rowsAfter(changes: readonly RowChange[]): Row[] {
  const rows = new Map<string, Row>();
  const at = (key: RowKey) => JSON.stringify([key.openedBy, key.ordinal, key.entity]);
  for (const change of changes) {
    if (change.kind === 'insert') {
      if (!rows.has(at(change.row))) rows.set(at(change.row), change.row);
    } else if (change.kind === 'forget') {
      for (const [key, row] of rows) if (row.entity === change.entity) rows.set(key, { ...row, title: null });
    } else {
      const row = rows.get(at(change.key));
      if (row === undefined) continue;
      if (change.kind === 'end' && row.endedBy === null) rows.set(at(row), { ...row, validTo: change.validTo, endedBy: change.endedBy });
      if (change.kind === 'withdraw' && row.withdrawnBy === null) rows.set(at(row), { ...row, withdrawnBy: change.withdrawnBy });
    }
  }
  return [...rows.values()].sort(byKey);
}

/**
 * Changes as projections make them, one list per position from 1 on: each event opens a row of one of a few deals and ends the one before, or withdraws rows and
 * opens others in their place; many share an instant, some last no time at all.
 */
export const histories: fc.Arbitrary<RowChange[][]> = fc
  .array(
    fc.record({
      deal: fc.constantFrom('d1', 'd2', 'd3', 'D2'),
      kind: fc.constantFrom('step', 'step', 'step', 'redo', 'forget'),
      hours: fc.integer({ min: 0, max: 3 }),
      owner: fc.constantFrom('anna', 'ben', 'Ångström', null),
      minor: fc.constantFrom(null, 0, 100, 5_000_000_000_000),
      rows: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 30 },
  )
  .map((events) => {
    const live = new Map<string, Row[]>();
    return events.map((event, index): RowChange[] => {
      const position = index + 1;
      const before = live.get(event.deal) ?? [];
      if (event.kind === 'forget') return [{ kind: 'forget', entity: event.deal }];
      const from = Math.max(0, ...before.map((row) => row.validFrom)) + event.hours;
      const opened = Array.from({ length: event.rows }, (_, ordinal) =>
        dealRow(event.deal, position, {
          ordinal,
          validFrom: from,
          owner: event.owner,
          minor: event.minor,
          title: `Deal ${event.owner ?? ''}`,
        }),
      );
      live.set(event.deal, event.kind === 'redo' ? opened : [...opened, ...before]);
      const changes =
        event.kind === 'redo'
          ? before.map((row) => withdraw(row, position))
          : before.filter((row) => !ended.has(row)).map((row) => (ended.add(row), end(row, position, from)));
      return [...changes, ...opened.map(insert)];
    });
  });
const ended = new WeakSet<Row>();

/** A store with the whole of `steps` in it, in batches of a few positions; returns the last position. */
export async function fill(store: ReadStore, steps: readonly (readonly RowChange[])[], perBatch = 7): Promise<number> {
  await store.prepare(DEALS);
  for (let from = 0; from < steps.length; from += perBatch) {
    const part = steps.slice(from, from + perBatch);
    await store.commit([batchOf(from + part.length, part.flat())]);
  }
  return steps.length;
}
