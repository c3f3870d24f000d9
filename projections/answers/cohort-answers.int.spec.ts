import fc from 'fast-check';
import type { FlowGrouping } from '../../libs/reporting/queries.js';
import { isOwnGrouping } from '../../libs/reporting/queries.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { arbitraryLog, HISTORY_BEGINS } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';

const groupBys: readonly (readonly FlowGrouping[])[] = [
  ...([[], ['owner'], ['product', 'team'], ['relationship', 'receivedBy'], ['purchase', 'completeness']] as const),
];

describe('a funnel', () => {
  it('closes at every stage, by any grouping, mode and cohort (PR02, PR04)', async () => {
    const asked = fc.record({
      mode: fc.constantFrom('reached' as const, 'touched' as const, 'strict' as const),
      groupBy: fc.constantFrom(...groupBys),
      milestone: fc.constantFrom('registered', 'qualified', 'meeting'),
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
        // Every figure opens to its deals: of a stage that two pipelines have, to those of both.
        const whole = await world.answers.funnel({ ...common, mode }, nobody);
        for (const step of new Set(whole.rows.map((row) => row.milestone))) {
          const counts = whole.rows.filter((row) => row.milestone === step).map(({ deals }) => deals);
          const behind = await world.answers.deals({ ...common, mode, reached: step, limit: 1_000 }, nobody);
          expect(behind.deals.length).toBeGreaterThanOrEqual(Math.max(...counts));
          expect(behind.deals.length).toBeLessThanOrEqual(counts.reduce((sum, count) => sum + count, 0));
        }
        // Every group's cohort is a part of the whole one, and every mode counts no more than the one that forgives more.
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

type Counts = Readonly<Record<string, number>>;

function added(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sum).filter(([, count]) => count !== 0));
}

describe('reports of deals\u2019 own ways', () => {
  it('count the same deals by any grouping: lead times, stays, outcomes, inflow, slippage, silences, returns, open deals and their ages (LT03, SU04, PF01)', async () => {
    const cohorts = fc.constantFrom({}, { cohort: '2025-01' }, { cohort: '2025-01..2025-03' });
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 100, deals: 12 }), cohorts, async (events, cohort) => {
        const { answers, close } = await openAnswering(events, { now: Date.UTC(2026, 0, 1), logMadeAt: HISTORY_BEGINS });
        const told = (groupBy: readonly FlowGrouping[]) =>
          Promise.all([
            answers
              .leadTimes({ ...cohort, from: 'registered', to: 'won', groupBy }, nobody)
              .then(({ rows }) => rows.map(({ n, finished, running, gone }) => ({ n, finished, running, gone }))),
            answers.timeInStage({ ...cohort, groupBy }, nobody).then(({ rows }) =>
              rows.map(({ pipeline, stage, n, finished, exits }) => {
                const at = (name: string): string => `${pipeline}/${stage} ${name}`;
                const ended = Object.entries(exits).map(([exit, count]) => [at(exit), count] as const);
                return { [at('n')]: n, [at('finished')]: finished, ...Object.fromEntries(ended) };
              }),
            ),
            answers.winRate({ ...cohort, groupBy }, nobody).then(({ rows }) =>
              rows.map(({ n, won, lost, derailed, open, overdue, old, unvalued, byValue }) => {
                const values = Object.entries(byValue).flatMap(([currency, share]) => [
                  [`won ${currency}`, Math.round(Number(share.won) * 100)] as const,
                  [`of ${currency}`, Math.round(Number(share.of) * 100)] as const,
                ]);
                return { n, won, lost, derailed, open, overdue, old, unvalued, ...Object.fromEntries(values) };
              }),
            ),
            answers
              .inflow({ from: '2025-01-01', to: '2025-12-31', groupBy }, nobody)
              .then(({ rows }) =>
                rows.map(({ period, deals, unvalued }) => ({ [`${period} deals`]: deals, [`${period} unvalued`]: unvalued })),
              ),
            answers.standstills({ over: '3d', groupBy }, nobody).then(({ rows }) =>
              rows.map(({ deals, silences, running, standstills, dealsStood, standing }) => ({
                ...{ deals, silences, running, standstills, dealsStood, standing },
              })),
            ),
            answers.slippage({ from: '2025-01-01', to: '2025-12-31', groupBy }, nobody).then(({ rows }) =>
              rows.map(({ deals, pushes, dealsPushed, pulls, redatedWithin, daysLater, daysNet, overdue }) => ({
                ...{ deals, pushes, dealsPushed, pulls, redatedWithin, daysLater, daysNet, overdue },
              })),
            ),
            answers
              .reemergence({ ...cohort, ended: ['marketing', 'filed', 'lost'], groupBy }, nobody)
              .then(({ rows }) =>
                rows.map(({ n, askerUnknown, askedAgain, wonAfterAll }) => ({ n, askerUnknown, askedAgain, wonAfterAll })),
              ),
            answers
              .aging({ groupBy: groupBy.filter((grouping) => !isOwnGrouping(grouping)), limit: 0 }, nobody)
              .then(({ rows }) =>
                rows.map(({ deals, unvalued, ageUnknown, stagnant }) => ({ deals, unvalued, ageUnknown, stagnant: stagnant.deals })),
              ),
          ]);
        const [whole, ...others] = await Promise.all(groupBys.map(told));
        for (const other of others) expect(other.map(added)).toEqual(whole?.map(added));
        const { rows } = await answers.winRate(cohort, nobody);
        for (const { n, won, lost, derailed, open, rates } of rows) {
          expect(won + lost + derailed + open).toBe(n);
          expect([rates['by-deals'].of, rates.broad.of, rates.cohort.of]).toEqual([won + lost, won + lost + derailed, n]);
        }
        await close();
      }),
      0.15,
    );
  });
});
