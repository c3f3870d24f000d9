import { positionOf } from '../../domain/shared/position.js';
import { CheckpointLost } from '../read-store.port.js';
import type { ModelBatch, ReadStore } from '../read-store.port.js';
import { DEALS, all, batchOf, checkpointAt, dealRow, end, insert, withdraw } from './deals.contract.js';
import type { OpenForTest } from './open-store.js';

const anna = dealRow('d1', 1, { title: 'Anna Quist, Aalborg' });
const won = dealRow('d1', 3, { status: 'won', title: 'Anna Quist, Aalborg' });
const other = dealRow('d2', 2, { ordinal: 1 });

export function describeCommits(open: OpenForTest): void {
  it('gives rows and checkpoint back as they were committed', async () => {
    const { store, another } = await open();
    await store.prepare(DEALS);
    expect(await store.checkpoint(DEALS, 0)).toBeNull();
    const row = dealRow('d1', 7, {
      minor: Number.MAX_SAFE_INTEGER,
      owner: null,
      values: { team: ['a', { b: null }] },
      validFrom: -62_135_596_800_000,
    });
    await store.commit([batchOf(9, [insert(row)])]);
    const reader = await another();
    expect(await reader.rowsOf(DEALS, 'd1')).toEqual([row]);
    expect(await reader.checkpoint(DEALS, 0)).toEqual(checkpointAt(9));
    expect(await reader.checkpoint(DEALS, 1)).toBeNull();
  });

  it('completes a row once: an end or a withdrawal that comes again changes nothing', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(3, [insert(anna), end(anna, 3), insert(won)])]);
    await store.commit([batchOf(5, [end(anna, 5), withdraw(anna, 4), withdraw(anna, 5)])]);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([{ ...anna, validTo: 3_000, endedBy: 3, withdrawnBy: 4 }, won]);
  });

  it('changes nothing when a batch is committed again, nor when two writers commit the same rows', async () => {
    const { store, another } = await open();
    const second = await another();
    await store.prepare(DEALS);
    await second.prepare(DEALS);
    const batches = [batchOf(2, [insert(anna), insert(other)]), batchOf(3, [end(anna, 3), insert(won), withdraw(other, 3)])];
    for (const batch of batches) await Promise.all([store.commit([batch]), second.commit([batch])]);
    await second.commit(batches.slice(0, 1));
    expect(await all(store.rowsKnownAt(DEALS, 2))).toEqual([
      { ...anna, validTo: 3_000, endedBy: 3 },
      { ...other, withdrawnBy: 3 },
    ]);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([{ ...anna, validTo: 3_000, endedBy: 3 }, won]);
  });

  it('completes a row that an earlier try only began, however the batches were cut', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(2, [insert(anna), insert(other)])]);
    await store.commit([batchOf(4, [insert(anna), end(anna, 3), insert(won), insert(other), withdraw(other, 4), end(won, 4)])]);
    expect(await all(store.rowsKnownAt(DEALS, 3))).toEqual([
      { ...anna, validTo: 3_000, endedBy: 3 },
      { ...other, withdrawnBy: 4 },
      { ...won, validTo: 4_000, endedBy: 4 },
    ]);
  });

  it('takes many rows among which some are there already, completed meanwhile or not', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    const rows = Array.from({ length: 30 }, (_, index) => dealRow(`d${index}`, 1 + index));
    const [first, tenth, last] = [rows[0]!, rows[9]!, rows[29]!]; // of thirty
    await store.commit([batchOf(10, [insert(tenth), end(tenth, 20), insert(last)])]);
    await store.commit([batchOf(40, [...rows.map(insert), end(first, 35), withdraw(last, 36)])]);
    const expected = rows.map((row) => {
      if (row === first) return { ...row, validTo: 35_000, endedBy: 35 };
      if (row === tenth) return { ...row, validTo: 20_000, endedBy: 20 };
      return row === last ? { ...row, withdrawnBy: 36 } : row;
    });
    expect(await all(store.rowsKnownAt(DEALS, 30))).toEqual(expected);
  });

  it('never takes a checkpoint back: a late writer may only repeat', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(9, [])]);
    await store.commit([batchOf(4, [insert(anna)])]);
    expect(await store.checkpoint(DEALS, 0)).toEqual(checkpointAt(9));
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([anna]);
  });

  it('refuses a batch that goes on from a checkpoint which the store no longer has: it came back older than it was', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(4, [])]);
    await store.commit([batchOf(9, [], { goesOnFrom: positionOf(4) })]);
    await store.commit([batchOf(9, [], { goesOnFrom: positionOf(4) })]);
    await expect(store.commit([batchOf(15, [], { goesOnFrom: positionOf(12) })])).rejects.toThrow(CheckpointLost);
    expect(await store.checkpoint(DEALS, 0)).toEqual(checkpointAt(9));
    await expect(store.commit([batchOf(15, [], { partition: 1, goesOnFrom: positionOf(12) })])).rejects.toThrow(CheckpointLost);
    expect(await store.checkpoint(DEALS, 1)).toBeNull();
  });

  it('gives the lowest checkpoint of the partitions that have begun to who does not know how many there are', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    expect(await store.lowestCheckpoint(DEALS)).toBeNull();
    await store.commit([batchOf(9, [], { partition: 2 })]);
    await store.commit([batchOf(5, [], { partition: 1 })]);
    await store.commit([batchOf(7, [], { partition: 0 })]);
    expect(await store.lowestCheckpoint(DEALS)).toEqual(checkpointAt(5));
  });

  it('keeps a checkpoint per partition, and the lowest of them only when all partitions have one', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(9, [], { partition: 1 })]);
    expect(await store.lowestCheckpoint(DEALS, 2)).toBeNull();
    await store.commit([batchOf(5, [], { partition: 0 })]);
    expect(await store.lowestCheckpoint(DEALS, 2)).toEqual(checkpointAt(5));
    expect(await store.lowestCheckpoint(DEALS, 1)).toEqual(checkpointAt(5));
    expect(await store.checkpoint(DEALS, 1)).toEqual(checkpointAt(9));
  });

  it('commits the batches of several models in one call', async () => {
    const { store } = await open();
    const lists = { ...DEALS, name: 'contract-lists' };
    await store.prepare(DEALS);
    await store.prepare(lists);
    await store.commit([batchOf(3, [insert(anna)]), batchOf(3, [insert(other)], { model: lists })]);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([anna]);
    expect(await store.rowsOf(lists, 'd2')).toEqual([other]);
    expect(await store.checkpoint(lists, 0)).toEqual(checkpointAt(3));
  });

  it('shows a batch that was stopped after any single write as not there or as whole, and the next try completes it', async () => {
    const first = batchOf(3, [insert(anna), insert(other), end(anna, 3), insert(won)]);
    const second = batchOf(6, [
      withdraw(won, 4),
      insert(dealRow('d1', 4, { status: 'lost' })),
      end(other, 5),
      insert(dealRow('d2', 5, { owner: 'ben' })),
      insert(dealRow('d2', 5, { ordinal: 1, owner: 'ben' })),
      end(dealRow('d2', 5), 6),
    ]);
    const before = await everything(open, [first], Infinity);
    const after = await everything(open, [first, second], Infinity);
    expect(after.seen).not.toEqual(before.seen);
    const writes = after.writes - before.writes;
    expect(writes).toBeGreaterThan(second.changes.length - 2);
    for (let stopped = 0; stopped <= writes; stopped += 1) {
      const half = await everything(open, [first, second], before.writes + stopped);
      expect(half.seen).toEqual(half.checkpoint === positionOf(6) ? after.seen : before.seen);
      expect(half.checkpoint).toBe(positionOf(stopped < writes ? 3 : 6));
      await half.store.commit([second]);
      expect(await seenAt(half.store, 6)).toEqual(after.seen);
    }
  });

  it('notes the entities of a replay after their rows (a replay makes rows below the checkpoint)', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(9, [insert(won)])]);
    expect(await store.replays(0)).toEqual([]);
    await store.commit([batchOf(9, [insert(other)], { replayed: ['d2', 'd3'] })]);
    await store.noteReplay(DEALS, 'd1');
    const numbered = await store.replays(0);
    expect(numbered.map(({ model, entity }) => ({ model, entity }))).toEqual([
      { model: DEALS.name, entity: 'd2' },
      { model: DEALS.name, entity: 'd3' },
      { model: DEALS.name, entity: 'd1' },
    ]);
    const numbers = numbered.map(({ number }) => number);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    expect(await store.replays(numbers[1] ?? 0)).toEqual(numbered.slice(2));
  });

  it('empties the search columns of a person who is forgotten, and nothing else', async () => {
    const { store } = await open();
    await store.prepare(DEALS);
    const ben = dealRow('d2', 2, { title: 'Ben' });
    await store.commit([batchOf(3, [insert(anna), insert(ben), end(anna, 3), insert(won)])]);
    await store.commit([batchOf(4, [{ kind: 'forget', entity: 'd1' }])]);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([
      { ...anna, validTo: 3_000, endedBy: 3, title: null },
      { ...won, title: null },
    ]);
    expect(await store.rowsOf(DEALS, 'd2')).toEqual([ben]);
    const found = await store.list(DEALS, { where: [{ column: 'title', contains: 'a' }], knownAt: 4, orderBy: 'registeredAt', limit: 9 });
    expect(found.rows).toEqual([]);
  });
}

