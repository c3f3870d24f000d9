import fc from 'fast-check';
import { FORECAST_METHODS } from '../../libs/reporting/forecast/methods.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import { openAnswering } from '../../libs/testing/answering.js';
import { arbitraryLog, HISTORY_BEGINS } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';

const nobody = { readPersonal: false };
const methods = FORECAST_METHODS.filter((method) => method !== 'submitted');
const groupBys: readonly (readonly Grouping[])[] = [[], ['owner'], ['product', 'team']];

describe('a forecast history', () => {
  it('is at each point the forecast asked as of that instant (TN01, TN02)', async () => {
    const asked = fc.record({
      method: fc.constantFrom(...methods),
      known: fc.constantFrom('now' as const, 'then' as const),
      groupBy: fc.constantFrom(...groupBys),
    });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60, deals: 8 }), asked, async (events, { method, known, groupBy }) => {
        const world = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const common = { period: '2025-Q2', method, groupBy };
        const history = await world.answers.forecastHistory({ ...common, step: 'month', known }, nobody);
        for (const at of history.basis.points) {
          const knownAt = known === 'now' ? `position:${history.basis.position}` : at;
          const forecast = await world.answers.forecast({ ...common, asOf: at, knownAt }, nobody);
          const rows = history.rows.filter((row) => row.at === at && row.figures !== null);
          expect(rows.map(({ group, figures }) => ({ group, ...figures }))).toEqual(
            forecast.rows.map(({ labels: _labels, ...row }) => row),
          );
        }
        await world.close();
      }),
      0.15,
    );
  });
});

describe('a forecast', () => {
  it('adds up to the same totals by any grouping, and counts open deals without an expected date apart (FC03, FC05)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 80, deals: 10 }), fc.constantFrom(...methods), async (events, method) => {
        const world = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const answers = await Promise.all(
          groupBys.map((groupBy) => world.answers.forecast({ period: '2025-Q2', method, groupBy }, nobody)),
        );
        const [first, ...others] = answers;
        for (const other of others) expect([other.totals, other.noExpectedDate]).toEqual([first?.totals, first?.noExpectedDate]);
        await world.close();
      }),
      0.15,
    );
  });
});

describe('a funnel', () => {
  it('closes at every stage, by any grouping, mode and cohort (PR02, PR04)', async () => {
    const asked = fc.record({
      mode: fc.constantFrom('reached' as const, 'touched' as const, 'strict' as const),
      groupBy: fc.constantFrom(...groupBys),
      milestone: fc.constantFrom('registered', 'qualified', 's1'),
      within: fc.constantFrom(undefined, '30d'),
    });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 120, deals: 12 }), asked, async (events, { mode, groupBy, milestone, within }) => {
        const world = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const common = { cohort: '2025', milestone, ...(within === undefined ? {} : { within }) };
        const funnel = await world.answers.funnel({ ...common, mode, groupBy }, nobody);
        for (const { account } of funnel.rows) {
          if (account === undefined) continue;
          const { entries, ...exits } = account;
          expect(Object.values(exits).reduce((sum, count) => sum + count, 0)).toBe(entries);
        }
        // Every group's cohort is a part of the whole one, and every mode counts no more than the one that forgives more.
        const whole = await world.answers.funnel({ ...common, mode }, nobody);
        const start = (rows: typeof funnel.rows): number =>
          rows.filter((row) => row.milestone === milestone && row.pipeline === undefined).reduce((sum, row) => sum + row.deals, 0);
        expect(start(funnel.rows)).toBe(start(whole.rows));
        const [reached, touched, strict] = await Promise.all(
          (['reached', 'touched', 'strict'] as const).map(async (each) =>
            (await world.answers.funnel({ ...common, mode: each }, nobody)).rows.map((row) => row.deals),
          ),
        );
        reached?.forEach((count, index) => {
          expect(touched?.[index]).toBeLessThanOrEqual(count);
          expect(strict?.[index]).toBeLessThanOrEqual(touched?.[index] ?? 0);
        });
        await world.close();
      }),
      0.2,
    );
  });
});
