import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Sums } from '../figures.js';
import { addMoney, addSums, noSums } from '../figures.js';
import type { GroupSums, PipelineQuestion, PipelineState } from '../pipeline/tally.js';
import { pipelineState } from '../pipeline/tally.js';
import type { Grouping } from '../queries.js';
import { NOT_KNOWN } from '../queries.js';
import { NOTHING_KNOWN } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { keyReader } from '../scope/groupings.js';
import { closingDate, filterEntries } from '../scope/scope.js';
import type { Axis, Weights } from './cells.js';
import { bookingOf, Cells, CellSpace, NO_WEIGHT, NOT_OPEN } from './cells.js';
import type { Dictionary } from './dictionary.js';
import type { LooseRows } from './loose-rows.js';
import type { SegmentFrames } from './segment-frames.js';
import type { Columns } from './segment.js';
import type { CodedColumn, TextColumn, Vocabulary } from './vocabulary.js';
import { COLUMN_OF } from './vocabulary.js';

export interface StateQuestion {
  readonly question: PipelineQuestion;
  readonly view: DimensionView;
  readonly asOf: EpochMs;
  readonly knownAt: number;
  /** K is the index's own position: rows withdrawn count nowhere, and keyframes hold. */
  readonly latest: boolean;
}

/** What the index is asked over. */
export interface IndexRows {
  readonly vocabulary: Vocabulary;
  readonly segments: readonly SegmentFrames[];
  readonly loose: readonly LooseRows[];
  readonly undated: LooseRows;
}

/** Design section 7: what keyframes answer. Teams are folded from their owners. */
const STANDARD: readonly Grouping[] = ['status', 'stage', 'owner', 'team', 'pipeline', 'source', 'product', 'currency'];
/** More cells than these are summed by scan, and far more not at all. */
const FRAME_CELLS = 1 << 15;
const SCAN_CELLS = 1 << 21;

/** One axis of the answer: a column's codes, or what the groupings told by it make of them. */
interface Plan {
  readonly axis: Axis;
  /** The groupings told by the axis, and their keys for each of its codes. */
  readonly groupings: readonly Grouping[];
  readonly keys: (code: number) => readonly (string | null)[];
}

type Test = (row: number) => boolean;

/** Keys of a column's codes. One row is filled anew for every code: groupings read, and keep nothing of it. */
function keysReader({ question, view }: StateQuestion, rows: IndexRows, column: CodedColumn, groupings: readonly Grouping[]) {
  const readers = groupings.map((grouping) => keyReader(grouping, view, question.zone));
  const row = { ...NOTHING_KNOWN };
  return (code: number): (string | null)[] => {
    Object.assign(row, rows.vocabulary.part(column, code));
    return readers.map((read) => read(row));
  };
}

/** Whether the keys are the column's own texts, each code its own: an owner by owner, but not a team by owner. */
function isOwnText(column: CodedColumn, groupings: readonly Grouping[]): column is TextColumn {
  return groupings.length === 1 && groupings[0] === column;
}

/** Room for codes to come, so that a new owner does not throw the keyframes away. */
function roomy(size: number): number {
  let room = 8;
  while (room <= size) room = Math.ceil(room * 1.5);
  return room;
}

/** An axis of the column's own codes: the same at every (T, K). */
function plainPlan(asked: StateQuestion, rows: IndexRows, column: CodedColumn, groupings: readonly Grouping[]): Plan {
  const size = rows.vocabulary.sizeOf(column);
  return { axis: { column, size: roomy(size) }, groupings, keys: keysReader(asked, rows, column, groupings) };
}

/** An axis of the distinct keys that the column's codes come to at this (T, K): as small as it can be. */
function foldedPlan(asked: StateQuestion, rows: IndexRows, column: CodedColumn, groupings: readonly Grouping[]): Plan {
  const read = keysReader(asked, rows, column, groupings);
  const size = rows.vocabulary.sizeOf(column);
  if (isOwnText(column, groupings)) return { axis: { column, size }, groupings, keys: read };
  const table = new Uint32Array(size);
  const codes = new Map<string, number>();
  const keys: (string | null)[][] = [];
  for (let code = 0; code < size; code += 1) {
    const told = read(code);
    const text = textOf(told);
    const known = codes.get(text);
    if (known === undefined) codes.set(text, keys.push(told) - 1);
    table[code] = known ?? keys.length - 1;
  }
  return { axis: { column, size: Math.max(1, keys.length), table }, groupings, keys: (code) => keys[code] ?? [] };
}

/** One text for each list of keys: ids hold neither of these characters. */
function textOf(keys: readonly (string | null)[]): string {
  return keys.map((key) => key ?? '\u001e').join('\u001f');
}

function columnsOf(groupBy: readonly Grouping[]): Map<CodedColumn, Grouping[]> {
  const columns = new Map<CodedColumn, Grouping[]>();
  for (const grouping of groupBy) {
    const column = COLUMN_OF[grouping];
    columns.set(column, [...(columns.get(column) ?? []), grouping]);
  }
  return columns;
}