/** What every kind of question shows at a checkpoint. */
async function seenAt(store: ReadStore, knownAt: number): Promise<unknown> {
  const asOf = [0, 1_000, 2_500, 3_000, 5_000, 9_000];
  const counting = await Promise.all(asOf.map((at) => all(store.rowsAsOf(DEALS, { asOf: at, knownAt }))));
  const list = await store.list(DEALS, { where: [], knownAt, orderBy: 'registeredAt', limit: 99 });
  return {
    counting: counting.map((rows) => rows.map(asKnown)),
    list: list.rows.map(asKnown),
    known: (await all(store.rowsKnownAt(DEALS, knownAt))).map(asKnown),
  };

  /** An end or withdrawal set later than `knownAt` may stand in the row already: whoever asks at `knownAt` leaves it out. */
  function asKnown(row: Awaited<ReturnType<typeof all>>[number]) {
    const ended = row.endedBy !== null && row.endedBy <= knownAt;
    return { ...row, validTo: ended ? row.validTo : null, endedBy: ended ? row.endedBy : null, withdrawnBy: null };
  }
}

/** Commits the batches in a new store that stops at write number `stopAt`; tells what is seen at the checkpoint then. */
async function everything(open: OpenForTest, batches: readonly ModelBatch[], stopAt: number) {
  let writes = 0;
  let mayWrite = stopAt;
  const { store } = await open({
    beforeWrite: () => {
      if (writes >= mayWrite) throw new Error('stopped here by the test');
      writes += 1;
    },
  });
  await store.prepare(DEALS);
  for (const batch of batches) {
    await store.commit([batch]).catch((error: Error) => {
      if (error.message !== 'stopped here by the test') throw error;
    });
  }
  mayWrite = Infinity;
  const checkpoint = await store.checkpoint(DEALS, 0);
  return { store, writes, checkpoint: checkpoint?.position, seen: await seenAt(store, Number(checkpoint?.position)) };
}
