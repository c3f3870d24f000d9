import fc from 'fast-check';
import type { BehindFigure, BehindRow } from '../../libs/reporting/behind/behind.js';
import {
  INFLOW_FIGURES,
  LEAD_TIMES_FIGURES,
  REEMERGENCE_FIGURES,
  TIME_IN_STAGE_FIGURES,
  VELOCITY_FIGURES,
  WIN_RATE_FIGURES,
} from '../../libs/reporting/behind/figures.js';
import type { Group, Grouping } from '../../libs/reporting/queries.js';
import { bandOf } from '../../libs/reporting/winrate/value-bands.js';
import type { Answering } from '../../libs/testing/answering.js';
import { askable, nobody, withAnswers } from '../../libs/testing/answering.js';
import { arbitraryLog, tellingInstant } from '../../libs/testing/histories.js';
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
  return numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function daysOf(told: readonly BehindRow[]): number[] {
  return told.flatMap(({ days }) => days ?? []);
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
      await withAnswers(told, ({ answers }) => property(answers, { asOf: isoInstant(askable(tellingInstant(told, a))), groupBy }));
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
        for (const row of rows) expect([row, ofRow(told, row).length]).toEqual([row, figureOf(row, figure)]);
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
      for (const row of came.rows) {
        const sums: Record<string, number> = {};
        for (const { value } of ofRow(came.behind?.told ?? [], row))
          if (value !== null) sums[value.currency] = (sums[value.currency] ?? 0) + minor(value.amount);
        expect(sums).toEqual(Object.fromEntries(row.value.map(({ currency, amount }) => [currency, minor(amount)])));
      }

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

  it('is refused with a limit that is none', async () => {
    await withAnswers([], async ({ answers }) => {
      await expect(answers.velocity({ behind: 'won', limit: 10_001 }, nobody)).rejects.toThrow('the limit is 0 to 10000 rows');
    });
  });
});
