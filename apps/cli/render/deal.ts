import type { MoneyText } from '../../../libs/domain/shared/money.js';
import type { DealAnswer, DealHistoryAnswer, HistoryEntry } from '../../../libs/reporting/queries.js';
import { wrapped } from './basis.js';
import { table } from './table.js';
import { countText, heading, instantText, moneyText } from './text.js';

function isMoney(value: object): value is MoneyText {
  return 'amount' in value && 'currency' in value;
}

/** A value of a deal or an event as one line. */
export function valueText(value: unknown): string {
  if (value === null) return '-';
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}T/.test(value) ? instantText(value) : value.replaceAll(/\s+/g, ' ');
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ');
  if (isMoney(value)) return moneyText(value);
  return Object.entries(value)
    .map(([name, member]) => `${heading(name)} ${valueText(member)}`)
    .join(', ');
}

function footer({ log, knownAt, position, timeZone, marks }: DealAnswer['basis'] | DealHistoryAnswer['basis']): string {
  const when = knownAt === null ? 'before anything was recorded' : `at ${instantText(knownAt)}`;
  const words = wrapped(
    `As known ${when}, position ${countText(Number(position))} of log ${log.slice(0, 8)}. Instants are UTC; days end in ${timeZone}.`,
  );
  return [words, ...marks.map((mark) => wrapped(`! ${mark}`))].join('\n');
}

export function dealText({ basis, deal, revision, state, labels }: DealAnswer): string {
  const title = `Deal ${deal} as of ${instantText(basis.asOf)}`;
  if (state === null) return `${title}\n\nNothing had happened by then.\n\n${footer(basis)}\n`;
  const names: Readonly<Record<string, unknown>> = labels;
  // `ownerId` has its name under `owner`.
  const labelled = (field: string, value: unknown): string => {
    const label = names[field.replace(/Id$/, '')];
    const text = valueText(value);
    return typeof label === 'string' && label !== value ? `${label} (${text})` : text;
  };
  const rows = Object.entries(state).map(([field, value]) => [heading(field), labelled(field, value)]);
  rows.push(['revision', revision === null ? '-' : String(revision)]);
  return `${title}\n\n${table([{ title: 'field' }, { title: 'value', shrinks: true }], rows)}\n\n${footer(basis)}\n`;
}

function standing({ standing: stands }: HistoryEntry): string {
  return stands === 'holds' || stands === 'correction' ? '' : ` (${stands})`;
}

function happened({ effectiveAt, dated }: HistoryEntry): string {
  return dated ? effectiveAt.slice(0, 16).replace('T', ' ') : 'no date';
}

export function dealHistoryText({ basis, deal, events }: DealHistoryAnswer): string {
  const rows = events.map((event) => [
    String(event.revision),
    happened(event),
    event.recordedAt.slice(0, 16).replace('T', ' '),
    `${event.type}${standing(event)}`,
    event.actor.kind === 'person' ? event.actor.id : `${event.actor.id} (${event.actor.kind})`,
    valueText(event.data),
  ]);
  const drawn = table(
    [
      { title: '#', align: 'right' },
      { title: 'happened' },
      { title: 'recorded' },
      { title: 'event', shrinks: true },
      { title: 'who', shrinks: true },
      { title: 'what', shrinks: true },
    ],
    rows,
  );
  return `History of deal ${deal}\n\n${drawn}\n\n${footer(basis)}\n`;
}
