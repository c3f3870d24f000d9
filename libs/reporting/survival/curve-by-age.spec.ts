import { curveByAge } from './curve-by-age.js';

const Z95 = 1.959963984540054;

/** 95 % on the log-log scale, as the books have it. */
function around(share: number, variance: number): { low: unknown; high: unknown } {
  const spread = (Z95 * Math.sqrt(variance)) / (share * Math.abs(Math.log(share)));
  return { low: expect.closeTo(share ** Math.exp(spread), 9), high: expect.closeTo(share ** Math.exp(-spread), 9) };
}

describe('outcomes by age', () => {
  it('are competing ones, and add up to one with the share still running; an end counts before a censoring of the same length', () => {
    const curve = curveByAge({ won: [2, 5], lost: [3] }, [3], 1);
    expect(curve.map(({ age, atRisk, ended: { won, lost }, running }) => [age, atRisk, won.share, lost.share, running.share])).toEqual([
      [0, 4, 0, 0, 1],
      [1, 4, 0, 0, 1],
      [2, 4, 0.25, 0, 0.75],
      [3, 3, 0.25, expect.closeTo(0.25, 12), expect.closeTo(0.5, 12)],
      [4, 1, 0.25, expect.closeTo(0.25, 12), expect.closeTo(0.5, 12)],
      [5, 1, expect.closeTo(0.75, 12), expect.closeTo(0.25, 12), 0],
    ]);
    expect(curveByAge({ won: [], lost: [] }, [])).toEqual([]);
  });

  it('have bands of the variance of a share where nothing is censored, p (1 - p) / n', () => {
    const days = Array.from({ length: 40 }, (_, day) => day + 1);
    const [won, lost] = [days.filter((day) => day % 3 === 1), days.filter((day) => day % 3 !== 1)];
    const { ended, running } = curveByAge({ won, lost }, [], 1)[30]!;
    expect(ended.won).toEqual({ share: expect.closeTo(0.25, 12), ...around(0.25, (0.25 * 0.75) / 40) });
    expect(running).toEqual({ share: expect.closeTo(0.25, 12), ...around(0.25, (0.25 * 0.75) / 40) });
  });

  it('have bands by the delta method where something is censored: its sums, written out', () => {
    const days = Array.from({ length: 40 }, (_, day) => day + 1);
    const of = (day: number): 'won' | 'lost' | null => (day % 5 === 0 ? null : day % 3 === 1 ? 'won' : 'lost');
    const lengths = (outcome: ReturnType<typeof of>): number[] => days.filter((day) => of(day) === outcome);
    const curve = curveByAge({ won: lengths('won'), lost: lengths('lost') }, lengths(null), 1).slice(0, 31);
    const last = curve[30]!.ended.won;
    const variance = curve.slice(1).reduce((sum, { age, atRisk: n, ended }, index) => {
      const [ends, won] = [of(age) === null ? 0 : 1, of(age) === 'won' ? 1 : 0];
      const [left, before] = [last.share - ended.won.share, curve[index]!.running.share];
      return sum + (left ** 2 * ends) / (n * (n - ends)) + (before ** 2 * won * (n - won)) / n ** 3 - (2 * left * before * won) / n ** 2;
    }, 0);
    expect(last).toEqual({ share: last.share, ...around(last.share, variance) });
    for (const { ended, running } of curve)
      for (const { low, share, high } of [ended.won, ended.lost, running]) {
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
      }
  });

  it('are told until nothing ends any more, and at the longest length, however long what runs has been running', () => {
    const told = curveByAge({ won: [10] }, [3_000_001]).map(({ age, atRisk, ended }) => [age, atRisk, ended.won.share]);
    expect(told).toEqual([
      [0, 2, 0],
      [7, 2, 0],
      [14, 1, 0.5],
      [3_000_004, 0, 0.5],
    ]);
    const long = curveByAge({ won: [30_000] }, []);
    expect([long.length, long.at(-2)?.age, long.at(-1)?.age, long.at(-1)?.ended.won.share]).toEqual([1_042, 7_280, 30_002, 1]);
  });

  it('promise nothing of two that run', () => {
    const [first, last, ...more] = curveByAge({ won: [] }, [1, 2], 1);
    expect([first?.age, last?.age, more]).toEqual([0, 2, []]);
    expect(first?.running).toEqual({ share: 1, low: expect.closeTo(0.342, 3), high: 1 });
    expect(last?.ended.won).toEqual({ share: 0, low: 0, high: expect.closeTo(0.793, 3) });
  });
});
