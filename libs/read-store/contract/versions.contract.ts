import { positionOf } from '../../domain/shared/position.js';
import type { ParkedStream } from '../read-store.port.js';
import { DEALS, batchOf, dealRow, insert } from './deals.contract.js';
import type { OpenForTest } from './open-store.js';

const parked: ParkedStream = {
  model: DEALS.name,
  version: 1,
  stream: 'deal-d1',
  entity: 'd1',
  position: positionOf(4),
  error: 'the stage is unknown',
  attempts: 3,
  parkedAt: 1_700_000_000_000,
};

export function describeVersionsAndParking(open: OpenForTest): void {
  it('says which version of a model readers use, on every connection', async () => {
    const { store, another } = await open();
    const reader = await another();
    expect(await reader.currentVersion(DEALS.name)).toBeNull();
    await store.switchVersion(DEALS.name, 1);
    await store.switchVersion('another-model', 7);
    await store.switchVersion(DEALS.name, 2);
    expect(await reader.currentVersion(DEALS.name)).toBe(2);
    expect(await reader.currentVersion('another-model')).toBe(7);
  });

  it('drops a version with its rows, checkpoints and parked streams, and leaves the others', async () => {
    const { store } = await open();
    const next = { ...DEALS, version: 2 };
    await store.prepare(DEALS);
    await store.prepare(next);
    await store.commit([batchOf(1, [insert(dealRow('d1', 1))]), batchOf(1, [insert(dealRow('d1', 1))], { model: next })]);
    await store.park(parked);
    await store.park({ ...parked, version: 2 });
    expect(await store.versions(DEALS.name)).toEqual([1, 2]);
    await store.drop(DEALS);
    await store.drop(DEALS);
    expect(await store.versions(DEALS.name)).toEqual([2]);
    expect(await store.versions('another-model')).toEqual([]);
    expect(await store.checkpoint(DEALS, 0)).toBeNull();
    expect(await store.parked(DEALS)).toEqual([]);
    expect(await store.parked(next)).toEqual([{ ...parked, version: 2 }]);
    expect(await store.rowsOf(next, 'd1')).toEqual([dealRow('d1', 1)]);
    await store.prepare(DEALS);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([]);
    await store.commit([batchOf(2, [insert(dealRow('d1', 1))])]);
    expect(await store.rowsOf(DEALS, 'd1')).toEqual([dealRow('d1', 1)]);
  });

  it('may be prepared again at every start', async () => {
    const { store, another } = await open();
    await store.prepare(DEALS);
    await store.commit([batchOf(1, [insert(dealRow('d1', 1))])]);
    const restarted = await another();
    await restarted.prepare(DEALS);
    await restarted.index(DEALS);
    expect(await restarted.rowsOf(DEALS, 'd1')).toEqual([dealRow('d1', 1)]);
  });

  it('refuses names that could not stand in a question', async () => {
    const { store } = await open();
    await expect(store.prepare({ ...DEALS, name: 'a"b' })).rejects.toThrow('no name of a read model');
    await expect(store.prepare({ ...DEALS, columns: { ...DEALS.columns, entity: 'text' } })).rejects.toThrow('cannot have a column entity');
    await expect(store.prepare({ ...DEALS, indexes: [['nothing']] })).rejects.toThrow('has no column nothing');
  });

  it('lists parked streams until they are taken up again', async () => {
    const { store } = await open();
    const second = { ...parked, stream: 'deal-d2', entity: 'd2', position: positionOf(2) };
    await store.park(parked);
    await store.park(second);
    await store.park({ ...parked, attempts: 4, error: 'still unknown' });
    expect(await store.parked(DEALS)).toEqual([second, { ...parked, attempts: 4, error: 'still unknown' }]);
    expect(await store.parked({ ...DEALS, name: 'another-model' })).toEqual([]);
    await store.unpark(DEALS, 'deal-d1');
    await store.unpark(DEALS, 'deal-d1');
    expect(await store.parked()).toEqual([second]);
  });

  it('keeps control records, of which one of several who add it at once is the first', async () => {
    const { store, another } = await open();
    const other = await another();
    const build = (version: number) => ({ key: 'build/deals', value: { version, asked: 'anna', error: null } });
    const added = await Promise.all([store.control.add(build(1)), other.control.add(build(1)), store.control.add(build(1))]);
    expect(added.filter(Boolean)).toHaveLength(1);
    expect(await other.control.list('build/')).toEqual([build(1)]);
    await other.control.put(build(2));
    await store.control.put({ key: 'buildings', value: {} });
    await store.control.put({ key: 'paused/deals', value: {} });
    expect(await store.control.list('build/')).toEqual([build(2)]);
    expect((await store.control.list('')).map(({ key }) => key)).toEqual(['build/deals', 'buildings', 'paused/deals']);
    await store.control.remove('build/deals');
    await store.control.remove('build/deals');
    expect(await other.control.list('build/')).toEqual([]);
  });
}