function weightsOf({ view }: StateQuestion, { vocabulary }: IndexRows): Weights {
  const weights = new Int32Array(vocabulary.dictionaries.state.size).fill(NOT_OPEN);
  for (let code = 1; code < weights.length; code += 1) {
    const { status, pipeline, stage } = vocabulary.state(code);
    if (status === 'open') weights[code] = view.weightOf(pipeline, stage) ?? NO_WEIGHT;
  }
  return weights;
}

/** The codes of texts, looked up once each: a filter by ten of a million companies looks at ten. */
function among(dictionary: Dictionary, texts: Iterable<string | null>): (code: number) => boolean {
  const codes = new Set<number | undefined>();
  for (const text of texts) codes.add(dictionary.find(text));
  return (code) => codes.has(code);
}

/** Which codes of a column are in scope; one table for each column that a filter is told by. */
function masksOf(asked: StateQuestion, rows: IndexRows): Map<CodedColumn, Uint8Array> {
  const { question } = asked;
  const masks = new Map<CodedColumn, Uint8Array>();
  const narrow = (column: CodedColumn, allowed: (code: number) => boolean): void => {
    const mask = masks.get(column) ?? new Uint8Array(rows.vocabulary.sizeOf(column)).fill(1);
    for (let code = 0; code < mask.length; code += 1) if (mask[code] === 1 && !allowed(code)) mask[code] = 0;
    masks.set(column, mask);
  };
  for (const [grouping, values] of filterEntries(question.scope.filters)) {
    const column = COLUMN_OF[grouping];
    const read = keysReader(asked, rows, column, [grouping]);
    const wanted = new Set<string | null>(values.map((value) => (value === NOT_KNOWN ? null : value)));
    narrow(
      column,
      isOwnText(column, [grouping]) ? among(rows.vocabulary.dictionaries[column], wanted) : (code) => wanted.has(read(code)[0] ?? null),
    );
  }
  const { closing } = question.scope;
  if (closing !== null) {
    narrow('closing', (code) => {
      const date = closingDate({ ...NOTHING_KNOWN, ...rows.vocabulary.part('closing', code) }, question.zone);
      return date !== null && date >= closing.from && date < closing.to;
    });
  }
  return masks;
}

function testOf(columns: Columns, masks: ReadonlyMap<CodedColumn, Uint8Array>): Test | undefined {
  const tests = [...masks].map(([column, mask]) => ({ data: columns[column].data, mask }));
  const [first, second] = tests;
  if (first === undefined) return undefined;
  if (second === undefined) return (row) => first.mask[first.data[row]!] === 1; // row of these columns, here and below
  if (tests.length === 2) return (row) => first.mask[first.data[row]!] === 1 && second.mask[second.data[row]!] === 1;
  return (row) => {
    // A loop, as a function made for each of a million rows would be most of the time.
    for (let test = 0; test < tests.length; test += 1) {
      const { data, mask } = tests[test]!; // below length
      if (mask[data[row]!] !== 1) return false;
    }
    return true;
  };
}

/** Sums of several spaces in one pass over the rows that count at (T, K) and are in scope. */
function scan(
  asked: StateQuestion,
  rows: IndexRows,
  spaces: readonly CellSpace[],
  weights: Weights,
  masks: ReadonlyMap<CodedColumn, Uint8Array>,
): Cells[] {
  const { asOf, knownAt, latest } = asked;
  const sums = spaces.map(({ cells }) => Cells.empty(cells));
  const visitor = (columns: Columns): ((row: number) => void) => {
    const bookings = spaces.map((space) => bookingOf(columns, space, weights));
    const test = testOf(columns, masks);
    return (row) => {
      if (test !== undefined && !test(row)) return;
      for (let space = 0; space < bookings.length; space += 1) bookings[space]!(sums[space]!, row, 1); // one booking and one sum per space
    };
  };
  for (const frames of rows.segments) {
    const visit = visitor(frames.segment.columns);
    if (latest) frames.eachLive(asOf, visit);
    else frames.eachKnown(asOf, knownAt, visit);
  }
  for (const loose of rows.loose) {
    const visit = visitor(loose.columns);
    for (let row = 0; row < loose.length; row += 1) if (loose.counts(row, asOf, knownAt)) visit(row);
  }
  return sums;
}

/** Sums of one space from the keyframes of every segment, and the loose rows by scan. */
function fromFrames(asked: StateQuestion, rows: IndexRows, space: CellSpace, weights: Weights): Cells {
  const [cells] = scan(asked, { ...rows, segments: [] }, [space], weights, new Map());
  const sums = cells ?? Cells.empty(space.cells);
  const key = JSON.stringify([
    space.axes.map(({ column, size, table }) => [column, size, table === undefined ? 0 : [...table]]),
    space.currencies,
    [...weights],
  ]);
  for (const frames of rows.segments) sums.addAll(frames.sums(key, space, weights, asked.asOf));
  return sums;
}

