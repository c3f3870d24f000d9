import { DateTime } from 'luxon';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Place } from '../../domain/shared/position.js';
import { parsePlace } from '../../domain/shared/position.js';
import type { TimeContext } from './period.js';
import { inZone, readPeriod } from './period.js';
import { TimeNotUnderstood } from './report-zone.js';

/** A point on the axis of what was known: an instant, or a position itself. */
export type KnownAt = { readonly kind: 'instant'; readonly at: EpochMs } | ({ readonly kind: 'position' } & Place);

/** The two ends of flows: the moves in (opening, closing]. */
export interface FlowBounds {
  readonly opening: EpochMs;
  readonly closing: EpochMs;
}

const INSTANTS_SAID =
  '2017-10-15, 2017-10-15T09:00:00Z, 2017-W12, 2017-10, 2017-Q3, 2017, -1y, -3m, -2w, -10d, last month, yesterday, today or now';
const ISO_WITH_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?$/i;
const UNITS = { y: 'years', q: 'quarters', m: 'months', w: 'weeks', d: 'days' } as const;

/** An exact instant, undefined where the text says none: ISO with a time (in the report zone where it names no offset), `now`, `-1y`. */
function readInstant(text: string, { now, zone }: TimeContext): EpochMs | undefined {
  if (text.toLowerCase() === 'now') return now;
  const back = /^-(\d{1,5})([yqmwd])$/i.exec(text);
  if (back)
    return inZone(now, zone)
      .minus({ [UNITS[(back[2] ?? '').toLowerCase() as keyof typeof UNITS]]: Number(back[1]) })
      .toMillis(); // one of the pattern's five
  if (!ISO_WITH_TIME.test(text)) return undefined;
  const at = DateTime.fromISO(text.toUpperCase().replace(' ', 'T'), { zone });
  if (!at.isValid) throw new TimeNotUnderstood(`there is no instant ${text}`);
  return at.toMillis();
}

/** An instant as people say it; a day, week, month, quarter or year means its last millisecond in the zone. @throws TimeNotUnderstood */
export function parseInstant(text: string, context: TimeContext): EpochMs {
  const said = text.trim();
  const instant = readInstant(said, context);
  if (instant !== undefined) return instant;
  const period = readPeriod(said, context);
  if (!period) throw new TimeNotUnderstood(`'${text}' is no instant; say it like ${INSTANTS_SAID}`);
  return period.end - 1;
}

/** An instant, `position:<n>` or `position:<n>/<eventId>`. @throws TimeNotUnderstood */
export function parseKnownAt(text: string, context: TimeContext): KnownAt {
  const match = /^position:(.*)$/i.exec(text.trim());
  if (!match) return { kind: 'instant', at: parseInstant(text, context) };
  const place = parsePlace(match[1] ?? '');
  if (place === undefined)
    throw new TimeNotUnderstood(`'${text}' is no position; say it like position:1042, perhaps with the id of its event behind a slash`);
  return { kind: 'position', ...place };
}

/** Where `from` and `to` bound flows: days and longer periods are included, exact instants mean the moves in (from, to]. @throws TimeNotUnderstood */
export function parseFlowBounds(from: string, to: string, context: TimeContext): FlowBounds {
  const exact = readInstant(from.trim(), context);
  const opening = exact ?? (readPeriod(from.trim(), context)?.start ?? parseInstant(from, context) + 1) - 1;
  const closing = parseInstant(to, context);
  if (closing < opening) throw new TimeNotUnderstood(`'${to}' is before '${from}'`);
  return { opening, closing };
}
