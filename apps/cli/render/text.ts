import { DateTime } from 'luxon';
import type { MoneyText } from '../../../libs/domain/shared/money.js';

/** 6085004.00 reads 6,085,004.00: separators of thousands, the same on every machine. */
export function withThousands(amount: string): string {
  const [whole = '', fraction] = amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function countText(count: number): string {
  return withThousands(String(count));
}

export function dealsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'deal' : 'deals'}`;
}

export function moneyText(money: MoneyText): string {
  return `${withThousands(money.amount)} ${money.currency}`;
}

/** One line per currency: sums of different currencies are never one figure. */
export function moneyLines(sums: readonly MoneyText[] | undefined): string {
  return sums === undefined || sums.length === 0 ? '' : sums.map(moneyText).join('\n');
}

/** What came or went: +12. Nothing is neither. */
export function plus(text: string): string {
  return text === '' || text.startsWith('-') || /^0(\.0+)?( |$)/.test(text) ? text : `+${text}`;
}

export function signedMoney(sums: readonly MoneyText[] | undefined): string {
  return moneyLines(sums).split('\n').map(plus).join('\n');
}

const BEGINNING = '0001-01-01T00:00:00.000Z';

/** 2017-10-15T23:59:59.999Z as people read it in the zone: the end of a day by that name, the seconds only where they say something. */
export function instantText(iso: string, timeZone = 'UTC'): string {
  if (iso === BEGINNING) return 'the beginning of time';
  const at = DateTime.fromISO(iso, { zone: timeZone });
  if (!at.isValid) return iso;
  if (at.toMillis() === at.endOf('day').toMillis()) return `the end of ${at.toFormat('yyyy-MM-dd')}`;
  if (at.millisecond !== 0) return at.toFormat('yyyy-MM-dd HH:mm:ss.SSS');
  return at.toFormat(at.second === 0 ? 'yyyy-MM-dd HH:mm' : 'yyyy-MM-dd HH:mm:ss');
}

/** The same under a title, where the whole instant stands at the foot: without parts of a second. */
export function secondsText(iso: string, timeZone: string): string {
  return instantText(iso, timeZone).replace(/(:\d\d)\.\d{3}$/, '$1');
}

/** The same in a column: a point at the end of a day is that day, and parts of a second are left to the JSON. */
export function pointText(iso: string, timeZone: string): string {
  return secondsText(iso, timeZone).replace(/^the end of /, '');
}

/** The first and the last calendar day of [from, to). */
export function daysText({ from, to }: { readonly from: string; readonly to: string }, timeZone: string): string {
  const first = DateTime.fromISO(from, { zone: timeZone });
  const last = DateTime.fromISO(to, { zone: timeZone }).minus(1);
  const [a, b] = [first.toFormat('yyyy-MM-dd'), last.toFormat('yyyy-MM-dd')];
  return a === b ? a : `${a} to ${b}`;
}

/** A share of whole things, to a tenth of a percent; unknown is not 0. */
export function percent(share: number | null): string {
  return share === null ? '-' : `${withThousands((share * 100).toFixed(1))} %`;
}

/** A 95 % interval of a share, in percent. */
export function intervalText(low: number | null, high: number | null): string {
  return low === null || high === null ? '-' : `${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}`;
}

export function daysOf(days: number | null): string {
  return days === null ? '-' : withThousands(days.toFixed(1));
}

/** A value of a grouping: what is not known is said. */
export function groupText(value: string | null | undefined, label: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value === 'not-in-source') return 'not in source';
  return typeof label === 'string' && label !== '' ? label : value;
}

/** lastStage as a heading: `last stage`. */
export function heading(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
