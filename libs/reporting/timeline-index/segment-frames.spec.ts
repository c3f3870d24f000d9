import { Cells, CellSpace, Workplace } from './cells.js';
import { emptyColumns } from './segment-columns.js';
import { INDEX_LIMITS, SegmentFrames } from './segment-frames.js';
import { Segment } from './segment.js';
import { NOT_OPEN } from './weights.js';

const ROWS = 4_000;

/** Rows of ten owners, each an hour after the one before and ten hours long. */
function segment(): Segment {
  const columns = emptyColumns();
  for (let row = 0; row < ROWS; row += 1) {
    columns.validFrom.push(row * 3_600_000);
    columns.validTo.push((row + 10) * 3_600_000);
    columns.openedBy.push(row + 1);
    for (const name of ['endedBy', 'state', 'currency', 'value'] as const) columns[name].push(name === 'endedBy' ? row + 11 : 0);
    columns.owner.push(row % 10);
  }
  return Segment.sorted(columns);
}

describe('the keyframes of a segment', () => {
  it('keeps none of codes as they were before there were more', () => {
    const work = new Workplace();
    const frames = new SegmentFrames(segment(), { ...INDEX_LIMITS, smallSegment: 2, keyframeInterval: 2 }, work);
    const asked = (owners: number): number[] => {
      const space = new CellSpace([{ column: 'owner', size: owners }], 2);
      const weights = { name: '', ofState: Int32Array.of(NOT_OPEN) };
      const sumsAt = (): number[] => {
        const sums = new Cells(space.cells);
        frames.addSums(2_000 * 3_600_000, [{ key: space.name, space, weights, sums, share: () => 1 }]);
        return [...sums.deals];
      };
      sumsAt();
      while (work.doPiece());
      return sumsAt();
    };
    const none = frames.bytes;
    expect(asked(10)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const first = frames.bytes - none;
    expect(asked(11)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(frames.bytes - none).toBeGreaterThan(first);
    expect(frames.bytes - none).toBeLessThan(first * 1.3);
  });
});
