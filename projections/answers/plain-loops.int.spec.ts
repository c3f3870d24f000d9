import fc from 'fast-check';
import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal, ExistingDeal } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { BEGINNING_OF_TIME, isoInstant } from '../../libs/domain/shared/instant.js';
import type { Money } from '../../libs/domain/shared/money.js';
import type { Position } from '../../libs/domain/shared/position.js';
import type { MoneyFigures } from '../../libs/reporting/queries.js';
import { askable, nobody, withAnswers } from '../../libs/testing/answering.js';
import type { Answering } from '../../libs/testing/answering.js';
import { arbitraryLog, byStream, HISTORY_BEGINS, historyEventId, tellingInstant } from '../../libs/testing/histories.js';
import { HISTORY_STAGES } from '../../libs/testing/history-steps.js';
import { holds } from '../../libs/testing/property.js';

/**
 * What metrics.md defines, as plain loops over the states that the law gives: no rows, no paths, no spells, no shared formula. Slow, and as a reader of that page would write it.
 */
const DAY = 86_400_000;
const WEIGHTS: readonly number[] = [1_000, 3_000, 6_000, 8_000];

/** Both processes of the random histories, known since always. */
const PROCESSES = ['q0', 'q1'].map((pipeline, index): RecordedEvent => {
  const eventId = historyEventId(9_000_000 + index);
  const stages = HISTORY_STAGES.map((id, place) => ({
    ...{ id, label: id, weight: WEIGHTS[place], requiredFields: [], stagnatesAfterDays: null, actions: [] },
  }));
  const at = BEGINNING_OF_TIME;
  return {
    ...{ eventId, stream: `pipeline-${pipeline}` as RecordedEvent['stream'], revision: 0, position: '' as Position },
    ...{ recordedAt: HISTORY_BEGINS, type: 'PipelineDefined', effectiveAt: at },
    data: { version: 1, process: { name: pipeline, stages, gates: {}, removedStages: [] } },
    metadata: {
      ...{ schemaVersion: 1, correlationId: eventId, causationId: eventId, actor: { id: 'e0', kind: 'person' } },
      ...{ effectiveAt: isoInstant(at), dated: false },
    },
  };
});

interface State {
  readonly at: EpochMs;
  readonly deal: ExistingDeal;
}

/** Every state that a deal went through up to T, one for each fact. */
type Life = readonly [State, ...State[]];

function livesOf(events: readonly RecordedEvent[], knownAt: Position, asOf: EpochMs): Life[] {
  return [...byStream(events)].flatMap(([stream, own]) => {
    if (!stream.startsWith('deal-')) return [];
    let deal: Deal = noDeal;
    const states: State[] = [];
    for (const fact of factsAsOf<DealFact>(own, knownAt, asOf)) {
      deal = evolve(deal, fact);
      if (deal.status !== 'none') states.push({ at: fact.effectiveAt, deal });
    }
    const [first, ...more] = states;
    return first === undefined ? [] : [[first, ...more]];
  });
}

const endOf = (life: Life): ExistingDeal => (life.at(-1) ?? life[0]).deal;
const isClosed = ({ status }: ExistingDeal): boolean => ['won', 'lost', 'marketing', 'filed'].includes(status);
const isInStage = ({ status }: ExistingDeal): boolean => status === 'open' || status === 'postponed';
const closedAt = (deal: ExistingDeal): EpochMs | null => ('closedAt' in deal ? deal.closedAt : null);
const valueOf = (deal: ExistingDeal): Money | null => {
  const value = deal.status === 'won' ? deal.wonValue : deal.value;
  return value === 'unknown' ? null : value;
};
const firstAt = (life: Life, is: (deal: ExistingDeal) => boolean): EpochMs | null => life.find(({ deal }) => is(deal))?.at ?? null;

function plus(sums: Record<string, number>, money: Money | null, minor = money?.minor ?? 0): void {
  if (money !== null) sums[money.currency] = (sums[money.currency] ?? 0) + minor;
}

function minor(value: MoneyFigures): Record<string, number> {
  return Object.fromEntries(value.map(({ amount, currency }) => [currency, Math.round(Number(amount) * 100)]));
}

