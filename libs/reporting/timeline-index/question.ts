import { DEAL_STATUSES } from '../../domain/deal/deal.evolve.js';
import type { DealSums } from '../figures.js';
import { addSums, noSums } from '../figures.js';
import type { PipelineState } from '../pipeline/tally.js';
import { pipelineState } from '../pipeline/tally.js';
import type { Grouping } from '../queries.js';
import type { Cells, Workplace } from './cells.js';
import { Booking } from './booking.js';
import type { Layout, LayoutBook } from './layouts.js';
import type { LooseRows } from './loose-rows.js';
import type { TakeRows } from './row-batches.js';
import { keeping, takeList } from './row-batches.js';
import type { Masks } from './scope-masks.js';
import { inMasks, masksOf } from './scope-masks.js';
import type { SegmentFrames } from './segment-frames.js';
import type { Columns } from './segment-columns.js';
import type { StateQuestion } from './state-question.js';
import type { WeightBook, Weights } from './weights.js';

/** What the index is asked over. */
export interface IndexRows {
  readonly segments: readonly SegmentFrames[];
  readonly loose: readonly LooseRows[];
  readonly undated: LooseRows;
  readonly layouts: LayoutBook;
  readonly weights: WeightBook;
  readonly work: Workplace;
}

/** Design section 7: what keyframes answer. Teams are folded from their owners. */
const STANDARD: readonly Grouping[] = ['status', 'stage', 'owner', 'team', 'pipeline', 'source', 'product', 'currency'];
/** More cells than these are summed by scan, and far more not at all. */
const FRAME_CELLS = 1 << 15;
const SCAN_CELLS = 1 << 21;

/** A layout with what is summed by it. */
interface Summed {
  readonly layout: Layout;
  readonly sums: Cells;
}

/** Sums of several layouts in one pass over the rows that count at (T, K) and are in scope. */
function scan(
  { asOf, knownAt, latest }: StateQuestion,
  rows: Pick<IndexRows, 'segments' | 'loose' | 'work'>,
  summed: readonly Summed[],
  weights: Weights,
  masks: Masks,
): void {
  const taker = (columns: Columns): TakeRows => {
    const bookings = summed.map(({ layout, sums }) => ({ sums, booking: new Booking(columns, layout.space, weights, rows.work) }));
    const book: TakeRows = (batch, count) => {
      for (const { sums, booking } of bookings) booking.rows(sums, batch, 0, count, 1);
    };
    const keep = inMasks(columns, masks);
    return keep === undefined ? book : keeping(keep, book);
  };
  for (const frames of rows.segments) {
    const take = taker(frames.segment.columns);
    if (latest) frames.eachLive(asOf, take);
    else frames.eachKnown(asOf, knownAt, take);
  }
  for (const loose of rows.loose) if (loose.length > 0) takeList(loose.counting(asOf, knownAt), taker(loose.columns));
}

/** Sums from the keyframes of every segment, and the loose rows by scan. */
function fromFrames(asked: StateQuestion, rows: IndexRows, summed: readonly Summed[], weights: Weights): void {
  scan(asked, { ...rows, segments: [] }, summed, weights, new Map());
  const wanted = summed.map(({ layout: { space }, sums }) => {
    const share = (): number => rows.layouts.shareOf(space, asked);
    return { key: `${space.name} ${weights.name}`, space, weights, sums, share };
  });
  for (const frames of rows.segments) frames.addSums(asked.asOf, wanted);
}

function undatedOf({ asOf, knownAt }: StateQuestion, { undated }: IndexRows, masks: Masks): number {
  if (undated.length === 0) return 0;
  const rows = undated.recordedLater(asOf, knownAt);
  const keep = inMasks(undated.columns, masks);
  if (keep === undefined) return rows.length;
  return keep(rows, rows.length, rows);
}

function together(a: DealSums, b: DealSums): DealSums {
  const sum = noSums();
  addSums(sum, a);
  addSums(sum, b);
  return sum;
}

const NO_DEALS: DealSums = noSums();

/** Undefined where the groups asked for are too many to hold: the read store then answers. */
export function answerState(asked: StateQuestion, rows: IndexRows): PipelineState | undefined {
  const { question, view } = asked;
  const { groupBy } = question;
  const { layouts, work } = rows;
  const weights = rows.weights.of(view);
  const masks = masksOf(asked, layouts);
  const standard = asked.latest && masks.size === 0 && groupBy.every((grouping) => STANDARD.includes(grouping));
  // A person's team is another at another T: keyframes are kept by owner, and only then folded.
  const byGroup = layouts.of(asked, groupBy, standard);
  const byState = layouts.of(asked, ['status', 'pipeline'], standard);
  const { cells } = byGroup.space;
  if (cells > SCAN_CELLS) return undefined;
  const groups = { layout: byGroup, sums: work.cells('groups', cells) };
  // By status or stage, the cells are those of the totals.
  const totals =
    byState.space.name === byGroup.space.name
      ? { layout: byState, sums: groups.sums }
      : { layout: byState, sums: work.cells('totals', byState.space.cells) };
  const summed = totals.sums === groups.sums ? [groups] : [groups, totals];
  if (standard && cells <= FRAME_CELLS) fromFrames(asked, rows, summed, weights);
  else scan(asked, rows, summed, weights, masks);

  const byStatus = new Map<string, DealSums>(DEAL_STATUSES.map((status) => [status, NO_DEALS]));
  const pipelines = new Set<string>();
  for (const { group, sums } of byState.tell(totals.sums)) {
    const known = byStatus.get(group.status ?? '');
    if (known !== undefined) byStatus.set(group.status ?? '', known === NO_DEALS ? sums : together(known, sums));
    if (typeof group.pipeline === 'string') pipelines.add(group.pipeline);
  }
  const told = byGroup.tell(groups.sums);
  return pipelineState(question, view, { groups: told, byStatus, pipelines, undated: undatedOf(asked, rows, masks) });
}
