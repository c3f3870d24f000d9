import fc from 'fast-check';
import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal } from '../../libs/domain/deal/deal.evolve.js';
import { DEAL_STATUSES, evolve, noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { exchange, inverse, parseRate } from '../../libs/domain/shared/exchange-rate.js';
import type { Money } from '../../libs/domain/shared/money.js';
import { weigh } from '../../libs/domain/shared/money.js';
import type { Position } from '../../libs/domain/shared/position.js';
import type { Figures, Grouping, PipelineAnswer, Totals } from '../../libs/reporting/queries.js';
import { GROUPINGS, NOT_KNOWN_YET } from '../../libs/reporting/queries.js';
import type { DimensionValues } from '../../libs/reporting/rows.js';
import { askable, nobody, withAnswers } from '../../libs/testing/answering.js';
import { arbitraryLog, byStream, tellingInstant } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { evolveThing, nothingKnown } from '../dimension-timelines/thing.evolve.js';
import type { Thing } from '../dimension-timelines/thing.evolve.js';

/** What a stream's thing was at (T, K), by the slow fold. */
function valuesByTheLaw(events: readonly RecordedEvent[] | undefined, asOf: EpochMs, knownAt: Position): object | null {
  const thing = factsAsOf(events ?? [], knownAt, asOf).reduce<Thing>(evolveThing, nothingKnown);
  return thing.kind === null ? null : thing.values;
}

interface PlainCell {
  deals: number;
  unvalued: number;
  value: Record<string, number>;
  weighted: Record<string, number>;
}

/** The report as a plain loop over events: no rows, no views, no tallies. */
function plainPipeline(
  events: readonly RecordedEvent[],
  asOf: EpochMs,
  knownAt: Position,
  groupBy: readonly Grouping[],
  convertTo?: string,
): Map<string, PlainCell> {
  const streams = byStream(events);
  const of = <T>(stream: string): T | null => valuesByTheLaw(streams.get(stream as RecordedEvent['stream']), asOf, knownAt) as T | null;
  const cells = new Map<string, PlainCell>();
  for (const [stream, own] of streams) {
    if (!stream.startsWith('deal-')) continue;
    const deal = factsAsOf<DealFact>(own, knownAt, asOf).reduce<Deal>(evolve, noDeal);
    if (deal.status === 'none') continue;
    const part = pipelinePartOf(deal);
    const owner = part?.ownerId ?? null;
    const ofOwner = (what: 'team' | 'manager' | 'office'): string | null =>
      owner === 'not-in-source' ? owner : owner === null ? null : (of<DimensionValues['employee']>(`employee-${owner}`)?.[what] ?? null);
    const value = deal.status === 'won' ? deal.wonValue : deal.value;
    const inCurrency = (money: Money): Money => {
      const rate = of<DimensionValues['rate']>('rate-SEK-EUR');
      if (convertTo === undefined || rate === null || money.currency === convertTo) return money;
      const exact = parseRate(rate.rate)!; // the log holds no other
      return exchange(money, convertTo, convertTo === 'EUR' ? exact : inverse(exact));
    };
    const closing = !('closedAt' in deal) ? deal.decisionDate : deal.closedAt === null ? null : isoInstant(deal.closedAt).slice(0, 10);
    const keys: Record<Grouping, string | null> = {
      status: deal.status,
      stage: deal.status === 'open' || deal.status === 'postponed' ? deal.stageId : null,
      lastStage: part?.stageId ?? null,
      pipeline: part?.pipelineId ?? null,
      owner,
      team: ofOwner('team'),
      manager: ofOwner('manager'),
      office: ofOwner('office'),
      department: deal.department,
      source: deal.source,
      origin: deal.origin,
      campaign: deal.campaignId,
      product: deal.productId,
      company: deal.companyId,
      industry:
        deal.companyId === 'not-in-source'
          ? deal.companyId
          : (of<DimensionValues['company']>(`company-${deal.companyId}`)?.industry ?? null),
      currency: value === 'unknown' ? null : value.currency,
      closingMonth: closing?.slice(0, 7) ?? null,
      closingQuarter: closing === null ? null : `${closing.slice(0, 4)}-Q${Math.ceil(Number(closing.slice(5, 7)) / 3)}`,
    };
    const key = JSON.stringify(groupBy.map((grouping) => keys[grouping]));
    const cell = cells.get(key) ?? { deals: 0, unvalued: 0, value: {}, weighted: {} };
    cells.set(key, cell);
    cell.deals += 1;
    if (value === 'unknown') cell.unvalued += 1;
    else {
      const worth = inCurrency(value);
      cell.value[worth.currency] = (cell.value[worth.currency] ?? 0) + worth.minor;
      const process = deal.status === 'open' ? of<DimensionValues['process']>(`pipeline-${deal.pipelineId}`)?.process : undefined;
      const weight = process?.stages.find(({ id }) => deal.status === 'open' && id === deal.stageId)?.weight ?? null;
      if (weight !== null) cell.weighted[worth.currency] = (cell.weighted[worth.currency] ?? 0) + weigh(worth.minor, weight);
    }
  }
  return cells;
}

function minor(texts: Figures['value'] | undefined): Record<string, number> {
  return Object.fromEntries((texts ?? []).map(({ amount, currency }) => [currency, Math.round(Number(amount) * 100)]));
}

function plainCell({ deals, unvalued, value, weighted }: Figures): PlainCell {
  return { deals, unvalued, value: minor(value), weighted: minor(weighted) };
}

function sum(all: readonly Figures[]): PlainCell {
  const total: PlainCell = { deals: 0, unvalued: 0, value: {}, weighted: {} };
  for (const figures of all.map(plainCell)) {
    total.deals += figures.deals;
    total.unvalued += figures.unvalued;
    for (const name of ['value', 'weighted'] as const) {
      for (const [currency, amount] of Object.entries(figures[name])) total[name][currency] = (total[name][currency] ?? 0) + amount;
    }
  }
  return total;
}

function totals(answer: PipelineAnswer): Totals {
  if (answer.totals === NOT_KNOWN_YET) throw new Error('nothing was known yet');
  return answer.totals;
}

const questions = fc.array(
  fc.record({
    t: fc.nat(),
    k: fc.nat(),
    convertTo: fc.constantFrom(undefined, 'EUR', 'SEK'),
    groupBy: fc.uniqueArray(fc.constantFrom(...GROUPINGS), { maxLength: 3 }),
  }),
  { minLength: 6, maxLength: 6 },
);

describe('the pipeline report', () => {
  it('equals a plain loop over the events at random (T, K) and any grouping; totals equal the sum over it; two groupings agree (PR01, TN01)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 50 }), questions, async (told, asked) => {
        await withAnswers(told, async ({ answers, events }) => {
          for (const { t, k, groupBy, convertTo } of asked) {
            const asOf = askable(tellingInstant(told, t));
            const position = (events[k % events.length] ?? events[0])!.position;
            const at = { asOf: isoInstant(asOf), knownAt: `position:${position}`, ...(convertTo === undefined ? {} : { convertTo }) };
            const answer = await answers.pipeline({ ...at, groupBy }, nobody);
            const cells = new Map(
              answer.rows.map((row) => [JSON.stringify(groupBy.map((grouping) => row.group[grouping])), plainCell(row)]),
            );
            expect(cells).toEqual(plainPipeline(events, asOf, position, groupBy, convertTo));
            expect(sum(answer.rows)).toEqual(plainCell(totals(answer)['all']!));
            expect(sum(DEAL_STATUSES.map((status) => totals(answer)[status]!))).toEqual(plainCell(totals(answer)['all']!));
            const other = await answers.pipeline({ ...at, groupBy: ['team', 'industry'] }, nobody);
            expect(totals(other)).toEqual(totals(answer));
          }
        });
      }),
      0.3,
    );
  });

  it('gives the same bytes for the same basis after more was recorded, whatever K was called (TN02)', async () => {
    await holds(
      fc.asyncProperty(arbitraryLog({ events: 40 }), arbitraryLog({ events: 20 }), fc.nat(), async (told, more, t) => {
        await withAnswers(told, async ({ answers, tell }) => {
          const asOf = isoInstant(askable(tellingInstant(told, t)));
          const groupBy = ['team', 'stage', 'closingMonth'] as const;
          const first = await answers.pipeline({ asOf, groupBy }, nobody);
          const late = { eventId: (id: string) => `1${id.slice(1)}` };
          await tell(
            more.map((event) => ({
              ...event,
              eventId: late.eventId(event.eventId) as typeof event.eventId,
              // Another history's deals, so that the first ones' corrections stay theirs.
              stream: `${event.stream}x` as typeof event.stream,
              recordedAt: event.recordedAt + 400 * 86_400_000,
            })),
          );
          const again = await answers.pipeline({ asOf, groupBy, knownAt: `position:${first.basis.position}` }, nobody);
          expect(JSON.stringify(again)).toBe(JSON.stringify(first));
        });
      }),
      0.2,
    );
  });
});
