import type { MoneyText } from '../../../libs/domain/shared/money.js';
import type { DealAnswer, DealHistoryAnswer, HistoryEntry } from '../../../libs/reporting/queries.js';
import { knownWords, markLines, zoneWords } from './basis.js';
import { folded } from './fold.js';
import { page } from './reports/grouped.js';
import { table, tableLines } from './table.js';
import { heading, instantText, moneyText, pointText } from './text.js';

/** Where the event's details begin: under when it happened. */
const INDENT = '     ';

function isMoney(value: object): value is MoneyText {
  return 'amount' in value && 'currency' in value;
}

/** A value of a deal or an event as one line. */
function valueText(value: unknown, timeZone: string): string {
  if (value === null) return '-';
  if (value === 'not-in-source') return 'not in source';
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T/.test(value) ? instantText(value, timeZone) : value.replaceAll(/\s+/g, ' ');
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((each) => valueText(each, timeZone)).join(', ');
  if (isMoney(value)) return moneyText(value);
  return Object.entries(value)
    .map(([name, member]) => `${heading(name)} ${valueText(member, timeZone)}`)
    .join(', ');
}

function footer(basis: DealAnswer['basis'] | DealHistoryAnswer['basis']): string {
  return [folded(`${knownWords(basis)} ${zoneWords(basis)}`), ...markLines(basis)].join('\n');
}

export function dealText({ basis, deal, revision, state, labels }: DealAnswer): string {
  const title = `Deal ${deal} as of ${instantText(basis.asOf, basis.timeZone)}`;
  if (state === null) return page(title, 'Nothing had happened by then.', footer(basis));
  const names: Readonly<Record<string, unknown>> = labels;
  // `ownerId` has its name under `owner`.
  const labelled = (field: string, value: unknown): string => {
    const label = names[field.replace(/Id$/, '')];
    const text = valueText(value, basis.timeZone);
    return typeof label === 'string' && label !== value ? `${label} (${text})` : text;
  };
  const rows = Object.entries(state).map(([field, value]) => [heading(field), labelled(field, value)]);
  rows.push(['revision', revision === null ? '-' : String(revision)]);
  return page(title, table([{ title: 'field' }, { title: 'value', shrinks: true }], rows), footer(basis));
}

function standing({ standing: stands, correctedBy }: HistoryEntry): string {
  return stands === 'holds' || stands === 'correction' ? '' : `; ${stands} by ${correctedBy ?? 'a correction'}`;
}

/** Who and what, under the line of the event: nothing of it is cut. */
function details(event: HistoryEntry, timeZone: string): string[] {
  const { actor, data } = event;
  const who = actor.kind === 'person' ? actor.id : `${actor.id} (${actor.kind})`;
  const what = valueText(data, timeZone);
  const text = `by ${who}${what === '' ? '' : `: ${what}`}${standing(event)}`;
  return folded(text, 100 - INDENT.length)
    .split('\n')
    .map((line) => `${INDENT}${line}`);
}

export function dealHistoryText({ basis, deal, events }: DealHistoryAnswer): string {
  const { head, rows } = tableLines(
    [{ title: '#', align: 'right' }, { title: 'happened' }, { title: 'recorded' }, { title: 'event' }, { title: '' }],
    events.map((event) => [
      String(event.revision).padStart(3),
      event.dated ? pointText(event.effectiveAt, basis.timeZone).slice(0, 16) : 'no date',
      pointText(event.recordedAt, basis.timeZone).slice(0, 16),
      event.type,
      event.standing === 'holds' || event.standing === 'correction' ? '' : `(${event.standing})`,
    ]),
  );
  const told = events.flatMap((event, index) => [...(rows[index] ?? []), ...details(event, basis.timeZone)]);
  return page(`History of deal ${deal}`, [...head, ...told].join('\n'), footer(basis));
}
