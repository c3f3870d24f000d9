import type { Basis, ComparisonBasis } from '../../../libs/reporting/queries.js';
import { countText, instantText } from './text.js';

const WIDTH = 100;

/** Broken at words, so that it stays within the table's width. */
export function wrapped(text: string, width = WIDTH): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

function scopeWords({ scope, organised }: Basis): string[] {
  const words = Object.entries(scope.filters).map(([name, values]) => `${name} ${(values ?? []).join(' or ')}`);
  if (scope.closing) words.push(`closing from ${scope.closing.from} to before ${scope.closing.to}`);
  const sentences = words.length === 0 ? [] : [`Only ${words.join(', ')}.`];
  if (organised !== 'then') sentences.push(`Organised as at ${instantText(organised)}.`);
  return sentences;
}

function knownWords(basis: Basis & Partial<ComparisonBasis>): string {
  if (basis.known === 'then') return 'Each point as it was known at that point.';
  const when = basis.knownAt === null ? 'before anything was recorded' : instantText(basis.knownAt);
  return `As known at ${when}, position ${countText(Number(basis.position))} of log ${basis.log.slice(0, 8)}.`;
}

/** What an answer stands on, in words: enough to ask for the same answer again. */
export function basisWords(basis: Basis & Partial<ComparisonBasis>, undated: unknown): string {
  const sentences = [knownWords(basis), ...scopeWords(basis), `${countText(basis.n)} deals in the rows.`];
  if (typeof undated === 'number' && undated > 0)
    sentences.push(`${countText(undated)} more have no date of their own and are in no row here (undated).`);
  if (basis.processVersions.length > 0) sentences.push(`Weights of ${basis.processVersions.join(', ')}.`);
  if (basis.parked > 0) sentences.push(`${countText(basis.parked)} deals are held back: ./dealtrail parked lists them.`);
  if (basis.assumedSinceBeginning.length > 0)
    sentences.push(`Without a date, so taken as always so: ${basis.assumedSinceBeginning.join(', ')}.`);
  sentences.push(`Days end in ${basis.timeZone}.`);
  return [wrapped(sentences.join(' ')), ...basis.marks.map((mark) => wrapped(`! ${mark}`))].join('\n');
}
