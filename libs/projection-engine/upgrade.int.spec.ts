import { dealDirectory } from '../../projections/deal-directory/deal-directory.js';
import { eventually, rowsExpected, rowsSeen, someHistory } from '../testing/projecting.js';
import type { TestStores } from '../testing/stores.js';
import { openTestStores } from '../testing/stores.js';
import type { Projection } from './projection.js';
import { openProjector } from './projector.js';

const now = dealDirectory as Projection;
const { name, version } = now.model;
/** As a release before this one had it: one column more. */
const before: Projection = {
  ...now,
  model: { ...now.model, version: version - 1, columns: { ...now.model.columns, stage: 'text' } },
};

describe('a release with another version of a read model', () => {
  let stores: TestStores;
  beforeEach(async () => {
    stores = openTestStores();
    await stores.append(someHistory(60, 3));
  });
  afterEach(() => stores.remove());

  it('builds it beside the rows in use, switches, and drops what is left at the next start', async () => {
    const { eventStore, readStore } = stores;
    const run = async (projection: Projection): Promise<void> =>
      (await openProjector({ eventStore, readStore, projections: [projection] })).catchUp();
    await run(before);
    await run(now);
    expect(await readStore.currentVersion(name)).toBe(version);
    expect(await rowsSeen(readStore, eventStore, [now])).toEqual(await rowsExpected(eventStore, stores.emptyReadStore(), [now]));
    expect(await readStore.versions(name)).toEqual([version - 1, version]);
    await run(now);
    expect(await readStore.versions(name)).toEqual([version]);
  });

  it('does so where processes share the read store: the rows of the version before are dropped some time after the switch', async () => {
    const { eventStore } = stores;
    const shared = async (projection: Projection, owner: string) => {
      const readStore = stores.reopenReadStore();
      const options = { leases: { owner, ttlMs: 500 }, keepRetiredMs: 50, answerMs: 5_000 };
      const projector = await openProjector({ eventStore, readStore, projections: [projection], ...options });
      projector.start();
      return projector;
    };
    const old = await shared(before, 'old');
    await old.catchUp();
    await old.stop();
    const fresh = await shared(now, 'new');
    await fresh.catchUp();
    await eventually('the old rows gone', async () => String(await stores.readStore.versions(name)) === String([version]));
    expect(await rowsSeen(stores.readStore, eventStore, [now])).toEqual(await rowsExpected(eventStore, stores.emptyReadStore(), [now]));
    await fresh.stop();
  });
});
