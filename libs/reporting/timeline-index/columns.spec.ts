import fc from 'fast-check';
import { END_OF_TIME } from '../../domain/shared/instant.js';
import { holds } from '../../testing/property.js';
import type { ValuesOf } from './block-columns.js';
import { BlockColumns } from './block-columns.js';
import { Dictionary } from './dictionary.js';
import { FrameColumn } from './frame-column.js';
import { InstantColumn } from './instant-column.js';
import { NumberTable } from './number-table.js';
import { orderBy } from './order-by.js';
import { atOnce } from './pieces.js';
import { COLUMNS } from './segment-columns.js';

const instants = fc.oneof(
  fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2027, 0, 1) }),
  fc.integer({ min: Date.UTC(0, 0, 1), max: END_OF_TIME }),
  fc.constant(Infinity),
);
const rowNumbers = (length: number): Uint32Array => Uint32Array.from({ length }, (_, row) => row);

describe('a column of the timeline index', () => {
  it('of instants gives back what was put in and set, gathered and taken from its parts (PR01)', async () => {
    const puts = fc.array(instants, { minLength: 1, maxLength: 40 });
    await holds(
      fc.property(puts, fc.array(fc.tuple(fc.nat(), instants), { maxLength: 10 }), (values, sets) => {
        const column = new InstantColumn();
        const plain = [...values];
        for (const value of values) column.push(value);
        for (const [row, value] of sets) {
          column.set(row % plain.length, value);
          plain[row % plain.length] = value;
        }
        const { low, high, base } = column.parts();
        const again = InstantColumn.of(low.slice(0, 0), high.slice(0, 0), base);
        for (const value of plain) again.push(value);
        const order = rowNumbers(plain.length).reverse();
        for (const [told, expected] of [
          [column, plain],
          [again, plain],
          [InstantColumn.of(low.slice(), high.slice(), base), plain],
          [column.gather(order), plain.toReversed()],
        ] as const)
          expect(expected.map((_, row) => told.at(row))).toEqual(expected);
      }),
    );
  });

  it('of instants is put in order as a stable sort does it, Infinity last', async () => {
    await holds(
      fc.property(fc.array(instants, { maxLength: 60 }), (values) => {
        const column = new InstantColumn();
        for (const value of values) column.push(value);
        const expected = values.map((_, row) => row).sort((a, b) => (values[a] === values[b] ? 0 : values[a]! < values[b]! ? -1 : 1));
        expect([...orderBy(column, rowNumbers(values.length))]).toEqual(expected);
      }),
    );
  });

  it.each([
    ['spread over ten years', (row: number) => (row * 7_919_000_003) % 315_360_000_000],
    ['of few days', (row: number) => (row % 5) * 86_400_000],
    ['of one day and one far ahead', (row: number) => (row === 7 ? END_OF_TIME : 86_400_000)],
    ['almost in order', (row: number) => row * 1_000 - (row % 97 === 0 ? 50_000_000 : 0)],
  ])('of tens of thousands of instants %s is put in order as a stable sort does it', (_what, instantOf) => {
    const column = new InstantColumn();
    const values = Array.from({ length: 40_000 }, (_, row) => instantOf(row));
    for (const value of values) column.push(value);
    const expected = values.map((_, row) => row).sort((a, b) => values[a]! - values[b]!);
    expect(orderBy(column, rowNumbers(values.length))).toEqual(Uint32Array.from(expected));
  });

  it('of several blocks gives back what was put in, in any order', async () => {
    const zero = (): number => 0;
    const row = fc.tuple(instants, fc.oneof(fc.nat(200), fc.nat(70_000), fc.maxSafeInteger()));
    await holds(
      fc.property(fc.array(fc.array(row, { maxLength: 9 }), { maxLength: 9 }), (pages) => {
        const columns = new BlockColumns(3);
        for (const page of pages) {
          const valuesOf: ValuesOf = {
            ...(Object.fromEntries(COLUMNS.map((name) => [name, zero])) as Record<(typeof COLUMNS)[number], typeof zero>), // every name is there
            validFrom: (place) => page[place]![0],
            value: (place) => page[place]![1],
          };
          columns.pushEach(rowNumbers(page.length), page.length, valuesOf);
        }
        const plain = pages.flat();
        expect(columns.length).toBe(plain.length);
        const [fromAt, valueAt] = [columns.instants('validFrom'), columns.numbers('value')];
        expect(plain.map((_, place) => [fromAt.at(place), valueAt.at(place)])).toEqual(plain);
        const order = rowNumbers(plain.length).reverse();
        const [from, value] = [atOnce(columns.gathering('validFrom', order)), atOnce(columns.gathering('value', order))];
        expect(plain.map((_, place) => [from.at(place), value.at(place)])).toEqual(plain.toReversed());
      }),
    );
  });

  it('of frames holds sums of any width', async () => {
    const sums = fc.oneof(fc.constant(0), fc.nat(300), fc.integer({ min: -5, max: 70_000 }), fc.maxSafeInteger());
    await holds(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.array(sums, { minLength: 3, maxLength: 3 })), { maxLength: 8 }), (puts) => {
        const column = new FrameColumn(15);
        const plain = new Float64Array(15);
        for (const [frame, values] of puts) {
          column.put(frame * 3, Float64Array.from(values), 3);
          plain.set(values, frame * 3);
          column.set(frame, column.at(frame) - 1);
          plain[frame]! -= 1; // below 15
        }
        const all = new Float64Array(15);
        column.addTo(all, 0, 15);
        expect(all).toEqual(plain);
      }),
    );
  });
});

describe('codes of the timeline index', () => {
  it('of texts are ranked in the order of the texts however they came, null last', async () => {
    await holds(
      fc.property(fc.array(fc.array(fc.string({ maxLength: 3 }), { maxLength: 6 }), { maxLength: 6 }), (batches) => {
        const dictionary = new Dictionary();
        for (const batch of batches) {
          for (const text of batch) dictionary.code(text);
          const sorted = [...dictionary.all()].sort((a, b) => (a < b ? -1 : 1));
          const expected = [sorted.length, ...dictionary.all().map((text) => sorted.indexOf(text))];
          expect([...dictionary.ranks()]).toEqual(expected);
        }
      }),
    );
  });

  it('of numbers are their places in order of appearance', async () => {
    await holds(
      fc.property(fc.array(fc.oneof(fc.nat(100), fc.integer()), { maxLength: 300 }), (values) => {
        const table = new NumberTable();
        const distinct = [...new Set(values)];
        expect(values.map((value) => table.place(value))).toEqual(values.map((value) => distinct.indexOf(value)));
        expect([...NumberTable.of(table.all()).all()]).toEqual(distinct);
      }),
    );
  });
});