function addCell(sums: Sums, cells: Cells, cell: number, currency: string | null): void {
  const deals = cells.deals[cell]!; // cell is in range, here and below
  const unvalued = cells.unvalued[cell]!;
  sums.deals += deals;
  sums.unvalued += unvalued;
  sums.weighing += cells.weighing[cell]!;
  sums.weightless += cells.weightless[cell]!;
  if (currency === null) return;
  if (deals > unvalued) addMoney(sums.value, currency, cells.value[cell]!);
  if (cells.weighed[cell]! > 0) addMoney(sums.weighted, currency, cells.weighted[cell]!);
}

/** A plan's keys by code, each list of keys with a number of its own: two owners of one team have the team's. */
function numberedKeys({ axis, keys }: Plan): (code: number) => { readonly number: number; readonly keys: readonly (string | null)[] } {
  const numbers = new Map<string, number>();
  const told: ({ readonly number: number; readonly keys: readonly (string | null)[] } | undefined)[] = Array.from({ length: axis.size });
  return (code) => {
    const known = told[code];
    if (known !== undefined) return known;
    const read = keys(code);
    const text = textOf(read);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return (told[code] = { number, keys: read });
  };
}

function groupsOf(
  groupBy: readonly Grouping[],
  plans: readonly Plan[],
  space: CellSpace,
  cells: Cells,
  vocabulary: Vocabulary,
): GroupSums[] {
  const groups = new Map<number, GroupSums>();
  const read = plans.map(numberedKeys);
  // Where each grouping's key stands: at which axis, and among the keys that it tells.
  const places = groupBy.map((grouping) => {
    const axis = plans.findIndex(({ groupings }) => groupings.includes(grouping));
    return { grouping, axis, index: plans[axis]?.groupings.indexOf(grouping) ?? 0 };
  });
  for (let cell = 0; cell < space.cells; cell += 1) {
    if (cells.deals[cell] === 0) continue;
    const { codes, currency } = space.codesOf(cell);
    const told = read.map((keysAt, axis) => keysAt(codes[axis] ?? 0));
    const number = told.reduce((sum, { number: own }, axis) => sum * space.sizeOf(axis) + own, 0);
    let known = groups.get(number);
    if (known === undefined) {
      const group: Partial<Record<Grouping, string | null>> = {};
      for (const { grouping, axis, index } of places) group[grouping] = told[axis]?.keys[index] ?? null;
      groups.set(number, (known = { group, sums: noSums() }));
    }
    addCell(known.sums, cells, cell, vocabulary.dictionaries.currency.text(currency));
  }
  return [...groups.values()];
}

function undatedOf({ asOf, knownAt }: StateQuestion, { undated }: IndexRows, masks: ReadonlyMap<CodedColumn, Uint8Array>): number {
  const test = testOf(undated.columns, masks);
  let count = 0;
  for (let row = 0; row < undated.length; row += 1) {
    const recorded = undated.registeredAt.at(row);
    if (asOf < recorded && undated.counts(row, recorded, knownAt) && (test === undefined || test(row))) count += 1;
  }
  return count;
}

/** Undefined where the groups asked for are too many to hold: the read store then answers. */
export function answerState(asked: StateQuestion, rows: IndexRows): PipelineState | undefined {
  const { question, view } = asked;
  const { groupBy } = question;
  const { vocabulary } = rows;
  const currencies = vocabulary.dictionaries.currency.size;
  const weights = weightsOf(asked, rows);
  const masks = masksOf(asked, rows);
  const columns = [...columnsOf(groupBy)];
  const standard = asked.latest && masks.size === 0 && groupBy.every((grouping) => STANDARD.includes(grouping));
  // A person's team is another at another T: keyframes are kept by owner, and only then folded.
  const plans = columns.map(([column, groupings]) =>
    standard && column !== 'state' ? plainPlan(asked, rows, column, groupings) : foldedPlan(asked, rows, column, groupings),
  );
  const states = foldedPlan(asked, rows, 'state', ['status', 'pipeline']);
  const groupSpace = new CellSpace(
    plans.map(({ axis }) => axis),
    currencies,
  );
  const totalSpace = new CellSpace([states.axis], currencies);
  if (groupSpace.cells > SCAN_CELLS) return undefined;
  const [cells, totals] =
    standard && groupSpace.cells <= FRAME_CELLS
      ? [fromFrames(asked, rows, groupSpace, weights), fromFrames(asked, rows, totalSpace, weights)]
      : scan(asked, rows, [groupSpace, totalSpace], weights, masks);
  if (cells === undefined || totals === undefined) return undefined;

  const byStatus = new Map<string, Sums>(DEAL_STATUSES.map((status) => [status, noSums()]));
  const pipelines = new Set<string>();
  for (const { group, sums } of groupsOf(['status', 'pipeline'], [states], totalSpace, totals, vocabulary)) {
    const of = byStatus.get(group.status ?? '');
    if (of !== undefined) addSums(of, sums);
    if (typeof group.pipeline === 'string') pipelines.add(group.pipeline);
  }
  const groups = groupsOf(groupBy, plans, groupSpace, cells, vocabulary);
  return pipelineState(question, view, { groups, byStatus, pipelines, undated: undatedOf(asked, rows, masks) });
}
