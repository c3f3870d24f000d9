import type { DateTimeUnit } from 'luxon';
import type { EpochMs } from '../../domain/shared/instant.js';
import { inZone } from './period.js';
import type { ReportZone } from './report-zone.js';
import { TimeNotUnderstood } from './report-zone.js';

export const SERIES_STEPS = ['day', 'week', 'month', 'quarter'] as const;
export type SeriesStep = (typeof SERIES_STEPS)[number];

/** More points than this are no series that anybody reads. */
export const MOST_POINTS = 5_000;

export function parseStep(text: string): SeriesStep {
  const step = SERIES_STEPS.find((known) => known === text);
  if (step === undefined) throw new TimeNotUnderstood(`'${text}' is no step; say day, week, month or quarter`);
  return step;
}

/**
 * The instants of a series: `from`, then one calendar step after the other, and `to` as the last one. Where `from` is the end of a month,
 * so is every point of a series by month or quarter.
 * @throws TimeNotUnderstood where `to` is before `from` or the points are too many
 */
export function seriesPoints(from: EpochMs, to: EpochMs, step: SeriesStep, zone: ReportZone): readonly EpochMs[] {
  if (to < from) throw new TimeNotUnderstood('the series ends before it begins');
  const first = inZone(from, zone);
  const monthEnds = (step === 'month' || step === 'quarter') && first.toMillis() === first.endOf('month').toMillis();
  const points: EpochMs[] = [];
  for (let n = 0; ; n += 1) {
    const point = first.plus({ [step]: n } as Partial<Record<DateTimeUnit, number>>);
    const at = (monthEnds ? point.endOf('month') : point).toMillis();
    if (at >= to) break;
    if (points.length >= MOST_POINTS) throw new TimeNotUnderstood(`more than ${MOST_POINTS} points; take a longer step or a shorter time`);
    points.push(at);
  }
  return [...points, to];
}
