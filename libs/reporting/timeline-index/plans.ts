import type { Grouping } from '../queries.js';
import { NOTHING_KNOWN } from '../rows.js';
import { keyReader, valueOrder } from '../scope/groupings.js';
import type { Axis } from './cells.js';
import type { StateQuestion } from './question.js';
import type { CodedColumn, TextColumn, Vocabulary } from './vocabulary.js';
import { COLUMN_OF } from './vocabulary.js';

/** One key for each grouping that a column tells. */
type Keys = readonly (string | null)[];

/** One axis of the answer: a column's codes, or what the groupings told by it make of them. */
export interface Plan {
  readonly axis: Axis;
  /** The groupings told by the axis. */
  readonly groupings: readonly Grouping[];
  /** Codes of the axis to numbers of keys: two owners of one team have the team's. Missing: the same. */
  readonly numberOf?: Uint32Array;
  /** Numbers are below this. */
  readonly numbers: number;
  /** The key of the grouping at `index`. */
  keyOf(number: number, index: number): string | null;
  /** Place of each number in the order of an answer by the grouping at `index`. */
  ranks(index: number): Uint32Array;
}

/** Keys of a column's codes. One row is filled anew for every code: groupings read, and keep nothing of it. */
export function keysReader({ question, view }: StateQuestion, vocabulary: Vocabulary, column: CodedColumn, groupings: readonly Grouping[]) {
  const readers = groupings.map((grouping) => keyReader(grouping, view, question.zone));
  const row = { ...NOTHING_KNOWN };
  return (code: number): (string | null)[] => {
    Object.assign(row, vocabulary.part(column, code));
    return readers.map((read) => read(row));
  };
}

/** Whether the keys are the column's own texts, each code its own: an owner by owner, but not a team by owner. */
export function isOwnText(column: CodedColumn, groupings: readonly Grouping[]): column is TextColumn {
  return groupings.length === 1 && groupings[0] === column;
}

/** Room for codes to come, so that a new owner does not throw the keyframes away. */
function roomy(size: number): number {
  let room = 8;
  while (room <= size) room = Math.ceil(room * 1.5);
  return room;
}

type Named = Omit<Plan, 'axis' | 'numberOf'>;

function ownTexts(vocabulary: Vocabulary, column: TextColumn, groupings: readonly Grouping[]): Named {
  const dictionary = vocabulary.dictionaries[column];
  return { groupings, numbers: dictionary.size, keyOf: (code) => dictionary.text(code), ranks: () => dictionary.ranks() };
}

/** The distinct keys that the column's codes come to at this (T, K), and each code's. */
function folded(
  asked: StateQuestion,
  vocabulary: Vocabulary,
  column: CodedColumn,
  groupings: readonly Grouping[],
): { named: Named; table: Uint32Array } {
  const read = keysReader(asked, vocabulary, column, groupings);
  const table = new Uint32Array(vocabulary.sizeOf(column));
  const numbers = new Map<string, number>();
  const keys: Keys[] = [];
  for (let code = 0; code < table.length; code += 1) {
    const told = read(code);
    const text = textOf(told);
    const known = numbers.get(text);
    if (known === undefined) numbers.set(text, keys.push(told) - 1);
    table[code] = known ?? keys.length - 1;
  }
  const ranks = (index: number): Uint32Array => {
    const order = valueOrder(groupings[index]!, asked.view); // a grouping of the plan
    const values = keys.map((told) => told[index] ?? null);
    const places = new Map([...new Set(values)].sort(order).map((value, place) => [value, place]));
    return Uint32Array.from(values, (value) => places.get(value) ?? 0); // every value has its place
  };
  return { named: { groupings, numbers: Math.max(1, keys.length), keyOf: (number, index) => keys[number]?.[index] ?? null, ranks }, table };
}

/** One text for each list of keys: ids hold neither of these characters. */
function textOf(keys: Keys): string {
  const [first, second] = keys;
  if (second === undefined) return first ?? '\u001e';
  return keys.map((key) => key ?? '\u001e').join('\u001f');
}

/** An axis of the column's own codes: the same at every (T, K). */
export function plainPlan(asked: StateQuestion, vocabulary: Vocabulary, column: CodedColumn, groupings: readonly Grouping[]): Plan {
  const axis = { column, size: roomy(vocabulary.sizeOf(column)) };
  if (isOwnText(column, groupings)) return { ...ownTexts(vocabulary, column, groupings), axis };
  const { named, table } = folded(asked, vocabulary, column, groupings);
  return { ...named, axis, numberOf: table };
}

/** An axis of the distinct keys: as small as it can be. */
export function foldedPlan(asked: StateQuestion, vocabulary: Vocabulary, column: CodedColumn, groupings: readonly Grouping[]): Plan {
  if (isOwnText(column, groupings)) {
    const named = ownTexts(vocabulary, column, groupings);
    return { ...named, axis: { column, size: named.numbers } };
  }
  const { named, table } = folded(asked, vocabulary, column, groupings);
  return { ...named, axis: { column, size: named.numbers, table } };
}

export function columnsOf(groupBy: readonly Grouping[]): Map<CodedColumn, Grouping[]> {
  const columns = new Map<CodedColumn, Grouping[]>();
  for (const grouping of groupBy) {
    const column = COLUMN_OF[grouping];
    columns.set(column, [...(columns.get(column) ?? []), grouping]);
  }
  return columns;
}
