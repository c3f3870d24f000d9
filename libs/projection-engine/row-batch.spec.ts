import fc from 'fast-check';
import { dealRow, end, insert, rowsAfter, withdraw } from '../read-store/contract/deals.contract.js';
import type { Row, RowChange } from '../read-store/read-store.port.js';
import { holds } from '../testing/property.js';
import { RowBatch } from './row-batch.js';

interface Happened {
  readonly opens: number;
  readonly what: 'end' | 'withdraw' | 'nothing';
  readonly which: number;
}

/** Events that each open some rows, and end or withdraw one that was opened before, in this page or an earlier one. */
const events: fc.Arbitrary<Happened[]> = fc.array(
  fc.record({ opens: fc.nat(3), what: fc.constantFrom('end', 'withdraw', 'nothing'), which: fc.nat(99) }),
  { maxLength: 40 },
);

function changesOf(list: readonly Happened[]): RowChange[] {
  const earlier = [dealRow('d0', 1), dealRow('d1', 2)];
  const [ended, withdrawn] = [new Set<Row>(), new Set<Row>()];
  const opened: Row[] = [...earlier];
  const changes: RowChange[] = [];
  list.forEach(({ opens, what, which }, index) => {
    const position = 10 + index;
    const row = opened[which % opened.length];
    if (row !== undefined && what === 'end' && !ended.has(row)) {
      ended.add(row);
      changes.push(end(row, position));
    }
    if (row !== undefined && what === 'withdraw' && !withdrawn.has(row)) {
      withdrawn.add(row);
      changes.push(withdraw(row, position));
    }
    for (let ordinal = 0; ordinal < opens; ordinal += 1) {
      const fresh = dealRow(`d${index % 5}`, position, { ordinal });
      opened.push(fresh);
      changes.push(insert(fresh));
    }
  });
  return changes;
}

const copied = (changes: readonly RowChange[]): RowChange[] =>
  changes.map((change) => (change.kind === 'insert' ? insert({ ...change.row }) : change));

describe('the changes of a page', () => {
  it('come to the same rows, each written once with all that the page knows of it', () =>
    holds(
      fc.property(events, (list) => {
        const changes = changesOf(list);
        const batch = new RowBatch(false);
        for (const change of copied(changes)) batch.add([change]);
        const written = batch.changes();
        expect(rowsAfter(written)).toEqual(rowsAfter(changes));
        const inserted = new Set(
          written.flatMap((change) => (change.kind === 'insert' ? [`${change.row.openedBy}/${change.row.ordinal}`] : [])),
        );
        const later = written.flatMap((change) => ('key' in change ? [`${change.key.openedBy}/${change.key.ordinal}`] : []));
        expect(later.filter((key) => inserted.has(key))).toEqual([]);
      }),
    ));

  it('leave out, where only the latest counts, what the page withdraws again', () =>
    holds(
      fc.property(events, (list) => {
        const changes = changesOf(list);
        const batch = new RowBatch(true);
        batch.add(copied(changes));
        const opened = new Set(changes.flatMap((change) => (change.kind === 'insert' ? [`${change.row.openedBy}`] : [])));
        const kept = rowsAfter(changes).filter(({ withdrawnBy, openedBy }) => withdrawnBy === null && opened.has(`${openedBy}`));
        const written = batch.changes().flatMap((change) => (change.kind === 'insert' ? [change.row] : []));
        expect(rowsAfter(written.map(insert))).toEqual(kept);
      }),
    ));
});
