import fc from 'fast-check';
import { positionOf } from '../../domain/shared/position.js';
import { Dictionary } from '../../read-store/dictionary.js';
import type { ColumnPage } from '../../read-store/read-store.port.js';
import { rowCounts } from '../../read-store/read-store.port.js';
import { holds } from '../../testing/property.js';
import type { DealInterval } from '../rows.js';
import { NOTHING_KNOWN, plainRow } from '../rows.js';
import { historiesOf } from '../waterfall/histories.js';
import { DealColumns } from './deal-columns.js';
import type { DealSelection } from './selection.js';
import { isSelected } from './selection.js';

const DAY = 86_400_000;
const NUMBERS: readonly string[] = [
  ...['openedBy', 'ordinal', 'validFrom', 'validTo', 'endedBy', 'withdrawnBy', 'valueMinor', 'chanceToGet', 'chanceToGo'],
  ...['registeredAt', 'qualifiedAt', 'stageSince', 'closedAt', 'dated'],
];
const instant = fc.nat(40).map((days) => days * DAY);
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 3 });
const id = fc.constantFrom('a', 'b', 'c');

/** A row of any deal, however unlikely: positions are set apart below. */
const arbitraryRow: fc.Arbitrary<DealInterval> = fc
  .record({
    ...{ entity: fc.constantFrom('d1', 'd2', 'd3', 'd4', 'd5'), validFrom: instant, validTo: orNull(instant), endedBy: orNull(fc.nat(60)) },
    ...{
      withdrawnBy: orNull(fc.nat(60)),
      eventType: fc.constantFrom('DealWon', 'StageAdvanced'),
      company: orNull(id),
      contact: orNull(id),
    },
    ...{
      status: fc.constantFrom('requested' as const, 'open' as const, 'won' as const, 'postponed' as const),
      stage: orNull(id),
      owner: orNull(id),
    },
    ...{
      eventId: fc.oneof(fc.uuid(), fc.constantFrom('odd', 'ABCDEF00-0000-7000-8000-000000000000')),
      source: id,
      origin: id,
      campaign: orNull(id),
    },
    ...{
      valueMinor: orNull(fc.integer({ min: -5, max: 2 ** 40 })),
      currency: orNull(fc.constantFrom('EUR', 'SEK')),
      receivedBy: orNull(id),
    },
    ...{
      decisionDate: orNull(fc.constantFrom('2025-01-01', '2026-02-03')),
      chanceToGet: orNull(fc.nat(10_000)),
      chanceToGo: orNull(fc.nat(10_000)),
    },
    ...{
      registeredAt: instant,
      qualifiedAt: orNull(instant),
      stageSince: orNull(instant),
      closedAt: orNull(instant),
      dated: fc.constantFrom(0 as const, 1 as const),
    },
    rest: fc.constantFrom('', `/${positionOf(7)}`),
  })
  .map(({ rest, ...row }) => ({ ...NOTHING_KNOWN, ...row, tie: `${positionOf(3)}${rest}` }));

const arbitrarySelection: fc.Arbitrary<DealSelection | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.tuple(fc.constantFrom('registered' as const, 'moved' as const), instant, instant).map(([by, from, to]) => ({ by, in: { from, to } })),
  fc.tuple(instant, instant).map(([opening, closing]) => ({ by: 'between' as const, opening, closing })),
);

/**
 * Rows of one deal that are known together differ in where they stand in its history, so the position is part of the tie; and all say the same of when it was registered, here by what the
 * first says.
 */
function placed(rows: readonly DealInterval[]): DealInterval[] {
  const firsts = new Map(rows.toReversed().map((row) => [row.entity, { registeredAt: row.registeredAt, dated: row.dated }]));
  return rows.map((row, index) => ({
    ...row,
    ...firsts.get(row.entity),
    openedBy: index + 1,
    ordinal: index % 3,
    tie: positionOf(index + 1) + row.tie.slice(20),
  }));
}

