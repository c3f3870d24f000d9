import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Sums } from '../figures.js';
import { addSums, noSums } from '../figures.js';
import type { PipelineQuestion, PipelineState } from '../pipeline/tally.js';
import { pipelineState } from '../pipeline/tally.js';
import type { Grouping } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import type { Cells, Weights, Workplace } from './cells.js';
import { Booking, CellSpace, NO_WEIGHT, NOT_OPEN } from './cells.js';
import { groupsOf } from './groups.js';
import type { LooseRows } from './loose-rows.js';
import { columnsOf, foldedPlan, plainPlan } from './plans.js';
import type { TakeRows } from './row-batches.js';
import { keeping, takeList } from './row-batches.js';
import type { Masks } from './scope-masks.js';
import { inMasks, masksOf } from './scope-masks.js';
import type { SegmentFrames } from './segment-frames.js';
import type { Columns } from './segment.js';
import type { Vocabulary } from './vocabulary.js';

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
  readonly work: Workplace;
}

/** Design section 7: what keyframes answer. Teams are folded from their owners. */
const STANDARD: readonly Grouping[] = ['status', 'stage', 'owner', 'team', 'pipeline', 'source', 'product', 'currency'];
/** More cells than these are summed by scan, and far more not at all. */
const FRAME_CELLS = 1 << 15;
const SCAN_CELLS = 1 << 21;

function weightsOf({ view }: StateQuestion, { vocabulary }: IndexRows): Weights {
  const weights = new Int32Array(vocabulary.dictionaries.state.size).fill(NOT_OPEN);
  for (let code = 1; code < weights.length; code += 1) {
    const { status, pipeline, stage } = vocabulary.state(code);
    if (status === 'open') weights[code] = view.weightOf(pipeline, stage) ?? NO_WEIGHT;
  }
  return weights;
}

/** A space with what is summed in it. */
interface Summed {
  readonly space: CellSpace;
  readonly sums: Cells;
}

/** Sums of several spaces in one pass over the rows that count at (T, K) and are in scope. */
function scan(asked: StateQuestion, rows: IndexRows, summed: readonly Summed[], weights: Weights, masks: Masks): void {
  const { asOf, knownAt, latest } = asked;
  const taker = (columns: Columns): TakeRows => {
    const bookings = summed.map(({ space, sums }) => ({ sums, booking: new Booking(columns, space, weights, rows.work) }));
    const book: TakeRows = (batch, count) => {
      for (const { sums, booking } of bookings) booking.rows(sums, batch, count, 1);
    };
    const keep = inMasks(columns, masks);
    return keep === undefined ? book : keeping(keep, book);
  };
  for (const frames of rows.segments) {
    const take = taker(frames.segment.columns);
    if (latest) frames.eachLive(asOf, take);
    else frames.eachKnown(asOf, knownAt, take);
  }
  for (const loose of rows.loose) takeList(loose.counting(asOf, knownAt), taker(loose.columns));
}

/** Sums of one space from the keyframes of every segment, and the loose rows by scan. */
function fromFrames(asked: StateQuestion, rows: IndexRows, { space, sums }: Summed, weights: Weights): void {
  scan(asked, { ...rows, segments: [] }, [{ space, sums }], weights, new Map());
  const axes = space.axes.map(({ column, size, table }) => [column, size, table === undefined ? 0 : [...table]]);
  const key = JSON.stringify([axes, space.currencies, [...weights]]);
  for (const frames of rows.segments) frames.addSums(key, { space, weights, asOf: asked.asOf, sums });
}

function undatedOf({ asOf, knownAt }: StateQuestion, { undated }: IndexRows, masks: Masks): number {
  const rows = undated.recordedLater(asOf, knownAt);
  const keep = inMasks(undated.columns, masks);
  if (keep === undefined) return rows.length;
  return keep(rows, rows.length, rows);
}

/** Undefined where the groups asked for are too many to hold: the read store then answers. */
export function answerState(asked: StateQuestion, rows: IndexRows): PipelineState | undefined {
  const { question, view } = asked;
  const { groupBy } = question;
  const { vocabulary, work } = rows;
  const currencies = vocabulary.dictionaries.currency.size;
  const weights = weightsOf(asked, rows);
  const masks = masksOf(asked, vocabulary);
  const standard = asked.latest && masks.size === 0 && groupBy.every((grouping) => STANDARD.includes(grouping));
  // A person's team is another at another T: keyframes are kept by owner, and only then folded.
  const plans = columnsOf(groupBy).map(([column, groupings]) =>
    standard && column !== 'state' ? plainPlan(asked, vocabulary, column, groupings) : foldedPlan(asked, vocabulary, column, groupings),
  );
  const states = foldedPlan(asked, vocabulary, 'state', ['status', 'pipeline']);
  const groupSpace = new CellSpace(
    plans.map(({ axis }) => axis),
    currencies,
  );
  const totalSpace = new CellSpace([states.axis], currencies);
  if (groupSpace.cells > SCAN_CELLS) return undefined;
  const groups = { space: groupSpace, sums: work.cells('groups', groupSpace.cells) };
  const totals = { space: totalSpace, sums: work.cells('totals', totalSpace.cells) };
  if (standard && groupSpace.cells <= FRAME_CELLS) for (const summed of [groups, totals]) fromFrames(asked, rows, summed, weights);
  else scan(asked, rows, [groups, totals], weights, masks);

  const byStatus = new Map<string, Sums>(DEAL_STATUSES.map((status) => [status, noSums()]));
  const pipelines = new Set<string>();
  for (const { group, sums } of groupsOf(['status', 'pipeline'], [states], totalSpace, totals.sums, vocabulary)) {
    const of = byStatus.get(group.status ?? '');
    if (of !== undefined) addSums(of, sums);
    if (typeof group.pipeline === 'string') pipelines.add(group.pipeline);
  }
  const told = groupsOf(groupBy, plans, groupSpace, groups.sums, vocabulary);
  return pipelineState(question, view, { groups: told, byStatus, pipelines, undated: undatedOf(asked, rows, masks) });
}
