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

/** Room for codes to come, so that a new owner does not throw the keyframes away; an eighth at most, as empty cells take memory too. */
function roomy(size: number): number {
  const step = Math.max(1, 2 ** (Math.floor(Math.log2(size)) - 3));
  return (Math.floor(size / step) + 1) * step;
}

/** The standard groupings that a state tells. */
const TOLD_OF_STATES: readonly Grouping[] = ['status', 'pipeline', 'stage'];

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
  const axis = { column, size: framedSize(asked, { vocabulary, folds }, column) };
  if (isOwnText(column, groupings)) return { ...ownTexts(vocabulary, column, groupings), axis };
  const { named, table } = folded(asked, folds, column, groupings);
  return { ...named, axis, numberOf: table };
}

/**
 * An axis of what all standard groupings tell of states, folded to those asked for when it is told. Like that of `plainPlan`, it is the same whichever of them is asked for:
 * by status, by stage and by pipeline there is one set of keyframes.
 */
export function statePlan(asked: StateQuestion, source: PlanSource, groupings: readonly Grouping[]): Plan {
  const { folds } = source;
  const { fold: all } = folds.of(asked, 'state', TOLD_OF_STATES);
  const { named } = folded(asked, folds, 'state', groupings);
  const axis = { column: 'state' as const, size: framedSize(asked, source, 'state'), table: all.table };
  return { ...named, axis, numberOf: folds.of(asked, 'state', groupings).numbersOf(all) };
}

/** Places of the axis by which keyframes are kept of a column. */
export function framedSize(asked: StateQuestion, { vocabulary, folds }: PlanSource, column: CodedColumn): number {
  if (column !== 'state') return roomy(vocabulary.sizeOf(column));
  return Math.max(1, folds.of(asked, 'state', TOLD_OF_STATES).fold.keys.length);
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
