import { pipelineSnapshot } from '../../projections/pipeline-snapshot/pipeline-snapshot.js';
import { someHistory } from '../testing/projecting.js';
import type { TestStores } from '../testing/stores.js';
import { openTestStores } from '../testing/stores.js';
import type { Projection } from './projection.js';
import type { Projector } from './projector.js';
import { openProjector } from './projector.js';

const LONG = 60_000;

describe('the pace of live pages', () => {
  let stores: TestStores;
  let projector: Projector;
  let pages = 0;
  beforeEach(async () => {
    stores = openTestStores();
    pages = 0;
    projector = await openProjector({
      ...{ eventStore: stores.eventStore, readStore: stores.readStore, projections: [pipelineSnapshot] as readonly Projection[] },
      pace: { msPerEvent: LONG, mostMs: LONG },
      note: ({ kind }) => (pages += kind === 'committed' ? 1 : 0),
    });
    projector.start();
  });
  afterEach(async () => {
    await projector.stop();
    await stores.remove();
  });

  const shown = async () => projector.waitFor((await stores.eventStore.head()).position, 10_000);

  it('gathers events behind a page, and is hurried by who waits for one of them', async () => {
    const history = someHistory(20, 1, 4);
    await stores.append(history.slice(0, 5));
    expect(await shown()).toBe('reached');
    const before = pages;
    // Each of these would be a page of its own.
    for (const event of history.slice(5)) await stores.append([event]);
    expect(await shown()).toBe('reached');
    expect(pages).toBe(before + 1);
  });

  it('does not hold up a stop', async () => {
    const history = someHistory(10, 1, 4);
    await stores.append(history.slice(0, 5));
    expect(await shown()).toBe('reached');
    await stores.append(history.slice(5));
    await projector.stop();
    expect(projector.members()).not.toHaveLength(0);
  });
});
