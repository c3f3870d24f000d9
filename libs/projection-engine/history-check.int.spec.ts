import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import type { EventStore } from '../event-store/event-store.port.js';
import { eventually, someHistory } from '../testing/projecting.js';
import type { TestStores } from '../testing/stores.js';
import { openTestStores } from '../testing/stores.js';
import { AnotherHistory } from './faults.js';
import { checkHistory } from './history-check.js';
import type { Projection } from './projection.js';
import { openProjector } from './projector.js';

/** The log as a node shows it that follows another, so many events behind; `caughtUp` brings it there. */
function follower(log: EventStore, behind: number) {
  let caughtUp = false;
  let asked = 0;
  const store = Object.assign(Object.create(log) as EventStore, {
    readsMayLag: true,
    head: async () => {
      const head = await log.head();
      if (!caughtUp) asked += 1;
      return caughtUp ? head : { ...head, position: String(Number(head.position) - behind).padStart(20, '0') };
    },
    waitForNew: async () => {
      await eventually('caught up', () => caughtUp, 200).catch(() => undefined);
      return caughtUp;
    },
  });
  return { store, asked: () => asked, catchUp: () => (caughtUp = true) };
}

describe('read models ahead of a log', () => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = openTestStores();
    await stores.append(someHistory(12, 1));
    const projector = await openProjector({ ...stores, projections: [pipelineSnapshot] as readonly Projection[] });
    await projector.catchUp();
  });
  afterEach(() => stores.remove());

  const checkpoint = async () => {
    const found = await stores.readStore.checkpoint(pipelineSnapshot.model, 0);
    if (found === null) throw new Error('it was projected');
    return found;
  };

  it('are of its history where the node that is asked only follows the one they were made from', async () => {
    const { store, asked, catchUp } = follower(stores.eventStore, 3);
    const opening = openProjector({ ...stores, eventStore: store, projections: [pipelineSnapshot] as readonly Projection[] });
    await eventually('somebody waits', () => asked() > 0);
    catchUp();
    expect((await opening).members()).toHaveLength(1);
  });

  it('are of another history where it has not come so far in time', async () => {
    const { store } = follower(stores.eventStore, 3);
    await expect(checkHistory(store, 'pipeline-snapshot', await checkpoint(), 20)).rejects.toThrow(AnotherHistory);
  });

  it('are so at once where no node follows another', async () => {
    const { store } = follower(stores.eventStore, 3);
    const embedded = Object.assign(store, { readsMayLag: undefined, waitForNew: () => Promise.reject(new Error('nobody waits')) });
    await expect(checkHistory(embedded, 'pipeline-snapshot', await checkpoint())).rejects.toThrow(AnotherHistory);
  });
});
