import { exitRate, kaplanMeier, notCome, quantile, restrictedMean, wilson } from './kaplan-meier.js';
import type { Spell } from './kaplan-meier.js';

/** Time in Qualification of metrics.md section 1, in days: eight finished spells, D6 still there after 16. */
const finished = [10, 10, 10, 11, 16, 11, 8, 21];
const spells: Spell[] = [...finished.map((duration) => ({ duration, outcome: 'left' })), { duration: 16, outcome: null }];

describe('time that still runs is censored, neither dropped nor finished', () => {
  it('has the median and the restricted mean of the fixture', () => {
    const steps = kaplanMeier(spells);
    expect(quantile(steps)).toBe(11);
    expect(restrictedMean(steps)).toEqual({ mean: expect.closeTo(13.111, 3), limit: 21 });
  });

  it('counts the end first where an end and a censoring have the same length', () => {
    expect(kaplanMeier(spells).find(({ at }) => at === 16)).toMatchObject({
      atRisk: 3,
      ended: 1,
      censored: 1,
      surviving: expect.closeTo(2 / 9, 12),
    });
  });

  it('has the exit rate of the fixture: 8 exits in 113 deal-days', () => {
    expect(exitRate(spells)).toEqual({ ended: 8, exposure: 113, rate: 8 / 113 });
  });

  it('keeps the band around the curve and inside [0, 1]', () => {
    for (const { low, surviving, high } of kaplanMeier(spells)) {
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(surviving);
      expect(high).toBeGreaterThanOrEqual(surviving);
      expect(high).toBeLessThanOrEqual(1);
    }
  });

  it('says nothing of nothing', () => {
    expect(kaplanMeier([])).toEqual([]);
    expect(quantile([])).toBeNull();
    expect(restrictedMean([])).toBeNull();
    expect(exitRate([])).toBeNull();
    expect(wilson(0, 0)).toBeNull();
  });
});

describe('where outcomes compete', () => {
  it('those that ended another way never come: of nine in ten lost there is no median time to a win', () => {
    const lost: Spell<'won' | 'lost'>[] = Array.from({ length: 9 }, (_, day) => ({ duration: day + 1, outcome: 'lost' }));
    const all = [...lost, { duration: 64, outcome: 'won' } as const];
    expect(quantile(notCome(all, 'won', all.length))).toBeNull();
    expect(restrictedMean(notCome(all, 'won', all.length))).toEqual({ mean: 64, limit: 64 });
  });
});

describe("Wilson's interval", () => {
  it('is wide for small n', () => {
    expect(wilson(2, 3)).toEqual({ low: expect.closeTo(0.2077, 3), high: expect.closeTo(0.9385, 3) });
  });
});
