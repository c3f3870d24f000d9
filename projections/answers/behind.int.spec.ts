import fc from 'fast-check';
import type { BehindFigure, BehindRow } from '../../libs/reporting/behind/behind.js';
import {
  AGING_FIGURES,
  FORECAST_HISTORY_FIGURES,
  FUNNEL_FIGURES,
  INFLOW_FIGURES,
  LEAD_TIMES_FIGURES,
  REEMERGENCE_FIGURES,
  SLIPPAGE_FIGURES,
  STANDSTILLS_FIGURES,
  TIME_IN_STAGE_FIGURES,
  VELOCITY_FIGURES,
  WIN_RATE_FIGURES,
} from '../../libs/reporting/behind/figures.js';
import type { MoneyText } from '../../libs/domain/shared/money.js';
import type { Filters, Group, Grouping } from '../../libs/reporting/queries.js';
import { NOT_KNOWN } from '../../libs/reporting/queries.js';
import { bandOf } from '../../libs/reporting/winrate/value-bands.js';
import type { Answering } from '../../libs/testing/answering.js';
import { askable, nobody, openAnswering, withAnswers } from '../../libs/testing/answering.js';
import { arbitraryLog, tellingInstant } from '../../libs/testing/histories.js';
import { metricsFixture } from '../../libs/testing/metrics-fixture.js';
import { holds } from '../../libs/testing/property.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';

type Answers = Answering['answers'];
interface Row {
  readonly group: Group;
}
interface Opened {
  readonly rows: readonly Row[];
  readonly behind?: BehindFigure;
}
interface Scope {
  readonly asOf: string;
  readonly groupBy: readonly Grouping[];
  readonly limit?: number;
}

/** A curve of weeks goes on to the instant asked about. */
const LATEST = Date.UTC(2030, 0, 1);

const OPEN: Filters = { status: ['open'] };
const WON: Filters = { status: ['won'] };
const LOST: Filters = { status: ['lost'] };
const NO_DATE: Filters = { ...OPEN, closingMonth: [NOT_KNOWN] };

/** When the deals that are pushed later are open, where the instant is not before that. */
function before(instant: string): string {
  return instant < '2025-02-01' ? '1000-01-01' : '2025-01-20';
}

/** Every report that opens its figures, with all of them. */
const REPORTS: Readonly<Record<string, readonly [readonly string[], (answers: Answers, scope: Scope, behind: never) => Promise<Opened>]>> =
  {
    timeInStage: [
      TIME_IN_STAGE_FIGURES,
      (answers, scope, behind) => answers.timeInStage({ ...scope, postponed: 'left-out', behind }, nobody),
    ],
    velocity: [VELOCITY_FIGURES, (answers, scope, behind) => answers.velocity({ ...scope, behind }, nobody)],
    reemergence: [
      REEMERGENCE_FIGURES,
      (answers, scope, behind) => answers.reemergence({ ...scope, ended: ['marketing', 'filed', 'lost'], behind }, nobody),
    ],
    leadTimes: [
      LEAD_TIMES_FIGURES,
      (answers, scope, behind) => answers.leadTimes({ ...scope, from: 'registered', to: 'won', behind }, nobody),
    ],
    winRate: [WIN_RATE_FIGURES, (answers, scope, behind) => answers.winRate({ ...scope, oldAfter: '30d', behind }, nobody)],
    funnel: [
      FUNNEL_FIGURES,
      (answers, scope, behind) => answers.funnel({ ...scope, cohort: '2025', mode: 'touched', within: '60d', behind }, nobody),
    ],
    slippage: [
      SLIPPAGE_FIGURES,
      (answers, { asOf: to, ...scope }, behind) => answers.slippage({ ...scope, from: before(to), to, behind }, nobody),
    ],
    standstills: [STANDSTILLS_FIGURES, (answers, scope, behind) => answers.standstills({ ...scope, over: '2d', behind }, nobody)],
    aging: [
      AGING_FIGURES,
      (answers, { groupBy, ...scope }, behind) =>
        answers.aging({ ...scope, groupBy: groupBy.length === 0 ? ['stage'] : groupBy, clock: 'since_any_activity', behind }, nobody),
    ],
    inflow: [
      INFLOW_FIGURES,
      (answers, scope, behind) => answers.inflow({ ...scope, from: '2025-01-01', to: '2025-12-31', step: 'weekday', behind }, nobody),
    ],
  };

/** A figure of a row by the name of its column: `exits.won`. */
function figureOf(row: Row, figure: string): number {
  const value = figure.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], row);
  return value === undefined ? 0 : (value as number); // exits that nobody took are left out
}

