import { moneyTexts } from '../figures.js';
import { addMoney } from '../money-sums.js';
import type { ForecastFigures, ForecastRow, NoExpectedDate } from '../forecast-queries.js';
import type { PipelineQuestion } from '../pipeline/tally.js';
import type { Group } from '../queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval } from '../rows.js';
import { NOTHING_KNOWN } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { groupOrder, keyReader, labelsOf } from '../scope/groupings.js';
import type { WorthOf } from '../scope/conversion.js';
import { worthIn } from '../scope/conversion.js';
import { inScope } from '../scope/scope.js';
import type { Period } from '../time/period.js';
import type { Conversion, ForecastMethod } from './methods.js';
import { chanceOf, expectedOf } from './methods.js';

export const FORECAST_METHOD_ID = 'forecast/1';

export interface ForecastQuestion {
  readonly question: PipelineQuestion;
  readonly period: Period;
  readonly method: ForecastMethod;
  readonly view: DimensionView;
  /** Asked for by method `conversion` only. */
  readonly conversion: Conversion;
}

export interface ForecastSums {
  deals: number;
  unvalued: number;
  unweighable: number;
  readonly value: Map<string, number>;
  readonly expected: Map<string, number>;
  wonDeals: number;
  readonly won: Map<string, number>;
}

export interface ForecastGroup {
  readonly group: Group;
  readonly sums: ForecastSums;
}

/** One deal of the forecast with the chance that it was given: what calibration and realisation follow. */
export interface ForecastDeal {
  readonly deal: string;
  readonly chance: number | null;
  /** As it stood then. */
  readonly row: DealInterval;
}

function noForecast(): ForecastSums {
  return { deals: 0, unvalued: 0, unweighable: 0, value: new Map(), expected: new Map(), wonDeals: 0, won: new Map() };
}

function plus(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): Map<string, number> {
  const sum = new Map(a);
  for (const [currency, minor] of b) addMoney(sum, currency, minor);
  return sum;
}

export function forecastTotal({ won, expected }: ForecastSums): Map<string, number> {
  return plus(won, expected);
}

export function forecastFigures(sums: ForecastSums): ForecastFigures {
  const { deals, unvalued, unweighable, value, expected, wonDeals, won } = sums;
  return {
    ...{ deals, unvalued, unweighable, value: moneyTexts(value), expected: moneyTexts(expected) },
    ...{ wonDeals, won: moneyTexts(won), forecast: moneyTexts(forecastTotal(sums)) },
  };
}

/** Whether the deal stands won, closed within the period (in the zone's days). */
export function wonIn(row: DealInterval, period: Period): boolean {
  return row.status === 'won' && row.closedAt !== null && row.closedAt >= period.start && row.closedAt < period.end;
}

/** Folds the rows that count at (T, K), in any order. A decision date is a date of the calendar: it is compared with the period's dates, zone or no zone. */
export class ForecastFold {
  private readonly groups = new Map<string, ForecastGroup>();
  /** By method `submitted` only: what each person has won in the period. */
  private readonly wonByOwner = new Map<string, Map<string, number>>();
  readonly deals: ForecastDeal[] = [];
  private readonly undatedDeals = { deals: 0, unvalued: 0, value: new Map<string, number>() };
  private readonly isIn: (row: DealInterval) => boolean;
  private readonly worth: WorthOf;
  private readonly readers: readonly ((row: DealInterval) => string | null)[];

  constructor(private readonly asked: ForecastQuestion) {
    const { question, view, method } = asked;
    if (method === 'submitted') checkSubmitted(question);
    this.isIn = inScope(question.scope, view, question.zone);
    this.worth = worthIn(question.convertTo, view);
    this.readers = question.groupBy.map((grouping) => keyReader(grouping, view, question.zone));
    if (this.readers.length === 0) this.groups.set('[]', { group: {}, sums: noForecast() });
  }

  add(row: DealInterval): void {
    const { period, method, view, conversion } = this.asked;
    if (row.status !== 'open' && row.status !== 'won') return;
    if (!this.isIn(row)) return;
    const { valueMinor, currency } = this.worth(row);
    if (wonIn(row, period)) {
      const { sums } = this.groupOf(row);
      sums.wonDeals += 1;
      if (valueMinor === null || currency === null) return;
      addMoney(sums.won, currency, valueMinor);
      if (method === 'submitted' && row.owner !== null) this.addWonOf(row.owner, currency, valueMinor);
      return;
    }
    if (row.status !== 'open') return;
    if (row.decisionDate === null) {
      this.undatedDeals.deals += 1;
      if (valueMinor === null || currency === null) this.undatedDeals.unvalued += 1;
      else addMoney(this.undatedDeals.value, currency, valueMinor);
      return;
    }
    if (row.decisionDate < period.from || row.decisionDate >= period.to) return;
    const { sums } = this.groupOf(row);
    sums.deals += 1;
    const chance = chanceOf(row, method, view, conversion);
    this.deals.push({ deal: row.entity, chance, row });
    if (chance === null && method !== 'submitted') sums.unweighable += 1;
    if (valueMinor === null || currency === null) {
      sums.unvalued += 1;
      return;
    }
    addMoney(sums.value, currency, valueMinor);
    if (chance !== null) addMoney(sums.expected, currency, expectedOf(valueMinor, chance));
  }

