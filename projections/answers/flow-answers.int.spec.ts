import fc from 'fast-check';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { Grouping, MoneyFigures, OpenFigures, Totals } from '../../libs/reporting/queries.js';
import { GROUPINGS, NOT_KNOWN_YET } from '../../libs/reporting/queries.js';
import { BUCKETS } from '../../libs/reporting/waterfall/buckets.js';
import { askable, nobody, openAnswering, withAnswers } from '../../libs/testing/answering.js';
import { arbitraryLog, HISTORY_BEGINS, tellingInstant } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { Telling } from '../../libs/testing/tell.js';

const groupable = GROUPINGS.filter((grouping) => grouping !== 'status');

function add(sum: Record<string, number>, value: MoneyFigures): Record<string, number> {
  for (const { amount, currency } of value) sum[currency] = (sum[currency] ?? 0) + Math.round(Number(amount) * 100);
  return sum;
}

function total(all: readonly OpenFigures[]): { deals: number; unvalued: number; value: Record<string, number> } {
  const value = all.reduce<Record<string, number>>((sum, figures) => add(sum, figures.value), {});
  return {
    deals: all.reduce((sum, { deals }) => sum + deals, 0),
    unvalued: all.reduce((sum, { unvalued }) => sum + unvalued, 0),
    value: Object.fromEntries(Object.entries(value).filter(([, minor]) => minor !== 0)),
  };
}

/** What the pipeline report says is open: a waterfall's ends must be the same. */
function open(totals: Totals | typeof NOT_KNOWN_YET): ReturnType<typeof total> {
  return total(totals === NOT_KNOWN_YET ? [] : [totals['open']!]);
}

const asked = fc.record({
  a: fc.nat(),
  b: fc.nat(),
  k: fc.nat(),
  groupBy: fc.uniqueArray(fc.constantFrom(...groupable), { maxLength: 2 }),
  filter: fc.constantFrom<[Grouping, string] | null>(
    null,
    ['team', 'north'],
    ['pipeline', 'sales'],
    ['currency', 'EUR'],
    ['owner', 'e1'],
    ['stage', 'meeting'],
  ),
  closing: fc.constantFrom(undefined, '2025-Q1', '2025-Q2', '2025'),
  method: fc.constantFrom('events' as const, 'ends' as const),
  known: fc.constantFrom('now' as const, 'then' as const),
  converted: fc.constantFrom({}, { convertTo: 'EUR' }, { convertTo: 'SEK' }),
});

describe('the waterfall', () => {
  it('balances in money and in deals for every scope and grouping, from and to what the pipeline report says (TN01)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60 }), fc.array(asked, { minLength: 5, maxLength: 5 }), async (told, questions) => {
        await withAnswers(told, async ({ answers, events }) => {
          for (const { a, b, k, groupBy, filter, closing, method, known, converted } of questions) {
            const [from = 0, to = 0] = [askable(tellingInstant(told, a)), askable(tellingInstant(told, b))].toSorted((x, y) => x - y);
            const scope = {
              ...converted,
              filters: filter === null ? {} : { [filter[0]]: [filter[1]] },
              ...(closing === undefined ? {} : { closing }),
              knownAt: `position:${events[k % events.length]!.position}`,
            };
            const ends = { from: isoInstant(from), to: isoInstant(to) };
            const answer = await answers.waterfall({ ...scope, ...ends, groupBy, method, known }, nobody);
            const compared = await answers.compare({ ...scope, then: ends.from, now: ends.to, known, groupBy: ['status'] }, nobody);
            const { then, now } = compared.totals['open']!;
            expect(answer.basis.marks.some((mark) => mark.startsWith('one currency alone'))).toBe(filter?.[0] === 'currency');
            const of = (bucket: string): ReturnType<typeof total> => total(answer.rows.filter((row) => row.bucket === bucket));
            expect(of('opening')).toEqual(then === NOT_KNOWN_YET ? total([]) : open({ open: then }));
            expect(of('closing')).toEqual(now === NOT_KNOWN_YET ? total([]) : open({ open: now }));
            expect(total(answer.rows.filter(({ bucket }) => bucket !== 'closing'))).toEqual(of('closing'));
            // Every bucket opens to its moves, to the cent and to the deal.
            const bucket = BUCKETS[a % BUCKETS.length]!;
            const { moves } = await answers.waterfall({ ...scope, ...ends, groupBy, method, known, bucket }, nobody);
            expect([moves?.bucket, total(moves?.told ?? [])]).toEqual([bucket, of(bucket)]);
            expect(total([answer.totals.opening, answer.totals.difference])).toEqual(total([answer.totals.closing]));
          }
        });
      }),
      0.25,
    );
  });
});

