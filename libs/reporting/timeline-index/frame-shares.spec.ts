import { frameShare } from './frame-shares.js';

describe('the memory of keyframes', () => {
  const sizes = { state: 13, owner: 208, product: 32, source: 8, currency: 3 };
  const names = Object.keys(sizes) as (keyof typeof sizes)[];
  const spaces = names.flatMap((one, place) => [
    { columns: [one], cells: sizes[one] },
    ...names.slice(place + 1).map((other) => ({ columns: [one, other], cells: sizes[one] * sizes[other] })),
  ]);

  it('is shared by all standard groupings, and none is left over', () => {
    expect(spaces.reduce((sum, space) => sum + frameShare(space, spaces), 0)).toBeCloseTo(1, 12);
  });

  it('goes to those of many cells, though with less for each of them than where they are few', () => {
    const shareOf = (...columns: string[]): number =>
      spaces.filter((space) => space.columns.join() === columns.join()).reduce((sum, space) => sum + frameShare(space, spaces), 0);
    expect(shareOf('owner', 'product')).toBeGreaterThan(shareOf('owner', 'source'));
    expect(shareOf('owner', 'product') / (208 * 32)).toBeLessThan(shareOf('owner', 'source') / (208 * 8));
  });
});