  /**
   * Adds what people said they would win of this very period. A submission covers the whole of it, so what its own person has won already is taken off, and nobody else's: groups add up,
   * however they are cut.
   */
  addSubmissions(): void {
    const { view, period } = this.asked;
    const submissions = [...view.all('submission').values()].filter(
      ({ from, to, category }) => from === period.from && to === period.to && category === 'commit',
    );
    const said = new Map<string, Map<string, number>>();
    for (const { submitterId, amount } of submissions) {
      const { valueMinor, currency } = this.worth({ status: 'open', valueMinor: amount.minor, currency: amount.currency });
      const own = said.get(submitterId) ?? new Map<string, number>();
      said.set(submitterId, own);
      addMoney(own, currency ?? amount.currency, valueMinor ?? amount.minor);
    }
    for (const [submitter, own] of said) {
      for (const [currency, minor] of own) {
        const row = { ...NOTHING_KNOWN, status: 'open' as const, owner: submitter, currency };
        if (!this.isIn(row)) continue;
        const { sums } = this.groupOf(row);
        const won = this.wonByOwner.get(submitter)?.get(currency) ?? 0;
        addMoney(sums.expected, currency, Math.max(0, minor - won));
      }
    }
  }

  result(): { readonly groups: readonly ForecastGroup[]; readonly noExpectedDate: NoExpectedDate; readonly all: ForecastSums } {
    const order = groupOrder(this.asked.question.groupBy, this.asked.view);
    const groups = [...this.groups.values()].sort((a, b) => order(a.group, b.group));
    const { deals, unvalued, value } = this.undatedDeals;
    return {
      groups,
      noExpectedDate: { deals, unvalued, value: moneyTexts(value) },
      all: groups.map(({ sums }) => sums).reduce(addForecast, noForecast()),
    };
  }

  private addWonOf(owner: string, currency: string, minor: number): void {
    const own = this.wonByOwner.get(owner) ?? new Map<string, number>();
    this.wonByOwner.set(owner, own);
    addMoney(own, currency, minor);
  }

  private groupOf(row: DealInterval): ForecastGroup {
    const keys = this.readers.map((read) => read(row));
    const text = JSON.stringify(keys);
    let of = this.groups.get(text);
    if (of === undefined) {
      of = {
        group: Object.fromEntries(this.asked.question.groupBy.map((grouping, index) => [grouping, keys[index] ?? null])),
        sums: noForecast(),
      };
      this.groups.set(text, of);
    }
    return of;
  }
}

function addForecast(a: ForecastSums, b: ForecastSums): ForecastSums {
  return {
    ...{ deals: a.deals + b.deals, unvalued: a.unvalued + b.unvalued, unweighable: a.unweighable + b.unweighable },
    ...{ value: plus(a.value, b.value), expected: plus(a.expected, b.expected) },
    ...{ wonDeals: a.wonDeals + b.wonDeals, won: plus(a.won, b.won) },
  };
}

const OF_A_PERSON = ['owner', 'team', 'manager', 'office', 'currency'];

/** People submit sums for themselves: nothing finer than a person and a currency can be told of them. */
function checkSubmitted({ groupBy, scope }: PipelineQuestion): void {
  const asked = [...groupBy, ...Object.keys(scope.filters), ...(scope.closing === null ? [] : ['closing'])];
  const other = asked.find((name) => !OF_A_PERSON.includes(name));
  if (other !== undefined) {
    throw new QuestionNotUnderstood(
      `submitted forecasts are told by ${OF_A_PERSON.join(', ')}, not by ${other}: people submit sums, not deals`,
    );
  }
}

export function forecastRows(groups: readonly ForecastGroup[], view: DimensionView): ForecastRow[] {
  return groups.map(({ group, sums }) => ({ group, labels: labelsOf(group, view), ...forecastFigures(sums) }));
}

/** The forecast of one instant: rows that count at (T, K). */
export function foldForecast(asked: ForecastQuestion, rows: Iterable<DealInterval>): ForecastFold {
  const fold = new ForecastFold(asked);
  for (const row of rows) fold.add(row);
  if (asked.method === 'submitted') fold.addSubmissions();
  return fold;
}
