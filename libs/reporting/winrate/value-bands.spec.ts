import { bandOf } from './value-bands.js';

describe('bands of value', () => {
  it('go from 1 or 3 times a power of ten to the next, without gap or overlap (SU07)', () => {
    expect([0, 1, 2, 3, 9, 10, 29_99, 30_00, 99_99, 100_00].map((minor) => Object.values(bandOf(minor)))).toEqual([
      [0, 1],
      [1, 3],
      [1, 3],
      [3, 10],
      [3, 10],
      [10, 30],
      [1_000, 3_000],
      [3_000, 10_000],
      [3_000, 10_000],
      [10_000, 30_000],
    ]);
  });
});
