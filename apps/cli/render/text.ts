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

export function moneyText(money: MoneyText): string {
  return `${withThousands(money.amount)} ${money.currency}`;
}

/** One line per currency: sums of different currencies are never one figure. */
export function moneyLines(sums: readonly MoneyText[] | undefined): string {
  return sums === undefined || sums.length === 0 ? '' : sums.map(moneyText).join('\n');
}

/** 2017-10-15T23:59:59.999Z as people read it: the seconds only where they say something. */
export function instantText(iso: string): string {
  if (iso === '0001-01-01T00:00:00.000Z') return 'the beginning of time';
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):(\d{2})\.(\d{3})Z$/.exec(iso);
  if (!match) return iso;
  const [, day = '', minutes = '', seconds = '', millis = ''] = match;
  if (millis !== '000') return `${day} ${minutes}:${seconds}.${millis}`;
  return seconds === '00' ? `${day} ${minutes}` : `${day} ${minutes}:${seconds}`;
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