/** Of those told, the ones that a row of the report counts. */
function ofRow<R extends Row>(told: readonly BehindRow[], row: R): readonly BehindRow[] {
  const named = Object.entries(row) as [string, unknown][];
  return told.filter(
    (each) =>
      JSON.stringify(each.group) === JSON.stringify(row.group) &&
      Object.entries(each.row).every(([name, value]) => named.some(([of, is]) => of === name && is === value)),
  );
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sum(numbers) / numbers.length;
}

function daysOf(told: readonly BehindRow[]): number[] {
  return told.flatMap(({ days }) => days ?? []);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function valueSums(told: readonly Pick<BehindRow, 'value'>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { value } of told) if (value !== null) sums[value.currency] = (sums[value.currency] ?? 0) + minor(value.amount);
  return sums;
}

function textSums(values: readonly MoneyText[]): Record<string, number> {
  return Object.fromEntries(values.map(({ currency, amount }) => [currency, minor(amount)]));
}

/** The order of adding is no difference. */
function sixDigits(days: number | null): string | null {
  return days === null ? null : days.toPrecision(6);
}

function minor(amount: string): number {
  return Math.round(Number(amount) * 100);
}

const asked = fc.record({
  a: fc.nat(),
  groupBy: fc.constantFrom<readonly Grouping[]>([], ['owner'], ['source', 'team']),
});

async function atRandom(property: (answers: Answers, scope: Scope) => Promise<void>): Promise<void> {
  await holds(
    fc.asyncProperty(arbitraryLog({ events: 60 }), asked, async (told, { a, groupBy }) => {
      await withAnswers(told, ({ answers }) =>
        property(answers, { asOf: isoInstant(Math.min(askable(tellingInstant(told, a)), LATEST)), groupBy }),
      );
    }),
    0.1,
  );
}

