import { streamName } from '../../libs/domain/shared/ids.js';
import type { EventId } from '../../libs/domain/shared/ids.js';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import { temporaryFolder } from '../testing/running.js';
import { readConfig } from './config.js';
import type { Dealtrail } from './open-dealtrail.js';
import { openDealtrail } from './open-dealtrail.js';
import { checkStored } from './open-stores.js';
import { serveBesideDeciders } from './serve-protocol.js';

describe('the embedded log of a server that decides', () => {
  const folders = [temporaryFolder(), temporaryFolder()];
  afterAll(() => folders.forEach((folder) => folder.remove()));
  const open = (which: number, environment: Record<string, string> = {}): Promise<Dealtrail> =>
    openDealtrail(readConfig(environment, { dataDir: folders[which]?.folder ?? '' }), { mode: 'owner' });

  it('is read by EventStoreDB clients under the same positions, and takes nothing from them', async () => {
    const dealtrail = await open(0, { DEALTRAIL_PROTOCOL_PORT: '0' });
    const server = await serveBesideDeciders(dealtrail);
    const client = await openEventStoreDB({
      ...{ url: server?.connectionString ?? '', clock: { now: Date.now }, checkStored, keyStoreId: dealtrail.keyStore.id, readOnly: true },
    });
    expect(await client.readAll({ limit: 100 })).toEqual(await dealtrail.eventStore.readAll({ limit: 100 }));
    const [first] = (await client.readAll({ limit: 1 })).events;
    const event = { eventId: crypto.randomUUID() as EventId, type: 'LogMoved', data: { to: 'me' } };
    await expect(
      client.append(streamName('log', 'identity'), 'any', [{ ...event, metadata: Buffer.from(first?.metadata ?? '') }]),
    ).rejects.toThrow(/denies access/);
    await client.close();
    await server?.stop();
    await dealtrail.close();
  });

  it('is served at another port where that which nobody asked for is taken, and nowhere when it is off', async () => {
    const [one, two] = [await open(0), await open(1)];
    const [first, second] = [await serveBesideDeciders(one), await serveBesideDeciders(two)];
    expect(first?.port).not.toBe(second?.port);
    await first?.stop();
    await second?.stop();
    await two.close();
    const off = await open(1, { DEALTRAIL_PROTOCOL_PORT: 'off' });
    expect(await serveBesideDeciders(off)).toBeNull();
    await off.close();
    await one.close();
  });
});
