import type { DateTimeUnit } from 'luxon';
import { DateTime } from 'luxon';
import type { CalendarDate, EpochMs } from '../../domain/shared/instant.js';
import type { ReportZone } from './report-zone.js';
import { TimeNotUnderstood } from './report-zone.js';

/** [start, end) in the report zone. Its opening state is State(start − 1 ms), its closing state State(end − 1 ms). */
export interface Period {
  /** `2017-Q3`, `2017-W12`, `2017-10`, … as it would be typed. */
  readonly label: string;
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** The same as calendar dates, [from, to): what expected decision dates are compared with, zone or no zone. */
  readonly from: CalendarDate;
  readonly to: CalendarDate;
}

/** What "now" is and where days begin and end. */
export interface TimeContext {
  readonly now: EpochMs;
  readonly zone: ReportZone;
}

export const PERIOD_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type PeriodUnit = (typeof PERIOD_UNITS)[number];

const LABELS: Readonly<Record<PeriodUnit, string>> = {
  day: 'yyyy-MM-dd',
  week: "kkkk-'W'WW",
  month: 'yyyy-MM',
  quarter: "yyyy-'Q'q",
  year: 'yyyy',
};

/** The instant as a date and time of the zone. */
export function inZone(at: EpochMs, zone: ReportZone): DateTime {
  return DateTime.fromMillis(at, { zone });
}

function unitPeriod(first: DateTime, unit: PeriodUnit): Period {
  const start = first.startOf(unit);
  // The next unit's own start, not start + 24 h: days of 23 and 25 hours exist, and days whose midnight does not.
  const end = start.plus({ [unit]: 1 } as Partial<Record<DateTimeUnit, number>>).startOf(unit);
  return {
    label: start.toFormat(LABELS[unit]),
    start: start.toMillis(),
    end: end.toMillis(),
    from: start.toFormat('yyyy-MM-dd') as CalendarDate,
    to: end.toFormat('yyyy-MM-dd') as CalendarDate,
  };
}

/** The day, week, month, quarter or year that holds the instant. */
export function periodAround(at: EpochMs, unit: PeriodUnit, zone: ReportZone): Period {
  return unitPeriod(inZone(at, zone), unit);
}

/** When the date begins in the zone. */
export function startOfDay(date: CalendarDate, zone: ReportZone): EpochMs {
  return DateTime.fromISO(date, { zone }).startOf('day').toMillis();
}

/** What kind of calendar period it is; undefined for a span of no kind. */
function unitOf({ start, end }: Period, zone: ReportZone): PeriodUnit | undefined {
  return PERIOD_UNITS.find((each) => {
    const around = periodAround(start, each, zone);
    return around.start === start && around.end === end;
  });
}

/** When the period of the same kind began that ends where this one begins; before a span of no kind, as long before it as it is long. */
export function startBefore(period: Period, zone: ReportZone): EpochMs {
  const unit = unitOf(period, zone);
  return unit === undefined ? 2 * period.start - period.end : periodAround(period.start - 1, unit, zone).start;
}

/** More periods than this are no table that anybody reads. */
const MOST_PERIODS = 400;

/** One calendar period after the other, from the first to the last. @throws TimeNotUnderstood where they are not of one kind, or too many */
export function periodsBetween(first: Period, last: Period, zone: ReportZone): readonly Period[] {
  const unit = unitOf(first, zone);
  if (unit === undefined || unit !== unitOf(last, zone))
    throw new TimeNotUnderstood(`${first.label} and ${last.label} are not of one kind; say two months, two quarters, …`);
  if (last.start < first.start) throw new TimeNotUnderstood(`${last.label} is before ${first.label}`);
  const periods: Period[] = [];
  for (let next = first; next.start <= last.start; next = periodAround(next.end, unit, zone)) {
    if (periods.length >= MOST_PERIODS)
      throw new TimeNotUnderstood(`more than ${MOST_PERIODS} periods; take longer ones or a shorter time`);
    periods.push(next);
  }
  return periods;
}

const WRITTEN: readonly {
  readonly unit: PeriodUnit;
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, zone: ReportZone) => DateTime;
}[] = [
  { unit: 'day', pattern: /^(\d{4}-\d{2}-\d{2})$/, read: ([, day = ''], zone) => DateTime.fromISO(day, { zone }) },
  {
    unit: 'week',
    pattern: /^(\d{4})-[wW](\d{2})$/,
    read: ([, year, week], zone) => DateTime.fromObject({ weekYear: Number(year), weekNumber: Number(week), weekday: 1 }, { zone }),
  },
  { unit: 'month', pattern: /^(\d{4}-\d{2})$/, read: ([, month = ''], zone) => DateTime.fromISO(`${month}-01`, { zone }) },
  {
    unit: 'quarter',
    pattern: /^(\d{4})-[qQ]([1-4])$/,
    read: ([, year, quarter], zone) => DateTime.fromObject({ year: Number(year), month: (Number(quarter) - 1) * 3 + 1 }, { zone }),
  },
  { unit: 'year', pattern: /^(\d{4})$/, read: ([, year], zone) => DateTime.fromObject({ year: Number(year) }, { zone }) },
];

/** Undefined where the text is not written like a period at all. @throws TimeNotUnderstood for a period that does not exist (`2017-02-30`) */
export function readPeriod(text: string, { now, zone }: TimeContext): Period | undefined {
  for (const { unit, pattern, read } of WRITTEN) {
    const match = pattern.exec(text);
    if (!match) continue;
    const first = read(match, zone);
    if (!first.isValid) throw new TimeNotUnderstood(`there is no ${unit} ${text}`);
    return unitPeriod(first, unit);
  }
  const said = text.toLowerCase();
  if (said === 'today') return periodAround(now, 'day', zone);
  if (said === 'yesterday') return unitPeriod(inZone(now, zone).minus({ day: 1 }), 'day');
  if (said === 'tomorrow') return unitPeriod(inZone(now, zone).plus({ day: 1 }), 'day');
  const relative = /^(last|this|next) (day|week|month|quarter|year)$/.exec(said);
  if (!relative) return undefined;
  const unit = relative[2] as PeriodUnit; // one of the pattern's five
  const steps = relative[1] === 'last' ? -1 : relative[1] === 'next' ? 1 : 0;
  return unitPeriod(
    inZone(now, zone)
      .startOf(unit)
      .plus({ [unit]: steps } as Partial<Record<DateTimeUnit, number>>),
    unit,
  );
}

const PERIODS_SAID = '2017-10-15, 2017-W12, 2017-10, 2017-Q3, 2017, last month, this quarter, yesterday, today or 2017-01..2017-02';

function namedPeriod(text: string, context: TimeContext): Period {
  const period = readPeriod(text.trim(), context);
  if (!period) throw new TimeNotUnderstood(`'${text}' is no period; say it like ${PERIODS_SAID}`);
  return period;
}

/** A period by its name, or from the first of two to the last: `2017-01..2017-02`. @throws TimeNotUnderstood */
export function parsePeriod(text: string, context: TimeContext): Period {
  const [first = '', last, ...more] = text.split('..');
  if (last === undefined || more.length > 0) return namedPeriod(text, context);
  const [from, to] = [namedPeriod(first, context), namedPeriod(last, context)];
  if (to.end <= from.start) throw new TimeNotUnderstood(`'${last}' is before '${first}'`);
  return { label: `${from.label}..${to.label}`, start: from.start, end: to.end, from: from.from, to: to.to };
}