describe('a figure that is opened', () => {
  it.each(Object.keys(REPORTS))('%s: tells as many as it counts, row by row, each with its event', async (name) => {
    const [figures = [], ask] = REPORTS[name] ?? [];
    await atRandom(async (answers, scope) => {
      for (const figure of figures) {
        const { rows, behind } = await ask!(answers, scope, figure as never); // a figure of the report
        const told = behind?.told ?? [];
        expect([figure, behind?.figure, behind?.more]).toEqual([figure, figure, 0]);
        for (const row of rows) expect([row.group, ofRow(told, row).length]).toEqual([row.group, figureOf(row, figure)]);
        expect(told.filter((each) => !rows.some((row) => ofRow([each], row).length > 0))).toEqual([]);
        const cut = (await ask!(answers, { ...scope, limit: 2 }, figure as never)).behind;
        expect([cut?.told, cut?.more]).toEqual([told.slice(0, 2), Math.max(0, told.length - 2)]);
        const [first] = told;
        if (first === undefined) continue;
        const { events } = await answers.dealHistory(first.deal, {}, nobody);
        expect(events.map(({ eventId }) => eventId)).toContain(first.eventId);
      }
    });
  });

  it('adds up to the means, sums and bands that are told of it', async () => {
    await atRandom(async (answers, scope) => {
      const stays = await answers.timeInStage({ ...scope, behind: 'finished' }, nobody);
      for (const row of stays.rows) expect(sixDigits(mean(daysOf(ofRow(stays.behind?.told ?? [], row))))).toBe(sixDigits(row.mean));

      const times = await answers.leadTimes({ ...scope, from: 'registered', to: 'closed', behind: 'finished' }, nobody);
      for (const row of times.rows) expect(sixDigits(mean(daysOf(ofRow(times.behind?.told ?? [], row))))).toBe(sixDigits(row.mean));

      const again = await answers.reemergence({ ...scope, ended: ['lost', 'filed', 'marketing'], behind: 'askedAgain' }, nobody);
      for (const row of again.rows) expect(sixDigits(mean(daysOf(ofRow(again.behind?.told ?? [], row))))).toBe(sixDigits(row.mean));

      const silences = await answers.standstills({ ...scope, over: '2d', behind: 'standstills' }, nobody);
      for (const row of silences.rows)
        expect(sixDigits(sum(daysOf(ofRow(silences.behind?.told ?? [], row))))).toBe(sixDigits(row.daysStood));

      const { asOf: to, ...scoped } = scope;
      const [pushes, pushed] = await Promise.all(
        (['pushes', 'dealsPushed'] as const).map((behind) => answers.slippage({ ...scoped, from: before(to), to, behind }, nobody)),
      );
      for (const row of pushes?.rows ?? []) {
        expect(sum(daysOf(ofRow(pushes?.behind?.told ?? [], row)))).toBe(row.daysLater);
        expect(valueSums(ofRow(pushed?.behind?.told ?? [], row))).toEqual(textSums(row.pushedValue));
      }

      const aged = await answers.aging({ ...scope, groupBy: ['owner'], clock: 'since_any_activity', behind: 'deals' }, nobody);
      for (const row of aged.rows) {
        const ages = daysOf(ofRow(aged.behind?.told ?? [], row));
        let above = Number.NEGATIVE_INFINITY;
        for (const { upToDays, deals } of row.age.bands) {
          expect(ages.filter((age) => age > above && age <= (upToDays ?? Infinity)).length).toBe(deals);
          above = upToDays ?? Infinity;
        }
        expect(valueSums(ofRow(aged.behind?.told ?? [], row))).toEqual(textSums(row.value));
      }

      const steps = await answers.funnel({ ...scope, cohort: '2025', behind: 'deals' }, nobody);
      for (const row of steps.rows) expect(valueSums(ofRow(steps.behind?.told ?? [], row))).toEqual(textSums(row.value));

      const velocity = await answers.velocity({ ...scope, behind: 'won' }, nobody);
      for (const row of velocity.rows) {
        const wins = ofRow(velocity.behind?.told ?? [], row).filter(
          ({ value, days }) => days !== null && value !== null && value.currency === row.averageWon?.currency,
        );
        const won = mean(wins.map(({ value }) => minor(value?.amount ?? '')));
        expect(row.averageWon === null ? null : minor(row.averageWon.amount)).toBe(won === null ? null : Math.round(won));
        expect(sixDigits(mean(daysOf(wins)))).toBe(sixDigits(row.averageCycleDays));
      }

      const came = await answers.inflow({ ...scope, from: '2025-01-01', to: '2025-12-31', behind: 'deals' }, nobody);
      for (const row of came.rows) expect(valueSums(ofRow(came.behind?.told ?? [], row))).toEqual(textSums(row.value));

      for (const outcome of ['won', 'lost'] as const) {
        const rates = await answers.winRate({ ...scope, behind: outcome }, nobody);
        for (const row of rates.rows) {
          const bands: Record<string, number> = {};
          for (const { expected = null } of ofRow(rates.behind?.told ?? [], row)) {
            const band = expected === null ? 'not known' : `${expected.currency} ${bandOf(minor(expected.amount)).from}`;
            bands[band] = (bands[band] ?? 0) + 1;
          }
          const said = row.byBand.filter((band) => band[outcome] > 0);
          expect(bands).toEqual(
            Object.fromEntries(
              said.map(({ from, [outcome]: deals }) => [from === null ? 'not known' : `${from.currency} ${minor(from.amount)}`, deals]),
            ),
          );
        }
      }
    });
  });

  it('of what became of a forecast: each deal with its end, and with the chance that it was given', async () => {
    await atRandom(async (answers, { asOf }) => {
      for (const figure of FORECAST_HISTORY_FIGURES) {
        const query = { period: '2025-02', asOf, step: 'month', method: 'get', behind: figure } as const;
        const { realisation, calibration, behind } = await answers.forecastHistory(query, nobody);
        const told = behind?.told ?? [];
        expect([figure, told.length]).toEqual([figure, figureOf({ realisation: realisation ?? {} } as never, figure)]);
        if (figure !== 'realisation.deals' && figure !== 'realisation.won') continue;
        for (const bucket of calibration) {
          const ofBucket = told.filter(({ row }) => row['chance'] === `${Math.round(bucket.from * 100)}–${Math.round(bucket.to * 100)} %`);
          expect(ofBucket.length).toBe(figure === 'realisation.deals' ? bucket.deals : bucket.won);
        }
      }
    });
  });

  it('of an instant is opened by deals, with the group as filters: pipeline, series, forecast, its history and calibration, coverage', async () => {
    await atRandom(async (answers, { asOf, groupBy }) => {
      const periods = ['2025-Q1', '2025-Q2'] as const;
      const opened = async (at: string, group: Group, more: Filters, closing?: string) => {
        const ofGroup = Object.entries(group).map(([name, value]) => [name, [value ?? NOT_KNOWN]] as const);
        const filters = { ...Object.fromEntries(ofGroup), ...more };
        const { deals } = await answers.deals({ asOf: at, filters, limit: 1_000, ...(closing === undefined ? {} : { closing }) }, nobody);
        return { deals: deals.length, unvalued: deals.filter(({ value }) => value === null).length, value: valueSums(deals) };
      };

      const { rows } = await answers.pipeline({ asOf, groupBy: ['status', ...groupBy] }, nobody);
      for (const { group, deals, unvalued, value } of rows)
        expect(await opened(asOf, group, {})).toEqual({ deals, unvalued, value: textSums(value) });

      const series = await answers.series({ from: '2025-01-01', to: '2025-04-01', step: 'month', groupBy: ['status', ...groupBy] }, nobody);
      for (const { at, group, deals, unvalued, value } of series.rows)
        expect(await opened(at, group, {})).toEqual({ deals, unvalued, value: textSums(value) });

      for (const period of periods) {
        const forecast = await answers.forecast({ period, asOf, groupBy, method: 'unweighted' }, nobody);
        for (const { group, deals, expected, wonDeals, won: wonValue } of forecast.rows) {
          expect(await opened(asOf, group, OPEN, period)).toMatchObject({ deals, value: textSums(expected) });
          expect(await opened(asOf, group, WON, period)).toMatchObject({ deals: wonDeals, value: textSums(wonValue) });
        }
        const { deals, unvalued, value } = forecast.noExpectedDate;
        expect(await opened(asOf, {}, NO_DATE)).toEqual({ deals, unvalued, value: textSums(value) });

        const history = await answers.forecastHistory({ period, asOf, groupBy, step: 'month', method: 'unweighted' }, nobody);
        for (const { at, group, figures } of history.rows)
          expect(await opened(at, group, OPEN, period)).toMatchObject({ deals: figures?.deals });
        for (const { group, now } of history.actual)
          expect(await opened(asOf, group, WON, period)).toMatchObject({ deals: now.deals, value: textSums(now.won) });

        const coverage = await answers.coverage({ period, asOf, groupBy: groupBy.length === 1 ? groupBy : [] }, nobody);
        for (const row of coverage.rows) {
          expect(await opened(asOf, row.group, OPEN, period)).toMatchObject({ deals: row.deals, unvalued: row.unvalued });
          expect((await opened(asOf, row.group, NO_DATE)).deals).toBe(row.noExpectedDate);
          const [wins, losses] = await Promise.all([opened(asOf, row.group, WON), opened(asOf, row.group, LOST)]);
          expect(row.winRate).toBe(wins.deals + losses.deals === 0 ? null : wins.deals / (wins.deals + losses.deals));
          const inPeriod = await opened(asOf, row.group, WON, period);
          for (const { currency, won: amount } of row.coverage) expect(inPeriod.value[currency] ?? 0).toBe(minor(amount));
        }
      }
      if (asOf < '2025-07-01') return;
      const calibration = await answers.calibration({ from: '2025-Q1', to: '2025-Q2', method: 'unweighted', asOf, groupBy }, nobody);
      for (const { group, period, at, currency, forecast, actual } of calibration.periods) {
        const [then, later, wonThen] = [
          await opened(at, group, OPEN, period),
          await opened(asOf, group, WON, period),
          await opened(at, group, WON, period),
        ];
        expect((then.value[currency] ?? 0) + (wonThen.value[currency] ?? 0)).toBe(forecast === null ? 0 : minor(forecast.amount));
        expect(later.value[currency] ?? 0).toBe(minor(actual.amount));
      }
    });
  });

  it('is each count of each report: what is not opened is made of what is (a share, a mean, a sum, an age)', async () => {
    const MADE =
      /^(mean|median|p\d\d|least|most|kaplanMeierMedian|restrictedMean|exitRate|winRate|averageCycleDays|share|low|high|rates|byValue|conversionFrom|daysLater|daysNet|pushedShare|longest|daysStood|daysLived|age\.|perPeriod|usualDays|thresholdDays)/;
    const counts = (value: unknown, path = ''): string[] =>
      typeof value === 'number'
        ? [path]
        : typeof value !== 'object' || value === null || Array.isArray(value)
          ? []
          : Object.entries(value).flatMap(([name, part]) => counts(part, path === '' ? name : `${path}.${name}`));
    const { answers, close } = await openAnswering(metricsFixture(), { now: Date.UTC(2025, 3, 1), logMadeAt: Date.UTC(2025, 0, 1) });
    for (const [name, [figures, ask]] of Object.entries(REPORTS)) {
      const { rows } = await ask(answers, { asOf: '2025-03-20T00:00:00Z', groupBy: [] }, undefined as never); // none is opened
      const counted = new Set(rows.flatMap((row) => counts(row)).filter((path) => !MADE.test(path) && path !== 'periods'));
      expect([name, [...counted].filter((path) => !figures.includes(path))]).toEqual([name, []]);
    }
    await close();
  });

  it('is refused with a limit that is none', async () => {
    await withAnswers([], async ({ answers }) => {
      await expect(answers.velocity({ behind: 'won', limit: 10_001 }, nobody)).rejects.toThrow('the limit is 0 to 10000 rows');
    });
  });
});
