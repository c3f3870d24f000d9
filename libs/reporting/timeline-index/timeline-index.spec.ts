import fc from 'fast-check';
import { dimensionTimelines } from '../../../projections/dimension-timelines/dimension-timelines.js';
import { pipelineSnapshot } from '../../../projections/pipeline-snapshot/pipeline-snapshot.js';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionNumber } from '../../domain/shared/position.js';
import { replay } from '../../projection-engine/projection.js';
import { rowCounts } from '../../read-store/read-store.port.js';
import { columnScan } from '../../testing/column-page.js';
import { arbitraryLog, byStream, tellingInstant, tellingPosition } from '../../testing/histories.js';
import { holds } from '../../testing/property.js';
import { RowBook } from '../../testing/row-book.js';
import type { DealSums } from '../figures.js';
import type { PipelineQuestion, PipelineState } from '../pipeline/tally.js';
import { pipelineTally } from '../pipeline/tally.js';
import { GROUPINGS, NOT_KNOWN } from '../queries.js';
import type { Grouping } from '../queries.js';
import type { DealInterval, DimensionInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { dimensionView } from '../scope/dimension-view.js';
import { EVERYTHING } from '../scope/scope.js';
import type { Scope } from '../scope/scope.js';
import { reportZone } from '../time/report-zone.js';
import { IndexLoader } from './index-loader.js';
import { imageOf, indexOf, paddedBytes } from './index-image.js';
import { atOnce } from './pieces.js';
import type { IndexLimits } from './segment-frames.js';
import type { TimelineIndex } from './timeline-index.js';

/** So small that a history of eighty events goes through keyframes, live lists, sealing and merging. */
const tiny: IndexLimits = {
  ...{ smallSegment: 2, keyframeInterval: 2, keyframeBytes: 1 << 18, fewFrames: 2 },
  ...{ keptPlaces: 40, liveLists: 3, tailRows: 4, mergeRows: 12 },
};
/** Room for the frames of few groupings: they are made fewer, and go. */
const tight: IndexLimits = { ...tiny, keyframeBytes: 1 << 15 };
const zone = reportZone('Europe/Brussels');
const standard: readonly Grouping[] = ['status', 'stage', 'owner', 'team', 'pipeline', 'source', 'product', 'currency'];

interface Rows {
  readonly deals: readonly DealInterval[];
  readonly dimensions: readonly DimensionInterval[];
}

/** The rows as the read store holds them when the projector has come to `position`. */
function rowsAt(events: readonly RecordedEvent[], position: number): Rows {
  const [deals, dimensions] = [new RowBook(), new RowBook()];
  for (const stream of byStream(events.filter((event) => positionNumber(event.position) <= position)).values()) {
    deals.take(replay(pipelineSnapshot, stream).changes);
    dimensions.take(replay(dimensionTimelines, stream).changes);
  }
  return { deals: deals.all() as unknown as DealInterval[], dimensions: dimensions.all() as unknown as DimensionInterval[] }; // the models' columns
}

function loaded(rows: readonly DealInterval[], through: number, limits: IndexLimits): TimelineIndex {
  const loader = new IndexLoader(through, limits);
  const numbers = [
    'openedBy',
    'ordinal',
    'validFrom',
    'validTo',
    'endedBy',
    'withdrawnBy',
    'valueMinor',
    'closedAt',
    'dated',
    'registeredAt',
  ];
  const texts = [
    'status',
    'pipeline',
    'stage',
    'owner',
    'company',
    'product',
    'source',
    'origin',
    'campaign',
    'department',
    'currency',
    'decisionDate',
  ];
  const page = columnScan(numbers, texts);
  const opened = rows.filter((row) => row.openedBy <= through).sort((a, b) => a.openedBy - b.openedBy);
  for (let from = 0; from < opened.length; from += 7) loader.add(page(opened.slice(from, from + 7)));
  return atOnce(loader.finish());
}

/** Written and read back, as a snapshot file does it. */
function throughImage(index: TimelineIndex): TimelineIndex {
  const { header, arrays } = imageOf(index);
  const body = new Uint8Array(header.arrays.reduce((sum, shape) => sum + paddedBytes(shape), 0));
  let offset = 0;
  arrays.forEach((array, place) => {
    body.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += paddedBytes(header.arrays[place]!); // one shape per array
  });
  return indexOf(JSON.parse(JSON.stringify(header)) as typeof header, body.buffer, tiny);
}

function changed(rows: readonly DealInterval[], after: number, through: number): DealInterval[] {
  const within = (position: number | null): boolean => position !== null && position > after && position <= through;
  return rows.filter((row) => within(row.openedBy) || within(row.endedBy) || within(row.withdrawnBy));
}

function viewAt(rows: readonly DimensionInterval[], asOf: EpochMs, knownAt: number): DimensionView {
  return dimensionView(rows.filter((row) => rowCounts(row, asOf, knownAt)));
}

/** The definition: every row looked at. */
function byRows(
  rows: readonly DealInterval[],
  question: PipelineQuestion,
  view: DimensionView,
  asOf: EpochMs,
  knownAt: number,
): PipelineState {
  const tally = pipelineTally(question, view);
  for (const row of rows) {
    if (rowCounts(row, asOf, knownAt)) tally.add(row);
    if (row.dated === 0 && asOf < row.registeredAt && rowCounts(row, row.registeredAt, knownAt)) tally.addUndated(row);
  }
  return tally.state();
}

/** With plain objects for its sums of money, whatever maps hold them. */
function plain(state: PipelineState | undefined): unknown {
  if (state === undefined) return undefined;
  const told = (sums: DealSums): object => ({
    ...sums,
    value: Object.fromEntries(sums.value),
    weighted: Object.fromEntries(sums.weighted),
  });
  return {
    ...state,
    groups: state.groups.map(({ group, sums }) => ({ group: Object.entries(group), sums: told(sums) })),
    byStatus: [...state.byStatus].map(([status, sums]) => [status, told(sums)]),
    all: told(state.all),
  };
}

function firstByRows(rows: readonly DealInterval[], knownAt: number): EpochMs | null {
  const known = rows.filter(({ openedBy, withdrawnBy }) => openedBy <= knownAt && (withdrawnBy === null || withdrawnBy > knownAt));
  return known.length === 0 ? null : Math.min(...known.map(({ validFrom }) => validFrom));
}

const groupings = fc.oneof(fc.subarray([...standard], { maxLength: 2 }), fc.subarray([...GROUPINGS], { maxLength: 3 }));
const scopes: fc.Arbitrary<Scope> = fc.oneof(
  fc.constant(EVERYTHING),
  fc.constant(EVERYTHING),
  fc.constantFrom<Scope[]>(
    { filters: { status: ['open', 'won'] }, closing: null },
    { filters: { owner: ['e1', 'e2'], status: ['open'] }, closing: null },
    { filters: { team: ['north', NOT_KNOWN] }, closing: null },
    { filters: { product: [NOT_KNOWN] }, closing: null },
    { filters: {}, closing: { from: '2025-01-01', to: '2025-04-01' } as Scope['closing'] & object },
  ),
);

describe('the timeline index', () => {
  it('equals the fold of all rows at random (T, K), groupings and scopes, however it was loaded and followed (PR01, PR03, TN01)', async () => {
    const questions = fc.array(fc.tuple(fc.nat(), fc.nat(), groupings, scopes), { minLength: 10, maxLength: 10 });
    await holds(
      fc.property(
        arbitraryLog({ events: 80, deals: 12 }),
        fc.array(fc.nat(80), { minLength: 1, maxLength: 5, size: 'max' }),
        questions,
        (events, stops, asked) => {
          const end = events.length;
          const [first = 0, ...rest] = [...stops.map((stop) => stop % (end + 1)).sort((a, b) => a - b), end];
          // Loaded from rows that may know more than the index is to say: the projector goes on meanwhile.
          let index = loaded(rowsAt(events, Math.min(end, first + 3)).deals, first, tiny);
          for (const through of rest) {
            index.follow(changed(rowsAt(events, Math.min(end, through + 3)).deals, index.position, through), through);
            const { deals, dimensions } = rowsAt(events, end);
            if (through % 3 === 0) index = throughImage(index);
            if (through % 2 === 0) index.begin();
            // A replay of a parked stream: the deal's rows come again, as the store holds them by now.
            const again = `h-${through % 12}`;
            if (through % 4 === 0) index.reload(deals.filter((row) => row.entity === again));
            // Segments melt together while questions are asked, or when there are more of them.
            const tidying = through % 5 === 0 ? [][Symbol.iterator]() : index.tidy();
            // Asked while frames and lists are not begun, half made (the next `follow` comes between), or there.
            for (const [t, k, groupBy, scope] of [...asked, ...asked]) {
              for (let piece = 0; piece < k % 7; piece += 1) index.doPiece();
              for (let piece = 0; piece < k % 5; piece += 1) tidying.next();
              const asOf = tellingInstant(events, t);
              const knownAt = k % 3 === 0 ? through : Math.min(through, positionNumber(tellingPosition(events, k)));
              const view = viewAt(dimensions, asOf, knownAt);
              const question = { groupBy, scope, zone };
              expect(plain(index.state(question, view, asOf, knownAt))).toEqual(plain(byRows(deals, question, view, asOf, knownAt)));
              expect(index.firstInstant(knownAt)).toBe(firstByRows(deals, knownAt));
            }
            while (tidying.next().done !== true);
          }
        },
      ),
      0.6,
    );
  });

  it('equals the fold when the frames of more groupings are asked for than there is room for, and keeps to that room (PR01)', async () => {
    const pairs = fc.array(fc.tuple(fc.subarray([...standard], { minLength: 1, maxLength: 2 }), fc.nat()), {
      minLength: 12,
      maxLength: 12,
    });
    await holds(
      fc.property(arbitraryLog({ events: 150, deals: 12 }), fc.nat(150), pairs, (events, stop, asked) => {
        const end = events.length;
        const loadedAt = Math.max(0, end - (stop % 20));
        const index = loaded(rowsAt(events, loadedAt).deals, loadedAt, tight);
        const before = index.size;
        for (const through of [loadedAt, end]) {
          index.follow(changed(rowsAt(events, end).deals, index.position, through), through);
          const { deals, dimensions } = rowsAt(events, through);
          for (const [groupBy, t] of [...asked, ...asked]) {
            const asOf = tellingInstant(events, t);
            const view = viewAt(dimensions, asOf, through);
            const question = { groupBy, scope: EVERYTHING, zone };
            expect(plain(index.state(question, view, asOf, through))).toEqual(plain(byRows(deals, question, view, asOf, through)));
            while (index.doPiece());
          }
          // Two segments, each with a quarter of the room; lists of live rows take a few bytes more.
          if (through === loadedAt)
            expect(index.size.bytes - before.bytes).toBeLessThan((tight.keyframeBytes * before.segments) / 4 + 2_000);
        }
      }),
      0.3,
    );
  });
});
