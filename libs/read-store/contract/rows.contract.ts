import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { rowCounts } from '../read-store.port.js';
import type { ReadStore, Row } from '../read-store.port.js';
import { DEALS, all, batchOf, byKey, dealRow, end, fill, histories, insert, rowsAfter, withdraw } from './deals.contract.js';
import type { OpenForTest } from './open-store.js';

const knownBy = (row: Row, position: number) => row.openedBy <= position && (row.withdrawnBy === null || row.withdrawnBy > position);

export function describeRows(open: OpenForTest): void {
  /** Tries a property on one store after the other; each input has a store of its own. */
  const onHistories = (check: (store: ReadStore, rows: readonly Row[], last: number) => Promise<void>) =>
    holds(
      fc.asyncProperty(histories, async (steps) => {
        const { store, remove } = await open();
        const last = await fill(store, steps);
        await check(store, rowsAfter(steps.flat()), last);
        await remove();
      }),
      0.3,
    );

  it('shows the rows of one thing, those withdrawn too', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    const [first, second, elsewhere] = [dealRow('d1', 1), dealRow('d1', 4), dealRow('d10', 2)];
    await store.commit([batchOf(5, [insert(first), insert(elsewhere), insert(second), withdraw(first, 4), end(second, 5)])]);
    expect((await store.rowsOf(DEALS, 'd1')).sort(byKey)).toEqual([
      { ...first, withdrawnBy: 4 },
      { ...second, validTo: 5_000, endedBy: 5 },
    ]);
    expect(await store.rowsOf(DEALS, 'nobody')).toEqual([]);
  });

  it('counts the same rows at every (T, K) as the plain rule does', async () => {
    await onHistories(async (store, rows, last) => {
      const instants = [...new Set(rows.flatMap((row) => [row.validFrom - 1, row.validFrom]))].slice(-12);
      for (const knownAt of [0, Math.floor(last / 2), last - 1, last, Number.MAX_SAFE_INTEGER]) {
        for (const asOf of [...instants, 99_999_999]) {
          expect(await all(store.rowsAsOf(DEALS, { asOf, knownAt }))).toEqual(rows.filter((row) => rowCounts(row, asOf, knownAt)));
        }
      }
    });
  });

  it('shows every row known by a position', async () => {
    await onHistories(async (store, rows, last) => {
      for (const knownAt of [0, Math.floor(last / 2), last, Number.MAX_SAFE_INTEGER]) {
        expect(await all(store.rowsKnownAt(DEALS, knownAt))).toEqual(rows.filter((row) => knownBy(row, knownAt)));
      }
    });
  });

  it('shows each row opened, ended or withdrawn between two positions once', async () => {
    await onHistories(async (store, rows, last) => {
      for (const [after, through] of [
        [0, last],
        [Math.floor(last / 3), Math.floor((2 * last) / 3)],
        [last - 1, last],
        [last, last],
        [0, Number.MAX_SAFE_INTEGER],
      ] as const) {
        const within = (position: number | null) => position !== null && position > after && position <= through;
        const changed = rows.filter((row) => within(row.openedBy) || within(row.endedBy) || within(row.withdrawnBy));
        expect(await all(store.rowsChanged(DEALS, after, through))).toEqual(changed);
      }
    });
  });

  it('asks by conditions: one of several values, null among them, a range', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    const rows = [
      dealRow('d1', 1, { owner: 'anna', minor: 100 }),
      dealRow('d2', 2, { owner: 'ben', minor: null }),
      dealRow('d3', 3, { owner: null, minor: 300 }),
      dealRow('d4', 4, { owner: 'cleo', minor: 400 }),
    ] as const;
    await store.commit([batchOf(4, rows.map(insert))]);
    const entities = async (...where: Parameters<ReadStore['list']>[1]['where']) =>
      (await all(store.rowsAsOf(DEALS, { asOf: 9_000, knownAt: 4, where }))).map((row) => row.entity);
    expect(await entities({ column: 'owner', in: ['anna', 'ben'] })).toEqual(['d1', 'd2']);
    expect(await entities({ column: 'owner', in: [null, 'cleo'] })).toEqual(['d3', 'd4']);
    expect(await entities({ column: 'owner', in: [] })).toEqual([]);
    expect(await entities({ column: 'status', in: ['open', 'never seen'] }, { column: 'minor', below: 400 })).toEqual(['d1', 'd3']);
    expect(await entities({ column: 'status', in: ['won', null] })).toEqual([]);
    expect(await entities({ column: 'minor', from: 100, below: 400 })).toEqual(['d1', 'd3']);
    expect(await entities({ column: 'minor', from: 300 }, { column: 'owner', in: ['cleo'] })).toEqual(['d4']);
    expect(await entities({ column: 'openedBy', below: 2 })).toEqual(['d1']);
    expect((await all(store.rowsKnownAt(DEALS, 4, [{ column: 'entity', in: ['d2'] }]))).map((row) => row.entity)).toEqual(['d2']);
  });

  it('shows each row once, in pages, however many there are', async () => {
    const { store } = await open();
    await store.prepare(DEALS, { indexes: 'later' });
    const rows = Array.from({ length: 1_201 }, (_, index) => dealRow(`d${index % 400}`, 1 + Math.floor(index / 3), { ordinal: index % 3 }));
    await store.commit([batchOf(401, rows.map(insert))]);
    await store.index(DEALS);
    await store.commit([
      batchOf(
        900,
        rows.map((row) => end(row, 500)),
      ),
    ]);
    const done = rows.map((row) => ({ ...row, validTo: 500_000, endedBy: 500 })).sort(byKey);
    expect(await all(store.rowsAsOf(DEALS, { asOf: 450_000, knownAt: 900 }))).toEqual(done);
    expect(await all(store.rowsKnownAt(DEALS, 900))).toEqual(done);
    expect(await all(store.rowsChanged(DEALS, 499, 500))).toEqual(done);
    expect(await all(store.rowsChanged(DEALS, 0, 900))).toEqual(done);
  });

  it('goes on with new rows between the pages of a reader, who sees the (T, K) that was asked for', async () => {
    const { store, another } = await open();
    await store.prepare(DEALS);
    const rows = Array.from({ length: 1_000 }, (_, index) => dealRow(`d${index}`, 1 + index));
    await store.commit([batchOf(1_000, rows.map(insert))]);
    const reader = await another();
    const seen: string[] = [];
    let writes = 0;
    for await (const page of reader.rowsAsOf(DEALS, { asOf: 9_999_999, knownAt: 1_000 })) {
      seen.push(...page.map((row) => row.entity));
      const position = 1_001 + writes;
      const row = rows[999 - writes];
      if (row !== undefined) await store.commit([batchOf(position, [end(row, position), insert(dealRow(row.entity, position))])]);
      writes += 1;
    }
    expect(seen.sort()).toEqual(rows.map((row) => row.entity).sort());
  });

  it('hands rows out column by column, by the position that opened them', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    const [first, second, third] = [
      dealRow('d1', 1),
      dealRow('d2', 2, { owner: null, minor: null }),
      dealRow('d1', 3, { owner: 'ben', status: 'won' }),
    ];
    await store.commit([
      batchOf(4, [insert(first), insert(second), end(first, 3), insert(third), insert(dealRow('d9', 4)), withdraw(second, 4)]),
    ]);
    const columns = ['entity', 'openedBy', 'validFrom', 'endedBy', 'withdrawnBy', 'owner', 'minor', 'status'];
    const rows: unknown[] = [];
    for await (const page of store.scan(DEALS, columns, { after: 0, through: 3 })) {
      for (let index = 0; index < page.length; index += 1) {
        rows.push(columns.map((column) => textOf(page.texts[column], index) ?? page.numbers[column]?.[index]));
      }
    }
    expect(rows).toEqual([
      ['d1', 1, 1_000, 3, NaN, 'anna', 100, 'open'],
      ['d2', 2, 2_000, NaN, 4, 'null', NaN, 'open'],
      ['d1', 3, 3_000, NaN, NaN, 'ben', 100, 'won'],
    ]);
  });

  function textOf(column: { codes: Int32Array; dictionary: readonly string[] } | undefined, index: number): string | undefined {
    const code = column?.codes[index];
    return code === undefined ? undefined : code === -1 ? 'null' : column?.dictionary[code];
  }

  it('keeps what one model says apart from another version of it', async () => {
    const { store } = await open();
    const next = { ...DEALS, version: 2 };
    await store.prepare(DEALS);
    await store.prepare(next);
    await store.commit([batchOf(1, [insert(dealRow('d1', 1))])]);
    expect(await store.rowsOf(next, 'd1')).toEqual([]);
    expect(await store.checkpoint(next, 0)).toBeNull();
  });
}
