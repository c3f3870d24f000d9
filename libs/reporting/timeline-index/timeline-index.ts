import type { EpochMs } from '../../domain/shared/instant.js';
import type { PipelineQuestion, PipelineState } from '../pipeline/tally.js';
import type { DimensionView } from '../scope/dimension-view.js';
import type { IndexedRow } from './index-row.js';
import { Workplace } from './cells.js';
import { LayoutBook } from './layouts.js';
import { LooseRows } from './loose-rows.js';
import type { Pieces } from './pieces.js';
import { answerState } from './question.js';
import type { KeyValues, RowValues } from './segment-columns.js';
import { positionCode } from './segment-columns.js';
import { Segment } from './segment.js';
import type { IndexLimits } from './segment-frames.js';
import { INDEX_LIMITS, SegmentFrames } from './segment-frames.js';
import type { StateQuestion } from './state-question.js';
import type { Vocabulary } from './vocabulary.js';
import { WeightBook } from './weights.js';

export interface IndexSize {
  readonly rows: number;
  /** Rows that have not ended: the present state of every deal. */
  readonly deals: number;
  readonly segments: number;
  readonly withdrawn: number;
  readonly bytes: number;
  /** The log position that the index has come to. */
  readonly position: number;
}

/** Where a row is: in a segment (0 and up) or in the tail (-1). */
interface Place {
  readonly segment: number;
  readonly row: number;
}
const TAIL = -1;

/**
 * The timeline index (design section 7): the interval rows of `pipeline-snapshot` in memory, column by column, right for any (T, K) at or below its position. Rows are kept
 * in segments ordered by validFrom; sums of the standard groupings stand at keyframes over effective time and are moved to T by the starts and ends between; anything
 * else is summed over the rows that live at T. Pure: who owns it reads the store and calls `follow`. The property test holds it equal to the plain fold of rows.
 */
export class TimelineIndex {
  private readonly segments: SegmentFrames[];
  private tail = new LooseRows();
  private readonly work = new Workplace();
  private readonly layouts: LayoutBook;
  private readonly weights: WeightBook;

  constructor(
    readonly vocabulary: Vocabulary,
    segments: readonly Segment[],
    private readonly withdrawn: LooseRows,
    /** Rows of deals registered without a date, as they stood at their recording: counted in `undated` before it. */
    private readonly undated: LooseRows,
    private at: number,
    private readonly limits: IndexLimits = INDEX_LIMITS,
  ) {
    this.segments = segments.map((segment) => this.framed(segment));
    this.layouts = new LayoutBook(vocabulary, limits.keptPlaces);
    this.weights = new WeightBook(vocabulary);
  }

  get position(): number {
    return this.at;
  }

  /**
   * Takes the rows that were opened, ended or withdrawn in (position, through], in any order. What a row says of later positions is left out: it comes again.
   */
  follow(rows: readonly IndexedRow[], through: number): void {
    // Withdrawals and ends first: a deal's rows are found by what they opened, and what is new is then put behind them.
    for (const row of rows) if (row.openedBy <= this.at) this.change(row, through);
    for (const row of rows) if (row.openedBy > this.at && row.openedBy <= through) this.open(row, through);
    this.at = through;
    if (this.tail.length >= this.limits.tailRows) this.seal();
  }

  /** Takes all rows of a deal anew: a replay of its parked stream put rows below the index's position. A store loses no rows: those that the index has are among them. */
  reload(rows: readonly IndexedRow[]): void {
    for (const row of rows) {
      if (row.openedBy > this.at) continue;
      const key = keyOf(row);
      const place = this.find(key);
      if (place !== undefined) this.takeOut(place);
      for (const loose of [this.withdrawn, this.undated]) {
        const found = loose.find(key);
        if (found !== undefined) loose.takeOut(found);
      }
      this.open(row, this.at);
    }
  }

