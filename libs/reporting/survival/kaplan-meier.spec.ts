import { cumulativeIncidence, exitRate, kaplanMeier, notCome, quantile, restrictedMean, wilson } from './kaplan-meier.js';
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

describe('competing outcomes', () => {
  it('add up to one with the share still running', () => {
    const mixed: Spell<'won' | 'lost'>[] = [
      { duration: 2, outcome: 'won' },
      { duration: 3, outcome: 'lost' },
      { duration: 3, outcome: null },
      { duration: 5, outcome: 'won' },
    ];
    const steps = cumulativeIncidence(mixed, ['won', 'lost']);
    const curve = kaplanMeier(mixed);
    expect(steps.at(-1)).toMatchObject({ at: 5, atRisk: 1, incidence: { won: expect.closeTo(0.75, 12), lost: expect.closeTo(0.25, 12) } });
    steps.forEach(({ incidence }, index) => expect(incidence.won + incidence.lost + curve[index]!.surviving).toBeCloseTo(1, 12));
    const notWon = [...notCome(mixed, 'won', mixed.length)].map(({ surviving }) => 1 - surviving);
    expect(notWon).toEqual(steps.map(({ incidence }) => expect.closeTo(incidence.won, 12)));
  });

  it('have bands of the variance of a share where nothing is censored, p (1 - p) / n, and of the delta method where something is', () => {
    const ends = Array.from({ length: 40 }, (_, day) => ({ duration: day + 1, outcome: day % 3 === 0 ? 'won' : 'lost' }) as const);
    const atDay30 = cumulativeIncidence(ends, ['won', 'lost']).find(({ at }) => at === 30);
    const share = 10 / 40;
    const spread = (1.959963984540054 * Math.sqrt((share * (1 - share)) / 40)) / (share * Math.abs(Math.log(share)));
    expect(atDay30?.bands.won).toEqual({
      low: expect.closeTo(share ** Math.exp(spread), 9),
      high: expect.closeTo(share ** Math.exp(-spread), 9),
    });
    // Every fifth is still running: the sums of the delta method, written out as they stand in the books.
    const censored = ends.map((spell, day) => (day % 5 === 4 ? { ...spell, outcome: null } : spell));
    const steps = cumulativeIncidence<'won' | 'lost'>(censored, ['won', 'lost']).slice(0, 30);
    const [last, before] = [steps.at(-1)!, [1, ...steps.map(({ incidence }) => 1 - incidence.won - incidence.lost)]];
    const variance = steps.reduce((sum, { at, atRisk: n, incidence }, index) => {
      const { outcome } = censored[at - 1]!;
      const [ended, won] = [outcome === null ? 0 : 1, outcome === 'won' ? 1 : 0];
      const [left, running] = [last.incidence.won - incidence.won, before[index]!];
      return (
        sum + (left ** 2 * ended) / (n * (n - ended)) + (running ** 2 * won * (n - won)) / n ** 3 - (2 * left * running * won) / n ** 2
      );
    }, 0);
    const wide = (1.959963984540054 * Math.sqrt(variance)) / (last.incidence.won * Math.abs(Math.log(last.incidence.won)));
    expect(last.bands.won.low).toBeCloseTo(last.incidence.won ** Math.exp(wide), 9);
    expect(last.bands.won.high).toBeCloseTo(last.incidence.won ** Math.exp(-wide), 9);
    for (const { incidence, bands } of cumulativeIncidence<'won' | 'lost'>(censored, ['won', 'lost'])) {
      for (const outcome of ['won', 'lost'] as const) {
        expect(bands[outcome].low).toBeLessThanOrEqual(incidence[outcome] + 1e-12);
        expect(bands[outcome].high).toBeGreaterThanOrEqual(incidence[outcome] - 1e-12);
      }
    }
  });

  it('of two that run, nothing having ended, promise nothing', () => {
    const running: Spell<'won'>[] = [1, 2].map((duration) => ({ duration, outcome: null }));
    expect(cumulativeIncidence(running, ['won'])[0]?.bands.won).toEqual({ low: 0, high: expect.closeTo(0.658, 3) });
    expect(kaplanMeier(running)[0]).toMatchObject({ surviving: 1, low: expect.closeTo(0.342, 3), high: 1 });
  });

  it('do not come in place of one another: where nine of ten were lost there is no median time to a win', () => {
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