describe('a source that knows days alone', () => {
  const day = (text: string): number => Date.parse(`2025-${text}T00:00:00.000Z`);
  const worth = (euros: number) => ({ value: { minor: euros * 100, currency: 'EUR' } });
  const steps = ({ rows }: { rows: readonly { bucket: string; deals: number; value: MoneyFigures }[] }) =>
    rows.flatMap(({ bucket, deals, value }) => (deals === 0 && value.length === 0 ? [] : [[bucket, deals, value[0]?.amount ?? null]]));

  it('has who was won on the day of the request as new and as won, and who was lost and reopened on one day as both (PR02)', async () => {
    const telling = new Telling();
    const asked = (deal: string, at: string, dated = true): void => {
      const data = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'unknown' } };
      const more = dated ? {} : { dated: false as const };
      const told = (type: string, fact: object): void => void telling.tell(`deal-${deal}`, day(at), { type, data: fact }, more);
      told('RequestRegistered', { ...data, origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' });
      told('LeadQualified', { pipelineId: 'sales', stageId: 'meeting', ownerId: 'anna' });
      told('ExpectedValueEstimated', worth(100));
    };
    asked('quick', '03-01');
    telling.tell('deal-quick', day('03-01'), { type: 'DealWon', data: { ...worth(90), reasons: [] } });
    asked('back', '02-01');
    telling.tell('deal-back', day('03-02'), { type: 'DealLost', data: { reasons: [] } });
    telling.tell('deal-back', day('03-02'), { type: 'DealReopened', data: { stageId: 'meeting' } });
    asked('undated', '03-03', false);
    const { answers, close } = await openAnswering(telling.events, { now: day('04-01'), logMadeAt: day('01-01') });
    const question = { from: '2025-03-01', to: '2025-03-31' } as const;
    expect(steps(await answers.waterfall(question, nobody))).toEqual([
      ['opening', 1, '100.00'],
      ['new', 1, '100.00'],
      ['undated', 1, '100.00'],
      ['reopened', 1, '100.00'],
      ['decreased', 0, '-10.00'],
      ['won', -1, '-90.00'],
      ['lost', -1, '-100.00'],
      ['closing', 2, '200.00'],
    ]);
    expect(steps(await answers.waterfall({ ...question, method: 'ends' }, nobody))).toEqual([
      ['opening', 1, '100.00'],
      ['undated', 1, '100.00'],
      ['closing', 2, '200.00'],
    ]);
    await close();
  });
});

describe('the explanation of a difference', () => {
  it('is a list of events whose contributions add up to the comparison, group by group, to the cent and to the deal (TN01, TN02)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 60 }), fc.array(asked, { minLength: 4, maxLength: 4 }), async (told, questions) => {
        await withAnswers(told, async ({ answers, events }) => {
          for (const { a, b, k, groupBy, filter, closing, known, converted } of questions) {
            const [then = 0, now = 0] = [askable(tellingInstant(told, a)), askable(tellingInstant(told, b))].toSorted((x, y) => x - y);
            const question = {
              ...converted,
              ...{ then: isoInstant(then), now: isoInstant(now), known, groupBy },
              filters: filter === null ? {} : { [filter[0]]: [filter[1]] },
              ...(closing === undefined ? {} : { closing }),
              knownAt: `position:${events[k % events.length]!.position}`,
            };
            const explained = await answers.explain(question, nobody);
            const compared = await answers.compare(question, nobody);
            const key = (group: object): string => JSON.stringify(group);
            for (const { group, difference } of compared.rows) {
              if (difference === NOT_KNOWN_YET) continue;
              const rows = explained.rows.filter((row) => key(row.group) === key(group));
              expect(total(rows)).toEqual(total([difference]));
              const weighted = (figures: readonly { weighted?: MoneyFigures }[]): unknown =>
                total(figures.map((each) => ({ deals: 0, unvalued: 0, value: each.weighted ?? [] })));
              expect(weighted(rows)).toEqual(weighted([difference]));
            }
            const short = await answers.explain({ ...question, limit: 2 }, nobody);
            expect(total([...short.rows, short.rest])).toEqual(total([explained.totals.difference]));
            expect(total(explained.rows)).toEqual(total([explained.totals.difference]));
          }
        });
      }),
      0.3,
    );
  });
});

describe('a series', () => {
  it('has at every point what the pipeline report says as of then, as known now or then (TN02)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 40 }), fc.constantFrom('now' as const, 'then' as const), async (told, known) => {
        await withAnswers(told, async ({ answers }) => {
          const from = isoInstant(HISTORY_BEGINS - 86_400_000);
          const to = isoInstant(Math.max(told.at(-1)!.recordedAt, HISTORY_BEGINS) + 90 * 86_400_000);
          const series = await answers.series({ from, to, step: 'month', known, groupBy: ['stage'] }, nobody);
          for (const point of series.points) {
            const basis = series.basis.points.find(({ at }) => at === point.at)!;
            const asked = { asOf: point.at, knownAt: `position:${basis.position}`, groupBy: ['stage'] } as const;
            const { rows, undated, totals } = await answers.pipeline(asked, nobody);
            expect(series.rows.filter(({ at }) => at === point.at)).toEqual(rows.map((row) => ({ at: point.at, ...row })));
            expect(point).toEqual({ at: point.at, undated, totals });
          }
        });
      }),
      0.3,
    );
  });
});