  /** The pipeline state at (T, K); K at or below the index's position. Undefined where the question has too many groups to hold. */
  state(question: PipelineQuestion, view: DimensionView, asOf: EpochMs, knownAt: number): PipelineState | undefined {
    const asked: StateQuestion = { question, view, asOf, knownAt, latest: knownAt >= this.at };
    return answerState(asked, {
      segments: this.segments,
      loose: [this.tail, ...(asked.latest ? [] : [this.withdrawn])],
      undated: this.undated,
      layouts: this.layouts,
      weights: this.weights,
      work: this.work,
    });
  }

  /** Begins what most questions will need; `doPiece` makes it. */
  begin(): void {
    for (const frames of this.segments) frames.begin();
  }

  /** Whether `doPiece` has something to do. */
  get hasPieces(): boolean {
    return this.work.hasLater;
  }

  /** Does a piece, some milliseconds at most, of what questions have begun and what makes later ones faster; false where nothing is left to do. */
  doPiece(): boolean {
    return this.work.doPiece();
  }

  /** When the first row known at K began; null where none was. K at or below the index's position. */
  firstInstant(knownAt: number): EpochMs | null {
    let first = Infinity;
    for (const { segment } of this.segments) first = Math.min(first, firstOpened(segment, knownAt, first));
    for (const loose of [this.tail, this.withdrawn]) {
      for (let row = 0; row < loose.length; row += 1) {
        const from = loose.columns.validFrom.at(row);
        if (from < first && loose.isKnown(row, knownAt)) first = from;
      }
    }
    return first === Infinity ? null : first;
  }

  get size(): IndexSize {
    const rows = this.segments.reduce((sum, { segment }) => sum + segment.length, this.tail.length);
    const bytes = this.segments.reduce((sum, frames) => sum + frames.bytes, 0);
    const standing = this.segments.reduce((sum, { segment }) => sum + segment.length - segment.endsInOrder.length, 0);
    return {
      rows,
      deals: standing + this.tail.notEnded,
      segments: this.segments.length,
      withdrawn: this.withdrawn.length,
      bytes: bytes + this.tail.bytes + this.withdrawn.bytes + this.undated.bytes,
      position: this.at,
    };
  }

  /** For the snapshot file: everything but the tail, which is sealed first. */
  parts(): { segments: readonly Segment[]; withdrawn: LooseRows; undated: LooseRows } {
    if (this.tail.length > 0) this.seal();
    return { segments: this.segments.map(({ segment }) => segment), withdrawn: this.withdrawn, undated: this.undated };
  }

  private open(row: IndexedRow, through: number): void {
    const values = indexValues(row, through, this.vocabulary);
    const withdrawnBy = row.withdrawnBy !== null && row.withdrawnBy <= through ? row.withdrawnBy : null;
    if (row.dated === 0 && row.validFrom <= row.registeredAt) this.undated.add(values, withdrawnBy, row.registeredAt);
    (withdrawnBy === null ? this.tail : this.withdrawn).add(values, withdrawnBy, row.registeredAt);
  }

  private change(row: IndexedRow, through: number): void {
    const withdrawnBy = row.withdrawnBy !== null && row.withdrawnBy <= through ? row.withdrawnBy : null;
    const end = endOf(row, through);
    const key = keyOf(row);
    if (row.dated === 0 && row.validFrom <= row.registeredAt) changeLoose(this.undated, key, end, withdrawnBy);
    const place = this.find(key);
    if (place === undefined) return; // withdrawn before, and ended since: the copy among the withdrawn rows is complete or says more than is asked
    if (withdrawnBy !== null) {
      this.withdrawn.add(indexValues(row, through, this.vocabulary), withdrawnBy, row.registeredAt);
      this.takeOut(place);
    } else if (end.endedBy !== 0) this.end(place, end.validTo, end.endedBy - 1);
  }