/** As a store scans them: pages of two scans, each with texts of its own. */
async function* pagesOf(rows: readonly DealInterval[]): AsyncIterable<ColumnPage> {
  for (const part of [rows.slice(0, 7), rows.slice(7)]) {
    const columns = Object.keys(NOTHING_KNOWN) as (keyof DealInterval)[];
    const dictionaries = new Map(columns.map((name) => [name, new Dictionary()]));
    for (let next = 0; next < part.length; next += 5) {
      const page = part.slice(next, next + 5);
      const codeOf = (name: keyof DealInterval, row: DealInterval): number => {
        const value = row[name];
        return value === null ? -1 : (dictionaries.get(name)?.codeOf(String(value)) ?? -1);
      };
      const isNumber = (name: string): boolean => NUMBERS.includes(name);
      yield await Promise.resolve({
        length: page.length,
        numbers: Object.fromEntries(
          columns.filter(isNumber).map((name) => [name, Float64Array.from(page, (row) => Number(row[name] ?? NaN))]),
        ),
        texts: Object.fromEntries(
          columns
            .filter((name) => !isNumber(name))
            .map((name) => [
              name,
              { codes: Int32Array.from(page, (row) => codeOf(name, row)), dictionary: dictionaries.get(name)?.values ?? [] },
            ]),
        ),
      });
    }
  }
}

describe('the columns of deals', () => {
  it('give back every row, deal by deal, at any (T, K) and by any selection, while rows come and change', async () => {
    const asked = fc.record({ asOf: instant, knownAt: fc.nat(60), selection: arbitrarySelection });
    await holds(
      fc.asyncProperty(
        fc.array(arbitraryRow, { maxLength: 60, size: 'max' }),
        fc.nat(60),
        fc.array(asked, { maxLength: 4 }),
        async (drawn, cut, questions) => {
          const rows = placed(drawn);
          const columns = new DealColumns(9);
          // First without the end of any, then each again as it has become.
          await columns.load(pagesOf(rows.slice(0, cut).map((row) => ({ ...row, validTo: null, endedBy: null }))), 1_000);
          await columns.take(rows.slice(cut));
          for (const row of rows.slice(0, cut)) await columns.take([row]);
          expect(columns.rows).toBe(rows.length);
          for (const { asOf, knownAt, selection } of questions) {
            const known = rows.filter(
              ({ openedBy, withdrawnBy }) => openedBy <= knownAt && (withdrawnBy === null || withdrawnBy > knownAt),
            );
            const histories = historiesOf(known).filter(({ rows }) => selection === undefined || isSelected(rows, selection));
            expect(columns.histories(knownAt, selection).map((history) => history.rows.map(plainRow))).toEqual(
              histories.map(({ rows }) => rows),
            );
            const counted = rows.filter((row) => rowCounts(row, asOf, knownAt));
            const byOpening = (a: DealInterval, b: DealInterval): number => a.openedBy - b.openedBy;
            expect([...columns.asOf(asOf, knownAt)].map(plainRow).sort(byOpening)).toEqual(counted);
          }
        },
      ),
      0.4,
    );
  });

  it('hold deals of more rows than a byte can number, and take a deal anew', async () => {
    const rows = Array.from({ length: 600 }, (_, index) => {
      const life = { openedBy: index + 1, validFrom: index * DAY, validTo: (index + 1) * DAY, endedBy: index + 2 };
      return { ...NOTHING_KNOWN, ...life, entity: 'long', tie: positionOf(index + 1), stageSince: index * DAY, eventId: `e${index}` };
    });
    const columns = new DealColumns();
    await columns.load(pagesOf(rows), 1_000);
    expect(columns.histories(1_000).map((history) => history.rows.map(plainRow))).toEqual([rows]);
    columns.replace('long', rows.slice(0, 2));
    expect(columns.histories(1_000).map((history) => history.rows.map(plainRow))).toEqual([rows.slice(0, 2)]);
    expect(columns.rows).toBe(2);
    await expect(new DealColumns().load(pagesOf(rows), 599)).resolves.toBe(false);
  });
});
