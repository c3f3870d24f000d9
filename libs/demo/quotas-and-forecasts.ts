import type { EmployeeId } from '../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../domain/shared/instant.js';
import { isoInstant } from '../domain/shared/instant.js';
import type { DemoStep } from './demo-step.js';
import type { Firm } from './firm.js';
import { Random } from './random.js';
import type { SalesBook } from './sales-book.js';
import { quarterOf } from './sales-book.js';
import { TEAMS } from './words.js';
import { DAY, HOUR, atWork } from './working-time.js';

interface Quarter {
  readonly name: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

function date(at: EpochMs): CalendarDate {
  return isoInstant(at).slice(0, 10) as CalendarDate;
}

function quarterFrom(at: EpochMs): Quarter {
  const day = new Date(at);
  const month = Math.floor(day.getUTCMonth() / 3) * 3;
  const from = Date.UTC(day.getUTCFullYear(), month, 1);
  return { name: quarterOf(from), from, to: Date.UTC(day.getUTCFullYear(), month + 3, 1) };
}

export interface ForecastingFirm {
  readonly seed: number;
  readonly begins: EpochMs;
  readonly endsAt: EpochMs;
  readonly firm: Firm;
  readonly book: SalesBook;
}

const euros = (amount: number): { minor: number; currency: string } => ({
  minor: Math.max(0, Math.round(amount / 500) * 500) * 100,
  currency: 'EUR',
});

/** Some sell a lot, some little; what is asked of them is known before each quarter. Whole euros. */
function quotaOf({ seed }: ForecastingFirm, seller: EmployeeId, quarter: Quarter): number {
  return new Random(seed, 5, Number(seller.slice(1)), quarter.from / DAY).between(60_000, 180_000);
}

/** Steps of one story, each with a key of its own. */
function teller(scope: string, { seed }: ForecastingFirm): (at: EpochMs, by: string, command: DemoStep['command']) => DemoStep {
  let number = 0;
  return (at, by, command) => {
    number += 1;
    return { key: `demo/${seed}/${scope}/${number}`, at, effectiveAt: at, actor: { id: by, kind: 'person' }, command };
  };
}

function* quarters({ begins, endsAt }: ForecastingFirm): Generator<Quarter, void, void> {
  for (let quarter = quarterFrom(begins); quarter.from < endsAt; quarter = quarterFrom(quarter.to)) yield quarter;
}

/** Targets for the firm, the teams and the sellers, set ten days ahead; some are set anew or withdrawn in the middle of the quarter. */
export function* quotas(world: ForecastingFirm): Generator<DemoStep, void, void> {
  const { seed, begins, firm } = world;
  const random = new Random(seed, 2);
  const step = teller('quotas', world);
  for (const quarter of quarters(world)) {
    const period = { from: date(quarter.from), to: date(quarter.to) };
    const setAt = Math.max(atWork(begins + HOUR, random), atWork(quarter.from - 10 * DAY, random));
    const asked = firm.sellersAt(setAt).map(({ id }) => ({ id, amount: quotaOf(world, id, quarter) }));
    const total = asked.reduce((sum, { amount }) => sum + amount, 0);
    yield step(setAt, 'E01', {
      type: 'SetQuota',
      id: `firm-${quarter.name}`,
      holder: { kind: 'firm' },
      ...period,
      amount: euros(total * 1.05),
    });
    for (const [index, team] of TEAMS.entries()) {
      const id = `team-${index + 1}-${quarter.name}`;
      yield step(setAt, 'E01', { type: 'SetQuota', id, holder: { kind: 'team', team }, ...period, amount: euros(total / TEAMS.length) });
    }
    for (const { id, amount } of asked) {
      yield step(setAt, 'E01', {
        type: 'SetQuota',
        id: `${id}-${quarter.name}`,
        holder: { kind: 'person', employeeId: id },
        ...period,
        amount: euros(amount),
      });
    }
    const midway = atWork(Math.max(setAt, quarter.from + 43 * DAY), random);
    const { id } = random.pick(asked);
    const amount = euros(random.between(70_000, 150_000));
    yield step(midway, 'E01', {
      type: 'SetQuota',
      id: `${id}-${quarter.name}`,
      holder: { kind: 'person', employeeId: id },
      ...period,
      amount,
    });
    if (random.chance(0.4))
      yield step(midway, 'E01', { type: 'WithdrawQuota', id: `team-${random.whole(1, TEAMS.length)}-${quarter.name}` });
  }
}

/** What each seller says, every second week, will come of the quarter; now and then somebody takes it back. */
export function* forecasts(world: ForecastingFirm): Generator<DemoStep, void, void> {
  const { seed, begins, endsAt, firm } = world;
  const random = new Random(seed, 6);
  const step = teller('forecasts', world);
  /** Some always hope, some always fear. */
  const optimism = new Map<EmployeeId, number>();
  for (const quarter of quarters(world)) {
    const period = { from: date(quarter.from), to: date(quarter.to) };
    for (
      let day = Math.max(quarter.from, begins + 14 * DAY), week = 0;
      day < quarter.to - 3 * DAY && day < endsAt;
      day += 14 * DAY, week += 1
    ) {
      const at = atWork(day, random);
      for (const { id } of firm.sellersAt(at)) {
        if (random.chance(0.15)) continue;
        const hope = optimism.get(id) ?? random.between(0.7, 1.5);
        optimism.set(id, hope);
        const likely = likelyOf(world, id, quarter, at, hope);
        const said = { submitterId: id, ...period };
        yield step(at, id, {
          type: 'SubmitForecast',
          id: `${id}-${quarter.name}-commit`,
          ...said,
          category: 'commit',
          amount: euros(likely * 0.85),
        });
        if (week % 2 === 0) {
          yield step(at, id, {
            type: 'SubmitForecast',
            id: `${id}-${quarter.name}-best`,
            ...said,
            category: 'best-case',
            amount: euros(likely * 1.4 + 4_000),
          });
        }
        if (week % 3 === 1) {
          yield step(at, id, {
            type: 'SubmitForecast',
            id: `${id}-${quarter.name}-likely`,
            ...said,
            category: 'most-likely',
            amount: euros(likely),
          });
        }
        if (random.chance(0.01)) yield step(at, id, { type: 'WithdrawForecast', id: `${id}-${quarter.name}-commit` });
      }
    }
  }
}

function likelyOf(world: ForecastingFirm, seller: EmployeeId, quarter: Quarter, at: EpochMs, hope: number): number {
  const left = Math.max(0, 1 - (at - quarter.from) / (quarter.to - quarter.from));
  return (
    world.book.wonIn(seller, quarter.name) + world.book.openOf(seller) * 0.45 * left * hope + quotaOf(world, seller, quarter) * 0.25 * left
  );
}
