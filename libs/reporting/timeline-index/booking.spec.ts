import fc from 'fast-check';
import { weigh } from '../../domain/shared/money.js';
import { holds } from '../../testing/property.js';
import { Booking } from './booking.js';
import { Cells, CellSpace, Workplace } from './cells.js';
import { emptyColumns } from './segment-columns.js';
import { NO_WEIGHT, NOT_OPEN } from './weights.js';

const OWNERS = 7;
const PRODUCTS = 300; // two bytes a row
const WEIGHTS = Int32Array.of(NOT_OPEN, NO_WEIGHT, 2_500, 10_000);

/** Whole numbers below `below`, the same ones for a seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('booking rows into cells', () => {
  it('comes to the same for rows that lie scattered, near each other or far apart, as row by row (PR01)', async () => {
    await holds(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 20_000 }), (seed, count, among) => {
        const random = numbers(seed);
        const columns = emptyColumns();
        for (let row = 0; row < among; row += 1) {
          columns.state.push(random(WEIGHTS.length));
          columns.owner.push(random(OWNERS));
          columns.product.push(random(PRODUCTS));
          columns.currency.push(random(2));
          columns.value.push(columns.currency.at(row) === 0 ? 0 : random(100_000));
        }
        const axes = [
          { column: 'owner', size: OWNERS },
          { column: 'product', size: PRODUCTS },
        ] as const;
        const space = new CellSpace(axes, 2);
        const rows = Uint32Array.from({ length: count }, () => random(among));
        const sums = new Cells(space.cells);
        new Booking(columns, space, { name: '', ofState: WEIGHTS }, new Workplace()).scatteredRows(sums, rows, 0, count, -1);

        const expected = new Cells(space.cells);
        for (const row of rows) {
          const cell = columns.owner.at(row) * space.strides[0]! + columns.product.at(row) * space.strides[1]!;
          const weight = WEIGHTS[columns.state.at(row)]!;
          const [isWeighed, isValued] = [weight >= 0, columns.currency.at(row) !== 0];
          expected.deals[cell]! -= 1;
          if (!isValued) expected.unvalued[cell]! -= 1;
          if (isWeighed) expected.weighing[cell]! -= 1;
          if (isWeighed && isValued) expected.weighed[cell]! -= 1;
          if (weight === NO_WEIGHT) expected.weightless[cell]! -= 1;
          expected.value[cell]! -= columns.value.at(row);
          if (isWeighed) expected.weighted[cell]! -= weigh(columns.value.at(row), weight);
        }
        expect(sums.arrays).toEqual(expected.arrays);
      }),
      0.2,
    );
  });
});
