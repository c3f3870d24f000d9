import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { moneyText } from '../../domain/shared/money.js';
import type { CalibrationPoint, CalibrationRow } from '../forecast-queries.js';
import type { Group } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import type { Period } from '../time/period.js';
import { accuracyOf } from './accuracy.js';
import type { ForecastGroup, ForecastSums } from './forecast.js';
import { forecastTotal } from './forecast.js';
import type { ForecastMethod } from './methods.js';

const DAY = 86_400_000;

/** A period that has ended: its forecast as it stood at `at`, and what came. */
export interface EndedPeriod {
  readonly period: Period;
  readonly at: EpochMs;
  readonly forecast: readonly ForecastGroup[];
  readonly actual: readonly ForecastGroup[];
}

/** Undefined: nothing was said. A sum of deals is 0 where there are none; a person who submitted nothing has not said 0. */
function saidOf(sums: ForecastSums | undefined, currency: string, method: ForecastMethod): number | undefined {
  if (method === 'submitted') return sums?.expected.has(currency) === true ? (forecastTotal(sums).get(currency) ?? 0) : undefined;
  return sums === undefined ? 0 : (forecastTotal(sums).get(currency) ?? 0);
}

function currenciesOf({ sums }: ForecastGroup): readonly string[] {
  return [...forecastTotal(sums).keys(), ...sums.won.keys()];
}

interface Compared {
  readonly group: Group;
  readonly currency: string;
  readonly points: { readonly ended: EndedPeriod; readonly forecast: number | undefined; readonly actual: number }[];
}

/** Every group and currency that any period has, with its forecast and actual in each period; in no particular order. */
function compare(periods: readonly EndedPeriod[], method: ForecastMethod): Compared[] {
  const compared = new Map<string, Compared>();
  for (const { forecast, actual } of periods) {
    for (const each of [...forecast, ...actual])
      for (const currency of currenciesOf(each)) {
        const key = JSON.stringify([each.group, currency]);
        if (!compared.has(key)) compared.set(key, { group: each.group, currency, points: [] });
      }
  }
  for (const ended of periods) {
    const byGroup = (groups: readonly ForecastGroup[]): Map<string, ForecastSums> =>
      new Map(groups.map(({ group, sums }) => [JSON.stringify(group), sums]));
    const [forecast, actual] = [byGroup(ended.forecast), byGroup(ended.actual)];
    for (const { group, currency, points } of compared.values()) {
      const key = JSON.stringify(group);
      points.push({ ended, forecast: saidOf(forecast.get(key), currency, method), actual: actual.get(key)?.won.get(currency) ?? 0 });
    }
  }
  return [...compared.values()];
}

function rowOf({ group, currency, points }: Compared, view: DimensionView): CalibrationRow {
  const pairs = points.flatMap(({ forecast, actual }) => (forecast === undefined ? [] : [{ forecast, actual }]));
  const sum = (of: 'forecast' | 'actual'): number => pairs.reduce((total, pair) => total + pair[of], 0);
  const { wape, bias, mape } = accuracyOf(0, 0, currency, pairs);
  const [forecast, actual] = [sum('forecast'), sum('actual')];
  return {
    ...{ group, labels: labelsOf(group, view), currency },
    ...{ periods: pairs.length, without: points.length - pairs.length },
    over: pairs.filter((pair) => pair.forecast > pair.actual).length,
    under: pairs.filter((pair) => pair.forecast < pair.actual).length,
    ...{ forecast: moneyText({ minor: forecast, currency }), actual: moneyText({ minor: actual, currency }) },
    ...{ bias, wape, mape: pairs.length === 0 ? null : mape, realised: forecast === 0 ? null : actual / forecast },
  };
}

/** How right forecasts have been: one row per group and currency, one point per group, currency and period. Groups in the order given. */
export function calibrate(
  periods: readonly EndedPeriod[],
  {
    method,
    view,
    order,
  }: { readonly method: ForecastMethod; readonly view: DimensionView; readonly order: (a: Group, b: Group) => number },
): { readonly rows: readonly CalibrationRow[]; readonly points: readonly CalibrationPoint[] } {
  const compared = compare(periods, method).sort((a, b) => order(a.group, b.group) || (a.currency < b.currency ? -1 : 1));
  return {
    rows: compared.map((each) => rowOf(each, view)),
    points: compared.flatMap(({ group, currency, points }) =>
      points.map(({ ended: { period, at }, forecast, actual }) => ({
        ...{ group, period: period.label, at: isoInstant(at), horizonDays: (period.end - 1 - at) / DAY, currency },
        ...{
          forecast: forecast === undefined ? null : moneyText({ minor: forecast, currency }),
          actual: moneyText({ minor: actual, currency }),
        },
      })),
    ),
  };
}