  /** Newest first: what changes is almost always among the latest rows. */
  private find(key: KeyValues): Place | undefined {
    const inTail = this.tail.find(key);
    if (inTail !== undefined) return { segment: TAIL, row: inTail };
    for (let segment = this.segments.length - 1; segment >= 0; segment -= 1) {
      const found = this.segments[segment]?.segment.find(key);
      if (found !== undefined) return { segment, row: found };
    }
    return undefined;
  }

  private end({ segment, row }: Place, validTo: EpochMs, endedBy: number): void {
    if (segment !== TAIL) return this.segments[segment]?.end(row, validTo, endedBy);
    this.tail.end(row, validTo, positionCode(endedBy));
  }

  private takeOut({ segment, row }: Place): void {
    if (segment !== TAIL) return this.segments[segment]?.takeOut(row);
    this.tail.takeOut(row);
  }

  private framed(segment: Segment): SegmentFrames {
    return new SegmentFrames(segment, this.limits, this.work);
  }

  private seal(): void {
    this.segments.push(this.framed(Segment.sorted(this.tail.columns)));
    this.tail = new LooseRows();
  }

  /**
   * Small segments of live rows melt together, as in a log-structured merge: at most a few stand beside the loaded ones. Piece by piece, between which questions may be
   * asked; the index must not `follow` before it is done.
   */
  *tidy(): Pieces<void> {
    for (;;) {
      const last = this.segments.at(-1)?.segment;
      const before = this.segments.at(-2)?.segment;
      if (last === undefined || before === undefined || before.length > this.limits.mergeRows || last.length * 2 < before.length) return;
      const merged = yield* Segment.merging(before, last);
      this.segments.splice(-2, 2, this.framed(merged));
    }
  }
}

/** The earliest beginning of a row opened by K, where it is before `limit`: rows are in that order, so it is among the first. */
function firstOpened({ columns, length }: Segment, knownAt: number, limit: EpochMs): EpochMs {
  for (let row = 0; row < length && columns.validFrom.at(row) < limit; row += 1) {
    const opened = columns.openedBy.at(row);
    if (opened !== 0 && opened <= positionCode(knownAt)) return columns.validFrom.at(row);
  }
  return limit;
}

function changeLoose(rows: LooseRows, key: KeyValues, { validTo, endedBy }: End, withdrawnBy: number | null): void {
  const row = rows.find(key);
  if (row === undefined) return;
  rows.end(row, validTo, endedBy);
  rows.withdrawnBy.set(row, positionCode(withdrawnBy));
}

type End = Pick<RowValues, 'validTo' | 'endedBy'>;

/** Seen at `through`. */
function endOf(row: IndexedRow, through: number): End {
  const ended = row.endedBy !== null && row.endedBy <= through;
  return { validTo: ended && row.validTo !== null ? row.validTo : Infinity, endedBy: ended ? positionCode(row.endedBy) : 0 };
}

function keyOf({ validFrom, openedBy, ordinal }: IndexedRow): KeyValues {
  return { validFrom, openedBy: positionCode(openedBy), ordinal };
}

/** What the columns hold of a row, seen at `through`. */
export function indexValues(row: IndexedRow, through: number, vocabulary: Vocabulary): RowValues {
  const { dictionaries } = vocabulary;
  const { validFrom, openedBy, ordinal } = keyOf(row);
  const { validTo, endedBy } = endOf(row, through);
  return {
    validFrom,
    validTo,
    openedBy,
    endedBy,
    ordinal,
    state: vocabulary.stateCode(row),
    owner: dictionaries.owner.code(row.owner),
    company: dictionaries.company.code(row.company),
    product: dictionaries.product.code(row.product),
    source: dictionaries.source.code(row.source),
    origin: dictionaries.origin.code(row.origin),
    campaign: dictionaries.campaign.code(row.campaign),
    department: dictionaries.department.code(row.department),
    closing: vocabulary.closings.code(row),
    currency: row.valueMinor === null ? 0 : dictionaries.currency.code(row.currency),
    value: row.valueMinor ?? 0,
  };
}
