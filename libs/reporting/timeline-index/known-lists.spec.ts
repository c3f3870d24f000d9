import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { KnownLists } from './known-lists.js';
import { atOnce } from './pieces.js';
import { BATCH } from './row-batches.js';
import type { RowValues } from './segment-columns.js';
import { COLUMNS, emptyColumns } from './segment-columns.js';
import { Segment } from './segment.js';

const ROWS = BATCH * 3 + 100;
const NOTHING = Object.fromEntries(COLUMNS.map((name) => [name, 0])) as RowValues; // every name is there

/** Rows that began in the order of their numbers and were opened nearly so: one in `late` much later. */
function segmentOf(late: number, lives: number): Segment {
  const columns = emptyColumns();
  for (let row = 0; row < ROWS; row += 1) {
    const openedBy = 1 + row + (row % late === 0 ? (row * 7_919) % ROWS : row % 5);
    const endedBy = row % 3 === 0 ? 0 : openedBy + 1 + ((row * 31) % lives);
    for (const name of COLUMNS) columns[name].push({ ...NOTHING, validFrom: row, validTo: Infinity, openedBy, endedBy }[name]);
  }
  return Segment.sorted(columns);
}

describe('lists of what was open in known time', () => {
  it('hand on every row that was open at a position, once, however late rows were told (TN02)', async () => {
    const positions = fc.array(fc.nat(2 * ROWS + 10), { minLength: 4, maxLength: 4 });
    await holds(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 9_000 }),
        fc.integer({ min: 1, max: 9 }),
        positions,
        (late, lives, count, asked) => {
          const segment = segmentOf(late, lives);
          const { openedBy, endedBy } = segment.columns;
          const lists = atOnce(KnownLists.of(segment, count));
          for (const position of asked) {
            const isOpen = (row: number): boolean => openedBy.at(row) <= position && (endedBy.at(row) === 0 || endedBy.at(row) > position);
            const handed: number[] = [];
            lists.each(position, (rows, length) => handed.push(...rows.subarray(0, length)));
            const open = Array.from({ length: ROWS }, (_, row) => row).filter(isOpen);
            expect(handed.filter(isOpen).sort((a, b) => a - b)).toEqual(open);
          }
        },
      ),
      0.2,
    );
  });
});