function nonZero(sums: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

/** Something that lasted so long, and how it ended; null: it runs. */
interface Lasted {
  readonly days: number;
  readonly end: string | null;
}

/** The share that has not ended by the end named, or by any, at each length: S(t−) of all ends over those at risk, summed (Aalen and Johansen); Kaplan and Meier where there is one end. */
function notEnded(all: readonly Lasted[], age: number, name?: string): number {
  const lengths = [...new Set(all.flatMap(({ days, end }) => (end === null || days > age ? [] : [days])))].sort((a, b) => a - b);
  let running = 1;
  let come = 0;
  for (const length of lengths) {
    const atRisk = all.filter(({ days }) => days >= length).length;
    const ended = all.filter(({ days, end }) => end !== null && days === length);
    come += (running * ended.filter(({ end }) => name === undefined || end === name).length) / atRisk;
    running *= 1 - ended.length / atRisk;
  }
  return 1 - come;
}

function medianOf(all: readonly Lasted[], name?: string): number | null {
  const lengths = all.map(({ days }) => days).sort((a, b) => a - b);
  return lengths.find((length) => notEnded(all, length, name) <= 0.5 + 1e-9) ?? null;
}

/** The area under the curve, up to the longest length. */
function meanToLimit(all: readonly Lasted[], name?: string): { mean: unknown; limit: unknown } | null {
  if (all.length === 0) return null;
  const lengths = [0, ...new Set(all.map(({ days }) => days).sort((a, b) => a - b))];
  const mean = lengths.slice(1).reduce((sum, length, index) => sum + (length - lengths[index]!) * notEnded(all, lengths[index]!, name), 0);
  return { mean: expect.closeTo(mean, 6), limit: expect.closeTo(lengths.at(-1)!, 9) };
}

function close(number: number | null): unknown {
  return number === null ? null : expect.closeTo(number, 9);
}

function meanOf(lengths: readonly number[]): unknown {
  return lengths.length === 0 ? null : expect.closeTo(lengths.reduce((sum, one) => sum + one, 0) / lengths.length, 6);
}

interface Asked extends Answering {
  readonly asOf: EpochMs;
  readonly knownAt: string;
  readonly lives: readonly Life[];
  /** Registered with a date. */
  readonly dated: readonly Life[];
}

/** A random history with corrections, asked as of a random T, as known at a random K. */
async function asked(act: (asked: Asked) => Promise<void>, share = 0.3): Promise<void> {
  const history = arbitraryLog({ events: 90, deals: 9, dimensions: false });
  await holds(
    fc.asyncProperty(history, fc.nat(), fc.nat(), async (told, t, k) => {
      await withAnswers([...PROCESSES, ...told], async (answering) => {
        const asOf = t % 3 === 0 ? Date.UTC(2026, 0, 1) : askable(tellingInstant(told, t));
        const event = answering.events[k % 3 === 0 ? answering.events.length - 1 : k % answering.events.length]!; // both in range
        const lives = livesOf(answering.events, event.position, asOf);
        const dated = lives.filter((life) => endOf(life).dated);
        await act({ ...answering, asOf, knownAt: `position:${event.position}`, lives, dated });
      });
    }),
    share,
  );
}

const at = ({ asOf, knownAt }: Asked) => ({ asOf: isoInstant(asOf), knownAt });

describe('by plain loops over corrected histories, at random (T, K),', () => {
  it('a waterfall has every coming and going of the open pipeline at its cause, and wins at what they were won for (TN01)', async () => {
    await asked(async (world) => {
      const { lives, asOf, knownAt, answers } = world;
      const from = Math.min(HISTORY_BEGINS + 2 * DAY, asOf);
      const deals: Record<string, number> = {};
      const won: Record<string, number> = {};
      for (const life of lives) {
        life.forEach(({ at: when, deal }, index) => {
          const before = life[index - 1]?.deal;
          if (when <= from || (before?.status === 'open') === (deal.status === 'open')) return;
          const isNew = before === undefined || before.status === 'requested' || before.status === 'contacted';
          const wasThere = life.some((state) => state.at < when);
          const cameAs = isNew ? (deal.dated || wasThere ? 'new' : 'undated') : before.status === 'postponed' ? 'resumed' : 'reopened';
          const bucket = deal.status === 'open' ? cameAs : deal.status === 'marketing' ? 'toMarketing' : deal.status;
          deals[bucket] = (deals[bucket] ?? 0) + (deal.status === 'open' ? 1 : -1);
          if (deal.status === 'won') plus(won, valueOf(deal), -(valueOf(deal)?.minor ?? 0));
        });
      }
      const { rows } = await answers.waterfall({ from: isoInstant(from), to: isoInstant(asOf), knownAt }, nobody);
      const told = rows.filter(({ bucket }) => bucket !== 'opening' && bucket !== 'closing');
      expect(nonZero(Object.fromEntries(told.map((row) => [row.bucket, row.deals])))).toEqual(nonZero(deals));
      expect(minor(told.find(({ bucket }) => bucket === 'won')?.value ?? [])).toEqual(nonZero(won));
      // A postponement that ends within the window is rare among them.
    }, 0.9);
  });

  it('a funnel counts who came how far in each of its modes, where they are, were lost and went back (PR02, PR04)', async () => {
    await asked(async (world) => {
      const members = world.dated.filter(([{ deal }]) => isoInstant(deal.registeredAt).startsWith('2025'));
      const stageOf = (deal: ExistingDeal): string => `${pipelinePartOf(deal)?.pipelineId} ${pipelinePartOf(deal)?.stageId}`;
      for (const mode of ['reached', 'touched', 'strict'] as const) {
        const funnel = await world.answers.funnel({ ...at(world), cohort: '2025', mode }, nobody);
        for (const row of funnel.rows) {
          const place = HISTORY_STAGES.findIndex((stage) => stage === row.milestone);
          const ways = members.map((life) => {
            const entered = (stage: number, after = -Infinity): EpochMs | undefined =>
              life.find(
                ({ at: when, deal }) => isInStage(deal) && stageOf(deal) === `${row.pipeline} ${HISTORY_STAGES[stage]}` && when >= after,
              )?.at;
            const end = endOf(life);
            const isWon = end.status === 'won';
            const touched =
              row.milestone === 'registered' ||
              (row.milestone === 'qualified' && firstAt(life, ({ status }) => status === 'open') !== null) ||
              (row.milestone === 'won' && isWon) ||
              (place !== -1 && entered(place) !== undefined);
            const later = HISTORY_STAGES.slice(place + 1).some((_, further) => entered(place + 1 + further) !== undefined);
            const beyond = place === -1 ? false : later || (isWon && pipelinePartOf(end)?.pipelineId === row.pipeline);
            return { life, end, touched, beyond };
          });
          if (mode === 'reached') expect(row.deals).toBe(ways.filter(({ touched, beyond }) => touched || beyond).length);
          if (mode === 'touched') expect(row.deals).toBe(ways.filter(({ touched }) => touched).length);
          if (place === -1) continue;
          expect(row.skippedIn).toBe(ways.filter(({ touched, beyond }) => !touched && beyond).length);
          const here = (deal: ExistingDeal): boolean => stageOf(deal) === `${row.pipeline} ${row.milestone}`;
          expect(row.stillHere).toBe(ways.filter(({ end }) => isInStage(end) && here(end)).length);
          expect(row.lost).toBe(ways.filter(({ end }) => end.status === 'lost' && here(end)).length);
          const wentBack = ({ life }: { life: Life }): boolean =>
            life.some(({ deal }, index) => {
              const next = life[index + 1]?.deal;
              if (next === undefined || !isInStage(deal) || !isInStage(next) || !here(deal)) return false;
              const [part, after] = [pipelinePartOf(deal), pipelinePartOf(next)];
              return part?.pipelineId === after?.pipelineId && HISTORY_STAGES.findIndex((stage) => stage === after?.stageId) < place;
            });
          expect(row.movedBack).toBe(ways.filter(wentBack).length);
        }
      }
    });
  });

  it('win rates and outcomes by age are those of the deals that were qualified, those that run taken for what they are (SU01)', async () => {
    await asked(async (world) => {
      const today = isoInstant(world.asOf).slice(0, 10);
      const counts = { won: 0, lost: 0, derailed: 0, open: 0, overdue: 0, old: 0 };
      const ages: Lasted[] = [];
      for (const life of world.dated) {
        const end = endOf(life);
        const from = firstAt(life, ({ status }) => status === 'open');
        if (from === null) continue;
        if (isClosed(end)) {
          const outcome = end.status === 'won' || end.status === 'lost' ? end.status : 'derailed';
          counts[outcome] += 1;
          const closed = closedAt(end);
          if (closed !== null) ages.push({ days: (closed - from) / DAY, end: outcome });
          continue;
        }
        counts.open += 1;
        ages.push({ days: (world.asOf - from) / DAY, end: null });
        if (end.decisionDate !== null && end.decisionDate < today) counts.overdue += 1;
        else if (world.asOf - from > 180 * DAY) counts.old += 1;
      }
      const { won, lost, derailed, open, overdue, old } = counts;
      const [row] = (await world.answers.winRate(at(world), nobody)).rows;
      expect(row).toMatchObject({ ...counts, n: won + lost + derailed + open });
      const of = {
        'by-deals': won + lost,
        broad: won + lost + derailed,
        cohort: won + lost + derailed + open,
        overdue: won + lost + overdue + old,
      };
      for (const form of ['by-deals', 'broad', 'cohort', 'overdue'] as const)
        expect(row?.rates[form]).toMatchObject({ won, of: of[form], rate: of[form] === 0 ? null : close(won / of[form]) });
      for (const point of (row?.curve ?? []).slice(0, 40)) {
        expect(point).toMatchObject({
          atRisk: ages.filter(({ days }) => days >= point.age).length,
          won: close(1 - notEnded(ages, point.age, 'won')),
          lost: close(1 - notEnded(ages, point.age, 'lost')),
          derailed: close(1 - notEnded(ages, point.age, 'derailed')),
          open: close(notEnded(ages, point.age)),
        });
      }
    });
  });

  it('a lead time takes those on the way for at least so long, and those that ended another way for what never arrives (LT01)', async () => {
    await asked(async (world) => {
      const times = world.dated.flatMap((life): Lasted[] => {
        const end = endOf(life);
        const from = end.registeredAt;
        const closed = closedAt(end);
        if (!isClosed(end)) return [{ days: (world.asOf - from) / DAY, end: null }];
        return closed === null ? [] : [{ days: (closed - from) / DAY, end: end.status === 'won' ? 'arrived' : 'gone' }];
      });
      const arrived = times.filter(({ end }) => end === 'arrived').map(({ days }) => days);
      const { rows } = await world.answers.leadTimes({ ...at(world), from: 'registered', to: 'won' }, nobody);
      expect(rows[0]).toMatchObject({
        ...{ n: times.length, finished: arrived.length, running: times.filter(({ end }) => end === null).length },
        ...{ gone: times.filter(({ end }) => end === 'gone').length, mean: meanOf(arrived) },
        ...{ kaplanMeierMedian: close(medianOf(times, 'arrived')), restrictedMean: meanToLimit(times, 'arrived') },
      });
      for (const point of rows[0]?.curve.slice(0, 30) ?? []) {
        expect(point).toMatchObject({
          ...{ atRisk: times.filter(({ days }) => days >= point.age).length, arrived: close(1 - notEnded(times, point.age, 'arrived')) },
          ...{ gone: close(1 - notEnded(times, point.age, 'gone')), running: close(notEnded(times, point.age)) },
        });
      }
    });
  });

  it('time in stage is told of every stay, those that run counted as censored (LT02)', async () => {
    await asked(async (world) => {
      const stays = new Map<string, Lasted[]>();
      for (const life of world.dated) {
        let since: { readonly key: string; readonly from: EpochMs; readonly mark: EpochMs | null } | null = null;
        const ended = (to: EpochMs, end: string | null): void => {
          if (since !== null) stays.set(since.key, [...(stays.get(since.key) ?? []), { days: (to - since.from) / DAY, end }]);
          since = null;
        };
        for (const { at: when, deal } of life) {
          const part = pipelinePartOf(deal);
          const key = `${part?.pipelineId} ${part?.stageId}`;
          const mark = part?.stageSince ?? null;
          const here = since as { readonly key: string; readonly mark: EpochMs | null } | null; // the closure above writes it
          if (isInStage(deal) && here?.key === key && here.mark === mark) continue;
          // Who came or went nobody knows when stayed nobody knows how long.
          if (here?.mark === null || (isClosed(deal) ? closedAt(deal) : mark) === null) since = null;
          ended(when, 'left');
          if (isInStage(deal)) since = { key, from: when, mark };
        }
        if ((since as { readonly mark: EpochMs | null } | null)?.mark === null) since = null;
        ended(world.asOf, null);
      }
      const { rows } = await world.answers.timeInStage(at(world), nobody);
      expect(rows.map(({ pipeline, stage }) => `${pipeline} ${stage}`).sort()).toEqual([...stays.keys()].sort());
      for (const row of rows) {
        const all = stays.get(`${row.pipeline} ${row.stage}`) ?? [];
        const left = all.filter(({ end }) => end !== null).map(({ days }) => days);
        const exposure = all.reduce((sum, { days }) => sum + days, 0);
        expect(row).toMatchObject({
          ...{ n: all.length, finished: left.length, mean: meanOf(left) },
          ...{ kaplanMeierMedian: close(medianOf(all)), restrictedMean: meanToLimit(all) },
          exitRate:
            exposure === 0
              ? null
              : { ended: left.length, exposure: expect.closeTo(exposure, 6), rate: expect.closeTo(left.length / exposure, 6) },
        });
      }
    });
  });

  it('a forecast is what is won in the period and the open deals expected in it, weighed by each method (FC01, FC02, FC04)', async () => {
    await asked(async (world) => {
      const ends = world.lives.map(endOf);
      const stagesSeen = (life: Life): Set<string> =>
        new Set(life.flatMap(({ deal }) => (deal.status === 'open' ? [`${deal.pipelineId} ${deal.stageId}`] : [])));
      const chances = {
        unweighted: () => 10_000,
        'stage-weight': (deal: ExistingDeal) =>
          WEIGHTS[HISTORY_STAGES.findIndex((stage) => stage === pipelinePartOf(deal)?.stageId)] ?? null,
        get: (deal: ExistingDeal) => deal.chanceToGet,
        'go-get': (deal: ExistingDeal) =>
          deal.chanceToGet === null || deal.chanceToGo === null ? null : (deal.chanceToGet * deal.chanceToGo) / 10_000,
        conversion: (deal: ExistingDeal) => {
          const stage = `${pipelinePartOf(deal)?.pipelineId} ${pipelinePartOf(deal)?.stageId}`;
          const past = world.lives.filter((life) => isClosed(endOf(life)) && stagesSeen(life).has(stage));
          return past.length === 0 ? null : Math.round((past.filter((life) => endOf(life).status === 'won').length / past.length) * 10_000);
        },
      } as const;
      for (const [method, chanceOf] of Object.entries(chances)) {
        const figures = { deals: 0, unvalued: 0, unweighable: 0, wonDeals: 0 };
        const [expected, won]: [Record<string, number>, Record<string, number>] = [{}, {}];
        for (const deal of ends) {
          const closed = closedAt(deal);
          if (deal.status === 'won' && closed !== null && closed >= Date.UTC(2025, 0, 1) && closed < Date.UTC(2025, 6, 1)) {
            figures.wonDeals += 1;
            plus(won, valueOf(deal));
          }
          if (deal.status !== 'open' || deal.decisionDate === null) continue;
          if (deal.decisionDate < '2025-01-01' || deal.decisionDate >= '2025-07-01') continue;
          figures.deals += 1;
          const [value, chance] = [valueOf(deal), chanceOf(deal)];
          if (chance === null) figures.unweighable += 1;
          if (value === null) figures.unvalued += 1;
          // Amounts of the random histories are small: a double holds the product, and half a cent goes to the even one.
          else if (chance !== null) {
            const exact = (value.minor * chance) / 10_000;
            const down = Math.floor(exact);
            const up = exact - down > 0.5 || (exact - down === 0.5 && down % 2 === 1);
            plus(expected, value, up ? down + 1 : down);
          }
        }
        const answer = await world.answers.forecast(
          { ...at(world), period: '2025-Q1..2025-Q2', method: method as keyof typeof chances },
          nobody,
        );
        const [row] = answer.rows;
        expect(row).toMatchObject(figures);
        expect([nonZero(minor(row?.expected ?? [])), nonZero(minor(row?.won ?? []))]).toEqual([nonZero(expected), nonZero(won)]);
        expect(answer.noExpectedDate.deals).toBe(
          ends.filter(({ status, decisionDate }) => status === 'open' && decisionDate === null).length,
        );
      }
    });
  });
});
