import { NOT_KNOWN } from '../queries.js';
import { NOTHING_KNOWN } from '../rows.js';
import { closingDate, filterEntries } from '../scope/scope.js';
import { isOwnText, keysReader } from './plans.js';
import type { StateQuestion } from './question.js';
import type { KeepRows } from './row-batches.js';
import type { Columns } from './segment.js';
import type { CodedColumn, Vocabulary } from './vocabulary.js';
import { COLUMN_OF } from './vocabulary.js';

/** Which codes of a column are in scope (1) and which are not (0). */
export type Masks = ReadonlyMap<CodedColumn, Uint8Array>;

/** One table for each column that a filter is told by. */
export function masksOf(asked: StateQuestion, vocabulary: Vocabulary): Masks {
  const { question } = asked;
  const masks = new Map<CodedColumn, Uint8Array>();
  const narrow = (column: CodedColumn, mask: Uint8Array): void => {
    const known = masks.get(column);
    if (known !== undefined) for (let code = 0; code < mask.length; code += 1) mask[code]! &= known[code]!; // both have the column's codes
    masks.set(column, mask);
  };
  for (const [grouping, values] of filterEntries(question.scope.filters)) {
    const column = COLUMN_OF[grouping];
    const wanted = new Set<string | null>(values.map((value) => (value === NOT_KNOWN ? null : value)));
    const mask = new Uint8Array(vocabulary.sizeOf(column));
    if (isOwnText(column, [grouping])) {
      // Looked up once each: a filter by ten of a million companies looks at ten.
      for (const text of wanted) {
        const code = vocabulary.dictionaries[column].find(text);
        if (code !== undefined) mask[code] = 1;
      }
    } else {
      const read = keysReader(asked, vocabulary, column, [grouping]);
      for (let code = 0; code < mask.length; code += 1) if (wanted.has(read(code)[0] ?? null)) mask[code] = 1;
    }
    narrow(column, mask);
  }
  const { closing } = question.scope;
  if (closing !== null) {
    const mask = new Uint8Array(vocabulary.sizeOf('closing'));
    for (let code = 0; code < mask.length; code += 1) {
      const date = closingDate({ ...NOTHING_KNOWN, ...vocabulary.part('closing', code) }, question.zone);
      if (date !== null && date >= closing.from && date < closing.to) mask[code] = 1;
    }
    narrow('closing', mask);
  }
  return masks;
}

/** Keeps the rows of these columns that are in scope; undefined where all are. */
export function inMasks(columns: Columns, masks: Masks): KeepRows | undefined {
  const tests = [...masks].map(([column, mask]) => ({ data: columns[column].data, mask }));
  if (tests.length === 0) return undefined;
  return (rows, count, kept) => {
    let [from, left] = [rows, count];
    for (const { data, mask } of tests) {
      let next = 0;
      for (let index = 0; index < left; index += 1) {
        const row = from[index]!; // below count
        kept[next] = row;
        next += mask[data[row]!]!; // row of these columns; a mask has every code
      }
      [from, left] = [kept, next];
    }
    return left;
  };
}
