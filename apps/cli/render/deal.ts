import type { MoneyText } from '../../../libs/domain/shared/money.js';
import type { DealAnswer, DealHistoryAnswer, HistoryEntry } from '../../../libs/reporting/queries.js';
import { knownWords, markLines, zoneWords } from './basis.js';
import { folded } from './fold.js';
import { page } from './reports/grouped.js';
import { table, tableLines } from './table.js';
import { heading, instantText, moneyText, percent, pointText } from './text.js';

/** Where the event's details begin: under when it happened. */
const INDENT = '     ';

function isMoney(value: object): value is MoneyText {
  return 'amount' in value && 'currency' in value;
}

/** Chances are whole basis points. */
const CHANCES = new Set(['get', 'go', 'chanceToGet', 'chanceToGo']);

/** The name of what a field's id stands for: `ownerId` is an employee's. */
type NameOf = (thing: string, id: string) => string | undefined;

/** A value of a deal or an event as one line. */
function valueText(value: unknown, timeZone: string, nameOf: NameOf): string {
  if (value === null) return '-';
  if (value === 'not-in-source') return 'not in source';
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T/.test(value) ? instantText(value, timeZone) : value.replaceAll(/\s+/g, ' ');
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((each) => valueText(each, timeZone, nameOf)).join(', ');
  if (isMoney(value)) return moneyText(value);
  return Object.entries(value)
    .map(([name, member]) => `${heading(name.replace(/Id$/, ''))} ${memberText(name, member, timeZone, nameOf)}`)
    .join(', ');
}

function memberText(field: string, value: unknown, timeZone: string, nameOf: NameOf): string {
  if (CHANCES.has(field) && typeof value === 'number') return percent(value / 10_000);
  const text = valueText(value, timeZone, nameOf);
  const name = field.endsWith('Id') && typeof value === 'string' ? nameOf(field.slice(0, -'Id'.length), value) : undefined;
  return name === undefined || name === value ? text : `${name} (${text})`;
}

function footer(basis: DealAnswer['basis'] | DealHistoryAnswer['basis']): string {
  return [folded(`${knownWords(basis)} ${zoneWords(basis)}`), ...markLines(basis)].join('\n');
}

export function dealText({ basis, deal, revision, state, labels }: DealAnswer): string {
  const title = `Deal ${deal} as of ${instantText(basis.asOf, basis.timeZone)}`;
  if (state === null) return page(title, 'Nothing had happened by then.', footer(basis));
  const names: Readonly<Record<string, unknown>> = { ...labels, stage: labels.lastStage };
  const nameOf: NameOf = (thing) => {
    const name = names[thing];
    return typeof name === 'string' ? name : undefined;
  };
  const rows = Object.entries(state).map(([field, value]) => [
    heading(field.replace(/Id$/, '')),
    memberText(field, value, basis.timeZone, nameOf),
  ]);
  rows.push(['revision', revision === null ? '-' : String(revision)]);
  return page(title, table([{ title: 'field' }, { title: 'value', shrinks: true }], rows), footer(basis));
}

function standing({ standing: stands, correctedBy }: HistoryEntry): string {
  return stands === 'holds' || stands === 'correction' ? '' : `; ${stands} by ${correctedBy ?? 'a correction'}`;
}

/** Who and what, under the line of the event: nothing of it is cut. */
function details(event: HistoryEntry, timeZone: string, labels: DealHistoryAnswer['labels']): string[] {
  const { actor, data } = event;
  const nameOf: NameOf = (thing, id) => {
    const name = labels[`${thing === 'owner' ? 'employee' : thing}/${id}`];
    return typeof name === 'string' ? name : undefined;
  };
  const who = actor.kind === 'person' ? memberText('employeeId', actor.id, timeZone, nameOf) : `${actor.id} (${actor.kind})`;
  const what = valueText(data, timeZone, nameOf);
  const text = `by ${who}${what === '' ? '' : `: ${what}`}${standing(event)}`;
  return folded(text, 100 - INDENT.length)
    .split('\n')
    .map((line) => `${INDENT}${line}`);
}

export function dealHistoryText({ basis, deal, events, labels }: DealHistoryAnswer): string {
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
  const told = events.flatMap((event, index) => [...(rows[index] ?? []), ...details(event, basis.timeZone, labels)]);
  return page(`History of deal ${deal}`, [...head, ...told].join('\n'), footer(basis));
}
