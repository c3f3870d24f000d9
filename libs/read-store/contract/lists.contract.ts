import fc from 'fast-check';
import { END_OF_TIME } from '../../domain/shared/instant.js';
import { holds } from '../../testing/property.js';
import { InvalidCursor, rowCounts } from '../read-store.port.js';
import type { ListQuery, ReadStore, Row } from '../read-store.port.js';
import { DEALS, batchOf, dealRow, end, fill, histories, insert, rowsAfter } from './deals.contract.js';
import type { OpenForTest } from './open-store.js';

const everybody: ListQuery = { where: [], knownAt: 9, orderBy: 'registeredAt', limit: 2 };

export function describeLists(open: OpenForTest): void {
  const four = [
    dealRow('d3', 1, { registeredAt: 30, title: 'Straße 9, Köln' }),
    dealRow('d1', 2, { registeredAt: 10, title: 'Müller & Söhne' }),
    dealRow('d2', 3, { registeredAt: 10, title: '100 % (sure)' }),
    dealRow('d4', 4, { registeredAt: null, title: null }),
  ];
  const withFour = async () => {
    const opened = await open();
    await opened.store.prepare(DEALS);
    await opened.store.commit([batchOf(9, four.map(insert))]);
    return opened;
  };

  it('lists page after page in order, equal values by entity, null first', async () => {
    const { store } = await withFour();
    const first = await store.list(DEALS, everybody);
    expect(first.rows.map((row) => row.entity)).toEqual(['d4', 'd1']);
    expect(first.next).toMatch(/^[A-Za-z0-9_-]+$/);
    const second = await store.list(DEALS, { ...everybody, cursor: first.next ?? '' });
    expect(second.rows.map((row) => row.entity)).toEqual(['d2', 'd3']);
    expect(second.next).toBeNull();
  });

  it('lists backwards just so', async () => {
    const { store } = await withFour();
    const downwards = { ...everybody, descending: true, limit: 3 };
    const first = await store.list(DEALS, downwards);
    expect(first.rows.map((row) => row.entity)).toEqual(['d3', 'd2', 'd1']);
    expect((await store.list(DEALS, { ...downwards, cursor: first.next ?? '' })).rows.map((row) => row.entity)).toEqual(['d4']);
  });

  it('searches without regard to case, and takes every sign as itself', async () => {
    const { store } = await withFour();
    const found = async (contains: string) =>
      (await store.list(DEALS, { ...everybody, where: [{ column: 'title', contains }] })).rows.map((row) => row.entity);
    expect(await found('MÜLLER')).toEqual(['d1']);
    expect(await found('kö')).toEqual(['d3']);
    expect(await found('100 % (')).toEqual(['d2']);
    expect(await found('.*')).toEqual([]);
    expect(await found('_')).toEqual([]);
  });

  it('keeps a walk where it began while rows change and come in', async () => {
    const { store } = await withFour();
    const first = await store.list(DEALS, everybody);
    const [, anna, ben] = four;
    if (anna === undefined || ben === undefined) throw new Error('four deals');
    await store.commit([
      batchOf(12, [
        end(anna, 10),
        insert(dealRow('d1', 10, { registeredAt: 10, status: 'won' })),
        end(ben, 11),
        insert(dealRow('d2', 11, { registeredAt: 10, status: 'lost' })),
        insert(dealRow('d0', 12, { registeredAt: 20 })),
      ]),
    ]);
    const second = await store.list(DEALS, { ...everybody, knownAt: 12, cursor: first.next ?? '' });
    expect(second.rows.map((row) => [row.entity, row['status']])).toEqual([
      ['d2', 'open'],
      ['d3', 'open'],
    ]);
    const again = await store.list(DEALS, { ...everybody, knownAt: 12, limit: 9 });
    expect(again.rows.map((row) => [row.entity, row['status']])).toEqual([
      ['d4', 'open'],
      ['d1', 'won'],
      ['d2', 'lost'],
      ['d0', 'open'],
      ['d3', 'open'],
    ]);
  });

  it('refuses a cursor that is none, or is of another list', async () => {
    const { store } = await withFour();
    const cursor = (await store.list(DEALS, everybody)).next ?? '';
    const forged = Buffer.from(JSON.stringify(['x', -1, {}, 1, 2, 3])).toString('base64url');
    for (const wrong of ['', 'x', '%%%', forged, `${cursor}A`.slice(3)]) {
      await expect(store.list(DEALS, { ...everybody, cursor: wrong })).rejects.toThrow(InvalidCursor);
    }
    await expect(store.list(DEALS, { ...everybody, descending: true, cursor })).rejects.toThrow(InvalidCursor);
    await expect(store.list(DEALS, { ...everybody, where: [{ column: 'owner', in: ['ben'] }], cursor })).rejects.toThrow(InvalidCursor);
  });

  it('walks every list once through, whatever order, direction and length of page', async () => {
    await holds(
      fc.asyncProperty(
        histories,
        fc.constantFrom('registeredAt', 'owner', 'minor', 'validFrom'),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        async (steps, orderBy, descending, limit) => {
          const { store, remove } = await open();
          const knownAt = Math.ceil((await fill(store, steps)) * 0.8);
          const counting = rowsAfter(steps.flat()).filter((row) => rowCounts(row, END_OF_TIME, knownAt));
          const sorted = counting.sort((a, b) => inOrder(orderBy, a, b) * (descending ? -1 : 1));
          expect(await walk(store, { where: [], knownAt, orderBy, descending, limit })).toEqual(sorted);
          await remove();
        },
      ),
      0.3,
    );
  });
}

async function walk(store: ReadStore, query: ListQuery): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<ReadStore['list']>> = await store.list(DEALS, cursor === null ? query : { ...query, cursor });
    expect(page.rows.length).toBeLessThanOrEqual(query.limit);
    rows.push(...page.rows);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

function inOrder(orderBy: string, a: Row, b: Row): number {
  return compare(a[orderBy], b[orderBy]) || compare(a.entity, b.entity) || a.openedBy - b.openedBy || a.ordinal - b.ordinal;
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return (a as string | number) < (b as string | number) ? -1 : 1; // columns of one type
}
