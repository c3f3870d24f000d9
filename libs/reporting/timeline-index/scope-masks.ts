import type { EpochMs } from '../../domain/shared/instant.js';
import { NOT_KNOWN } from '../queries.js';
import { filterEntries } from '../scope/scope.js';
import { startOfDay } from '../time/period.js';
import type { PlanSource } from './plans.js';
import { isOwnText } from './plans.js';
import type { KeepRows } from './row-batches.js';
import type { Columns } from './segment-columns.js';
import type { StateQuestion } from './state-question.js';
import type { CodedColumn } from './vocabulary.js';
import { COLUMN_OF } from './vocabulary.js';

/** Which codes of a column are in scope (1) and which are not (0). */
export type Masks = ReadonlyMap<CodedColumn, Uint8Array>;

/** One table for each column that a filter is told by. */
export function masksOf(asked: StateQuestion, { vocabulary, folds }: PlanSource): Masks {
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
      const { table, keys } = folds.of(asked, column, [grouping]).fold;
      const isWanted = Uint8Array.from(keys, ([key]) => (wanted.has(key ?? null) ? 1 : 0));
      for (let code = 0; code < mask.length; code += 1) mask[code] = isWanted[table[code]!]!; // every code has its number
    }
    narrow(column, mask);
  }
  const { closing } = question.scope;
  if (closing !== null) {
    const [start, end] = [closing.from, closing.to].map((date) => startOfDay(date, question.zone)) as [EpochMs, EpochMs]; // of two
    narrow('closing', vocabulary.closings.within({ start, end, ...closing }));
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
