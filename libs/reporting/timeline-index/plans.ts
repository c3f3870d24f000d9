import type { Grouping } from '../queries.js';
import { NOTHING_KNOWN } from '../rows.js';
import { keyReader, valueOrder } from '../scope/groupings.js';
import type { Axis } from './cells.js';
import type { StateQuestion } from './question.js';
import type { CodedColumn, TextColumn, Vocabulary } from './vocabulary.js';
import { Fold } from './fold.js';
import { COLUMN_OF } from './vocabulary.js';

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

/** Whether the keys are the column's own texts, each code its own: an owner by owner, but not a team by owner. */
export function isOwnText(column: CodedColumn, groupings: readonly Grouping[]): column is TextColumn {
  return groupings.length === 1 && groupings[0] === column;
}

/** Room for codes to come, so that a new owner does not throw the keyframes away. */
function roomy(size: number): number {
  let room = 3;
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
  const { table, keys } = foldOf(asked, vocabulary, column, groupings);
  const ranks = (index: number): Uint32Array => {
    const order = valueOrder(groupings[index]!, asked.view); // a grouping of the plan
    const values = keys.map((told) => told[index] ?? null);
    const places = new Map([...new Set(values)].sort(order).map((value, place) => [value, place]));
    return Uint32Array.from(values, (value) => places.get(value) ?? 0); // every value has its place
  };
  return { named: { groupings, numbers: Math.max(1, keys.length), keyOf: (number, index) => keys[number]?.[index] ?? null, ranks }, table };
}

/** What the codes of a column come to: each code's number, and the keys of each number. */
export function foldOf(
  { question, view }: StateQuestion,
  vocabulary: Vocabulary,
  column: CodedColumn,
  groupings: readonly Grouping[],
): Fold {
  // When a deal closes is told by the calendar alone: the hundreds of thousands of codes are folded once. All else may be another at another T.
  const fold = column === 'closing' ? vocabulary.closings.fold(`${question.zone} ${groupings.join(' ')}`) : new Fold();
  fold.extend(vocabulary.sizeOf(column), () => {
    const readers = groupings.map((grouping) => keyReader(grouping, view, question.zone));
    // One row is filled anew for every code: groupings read, and keep nothing of it.
    const row = { ...NOTHING_KNOWN };
    return (code) => {
      Object.assign(row, vocabulary.part(column, code));
      return readers.map((read) => read(row));
    };
  });
  return fold;
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

/** The groupings by the column that tells them, in an order of their own: keyframes of two groupings are the same whichever is named first. */
export function columnsOf(groupBy: readonly Grouping[]): readonly (readonly [CodedColumn, readonly Grouping[]])[] {
  const columns = new Map<CodedColumn, Grouping[]>();
  for (const grouping of groupBy) {
    const column = COLUMN_OF[grouping];
    columns.set(column, [...(columns.get(column) ?? []), grouping]);
  }
  return [...columns].sort(([a], [b]) => (a < b ? -1 : 1));
}
