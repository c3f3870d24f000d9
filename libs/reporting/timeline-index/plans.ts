import type { Grouping } from '../queries.js';
import type { Axis } from './cells.js';
import type { FoldBook } from './fold-book.js';
import type { StateQuestion } from './state-question.js';
import type { CodedColumn, TextColumn, Vocabulary } from './vocabulary.js';
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
  /** By grouping: place of each number in the order of an answer by it. */
  readonly ranks: readonly Uint32Array[];
}

/** What plans are made of. */
export interface PlanSource {
  readonly vocabulary: Vocabulary;
  readonly folds: FoldBook;
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
  return { groupings, numbers: dictionary.size, keyOf: (code) => dictionary.text(code), ranks: [dictionary.ranks()] };
}

/** The distinct keys that the column's codes come to at this (T, K), and each code's. */
function folded(
  asked: StateQuestion,
  folds: FoldBook,
  column: CodedColumn,
  groupings: readonly Grouping[],
): { named: Named; table: Uint32Array } {
  const ranked = folds.of(asked, column, groupings);
  const { table, keys } = ranked.fold;
  const ranks = groupings.map((_, index) => ranked.ranksOf(index, asked.view));
  return { named: { groupings, numbers: Math.max(1, keys.length), keyOf: (number, index) => keys[number]?.[index] ?? null, ranks }, table };
}

/** An axis of the column's own codes: the same at every (T, K). */
export function plainPlan(
  asked: StateQuestion,
  { vocabulary, folds }: PlanSource,
  column: CodedColumn,
  groupings: readonly Grouping[],
): Plan {
  const axis = { column, size: roomy(vocabulary.sizeOf(column)) };
  if (isOwnText(column, groupings)) return { ...ownTexts(vocabulary, column, groupings), axis };
  const { named, table } = folded(asked, folds, column, groupings);
  return { ...named, axis, numberOf: table };
}

/** An axis of the distinct keys: as small as it can be. */
export function foldedPlan(
  asked: StateQuestion,
  { vocabulary, folds }: PlanSource,
  column: CodedColumn,
  groupings: readonly Grouping[],
): Plan {
  if (isOwnText(column, groupings)) {
    const named = ownTexts(vocabulary, column, groupings);
    return { ...named, axis: { column, size: named.numbers } };
  }
  const { named, table } = folded(asked, folds, column, groupings);
  return { ...named, axis: { column, size: named.numbers, table } };
}

/** Whether what was worked out for one of two plans holds for the other. */
export function isSamePlan(a: Plan, b: Plan): boolean {
  return (
    a.axis.size === b.axis.size &&
    a.axis.table === b.axis.table &&
    a.numberOf === b.numberOf &&
    a.numbers === b.numbers &&
    a.ranks.every((ranks, index) => ranks === b.ranks[index])
  );
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
