import type { Basis, KnownWhen } from '../../../libs/reporting/queries.js';
import { folded } from './fold.js';
import { countText, dealsText, instantText } from './text.js';

function scopeWords({ scope, organised, timeZone }: Basis): string[] {
  const words = Object.entries(scope.filters).map(([name, values]) => `${name} ${(values ?? []).join(' or ')}`);
  if (scope.closing) words.push(`closing from ${scope.closing.from} to before ${scope.closing.to}`);
  const sentences = words.length === 0 ? [] : [`Only ${words.join(', ')}.`];
  if (organised !== 'then') sentences.push(`Organised as at ${instantText(organised, timeZone)}.`);
  return sentences;
}

export function knownWords({ knownAt, position, log, timeZone }: Pick<Basis, 'knownAt' | 'position' | 'log' | 'timeZone'>): string {
  const when = knownAt === null ? 'before anything was recorded' : `at ${instantText(knownAt, timeZone)}`;
  return `As known ${when}, position ${countText(Number(position))} of log ${log.slice(0, 8)}.`;
}

export function zoneWords({ timeZone }: Pick<Basis, 'timeZone'>): string {
  return `Days and times are of ${timeZone}.`;
}

export function markLines({ marks }: Pick<Basis, 'marks'>): string[] {
  return marks.map((mark) => folded(`! ${mark}`));
}

function conversionWords({ to, rates }: NonNullable<Basis['conversion']>, timeZone: string): string {
  const told = rates.map(
    ({ from, rate, since }) => `1 ${from} = ${rate} ${to}${since === null ? '' : ` since ${instantText(since, timeZone)}`}`,
  );
  return `In ${to}${told.length === 0 ? '' : `: ${told.join(', ')}`}.`;
}

/** What an answer stands on, in words: enough to ask for the same answer again. */
export function basisWords(basis: Basis & { readonly known?: KnownWhen }, ...more: readonly string[]): string {
  const known = basis.known === 'then' ? 'Each point as it was known at that point.' : knownWords(basis);
  const sentences = [known, ...scopeWords(basis), `${dealsText(basis.n)} in the rows.`, ...more];
  if (basis.processVersions.length > 0) sentences.push(`Weights of ${basis.processVersions.join(', ')}.`);
  if (basis.conversion !== undefined) sentences.push(conversionWords(basis.conversion, basis.timeZone));
  if (basis.assumedSinceBeginning.length > 0)
    sentences.push(`Without a date, so taken as always so: ${basis.assumedSinceBeginning.join(', ')}.`);
  sentences.push(`Method ${basis.method}.`, zoneWords(basis));
  return [folded(sentences.join(' ')), ...markLines(basis)].join('\n');
}
