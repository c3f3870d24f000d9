import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { findMongoServer } from '../../testing/mongo-server.js';
import { DEALS, all, batchOf, checkpointAt, dealRow, end, insert } from '../contract/deals.contract.js';
import { describeReadStoreContract } from '../contract/read-store.contract.js';
import type { ContractOptions } from '../contract/open-store.js';
import type { ReadStore } from '../read-store.port.js';
import { openMongoReadStore } from './mongo-read-store.js';

const server = await findMongoServer();
const skip = 'missing' in server;
if (skip) process.stderr.write(`read store on MongoDB: tests skipped, ${server.missing}\n`);
const url = skip ? '' : server.url;
afterAll(() => (skip ? undefined : server.remove()));

describeReadStoreContract(
  'MongoDB',
  async (options) => {
    const address = `${url}/test_${randomUUID().slice(0, 8)}`;
    const opened: ReadStore[] = [];
    const another = async (own: ContractOptions = {}) => {
      const store = await openMongoReadStore({ url: address, pageRows: 97, bulkOperations: 50, ...own });
      opened.push(store);
      return store;
    };
    return {
      store: await another(options),
      another,
      remove: async () => {
        for (const store of opened.splice(0)) await store.close();
        await withClient(address, (client) => client.db().dropDatabase());
      },
    };
  },
  { skip },
);

async function withClient<T>(address: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(address);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

(skip ? describe.skip : describe)('the read store on MongoDB', () => {
  const address = () => `${url}/test_${randomUUID().slice(0, 8)}`;

  it('makes its indexes at the start', async () => {
    const at = address();
    const store = await openMongoReadStore({ url: at });
    await store.prepare(DEALS);
    const names = await withClient(at, async (client) =>
      (await client.db().collection('contract-deals_v1').listIndexes().toArray()).map((index) => String(index['name'])).sort(),
    );
    expect(names).toEqual(['_id_', 'endedBy', 'entity', 'owner', 'registeredAt_entity', 'withdrawnBy']);
    await store.close();
  });

  it('keeps whole numbers beyond 32 bits exact, as whole numbers', async () => {
    const at = address();
    const store = await openMongoReadStore({ url: at });
    await store.prepare(DEALS);
    await store.commit([batchOf(5_000_000_000, [insert(dealRow('d1', 4_999_999_999, { minor: Number.MAX_SAFE_INTEGER }))])]);
    const types = await withClient(at, async (client) => {
      const found = await client.db().collection('contract-deals_v1').findOne({}, { promoteLongs: false });
      return ['minor', 'openedBy', 'validFrom', 'ordinal'].map((name) => [name, found?.[name]?.constructor.name, String(found?.[name])]);
    });
    expect(types).toEqual([
      ['minor', 'Long', '9007199254740991'],
      ['openedBy', 'Long', '4999999999'],
      ['validFrom', 'Long', '4999999999000'],
      ['ordinal', 'Number', '0'],
    ]);
    expect(await store.checkpoint(DEALS, 0)).toEqual(checkpointAt(5_000_000_000));
    await store.close();
  });

  it('refuses a value that does not fit its column', async () => {
    const store = await openMongoReadStore({ url: address() });
    await store.prepare(DEALS);
    const wrong = store.commit([batchOf(1, [insert(dealRow('d1', 1, { minor: 'a lot' }))])]);
    await expect(wrong).rejects.toThrow('minor of contract-deals is no integer: "a lot"');
    expect(await store.checkpoint(DEALS, 0)).toBeNull();
    await store.close();
  });

  it('says where it cannot be reached, without the password', async () => {
    const nobody = openMongoReadStore({ url: 'mongodb://anna:secret@127.0.0.1:9/rows', timeoutMs: 200 });
    await expect(nobody).rejects.toMatchObject({ name: 'ReadStoreUnavailable' });
    await expect(nobody).rejects.toThrow(/^the read store mongodb:\/\/127\.0\.0\.1:9\/rows cannot be reached/);
  });

  it('goes on from its checkpoint when the server was killed and lost its last writes', async () => {
    const own = await findMongoServer();
    if ('missing' in own || own.kill === undefined || own.restart === undefined || own.keepData === undefined) {
      process.stderr.write('read store on MongoDB: a server that is not ours is not killed\n');
      return;
    }
    const steps = Array.from({ length: 60 }, (_, index) => {
      const [position, deal] = [index + 1, `d${index % 7}`];
      const before = position > 7 ? [end(dealRow(deal, position - 7), position)] : [];
      return batchOf(position, [...before, insert(dealRow(deal, position))]);
    });
    const begun = await openMongoReadStore({ url: `${own.url}/rows` });
    await begun.prepare(DEALS);
    for (const step of steps.slice(0, 25)) await begun.commit([step]);
    await begun.close();
    await own.stop();
    const bringBack = own.keepData();
    const running = await own.restart();
    const first = await openMongoReadStore({ url: `${running.url}/rows`, timeoutMs: 1_000 });
    for (const step of steps.slice(25, 40)) await first.commit([step]);
    await running.kill?.();
    // What this server loses when it is killed need not be its last writes only: it saves rows and checkpoints one after the other. So what is lost is chosen here.
    bringBack();
    await expect(first.checkpoint(DEALS, 0)).rejects.toMatchObject({ name: 'ReadStoreUnavailable' });
    await first.close();

    const again = await own.restart();
    const store = await openMongoReadStore({ url: `${again.url}/rows` });
    await store.prepare(DEALS);
    const checkpoint = await store.checkpoint(DEALS, 0);
    const reached = Number(checkpoint?.position ?? 0);
    expect(reached).toBe(25);
    for (const step of steps.slice(reached)) await store.commit([step]);
    const whole = steps.map((_, index) => {
      const position = index + 1;
      const ended = position + 7 <= 60 ? { validTo: (position + 7) * 1_000, endedBy: position + 7 } : {};
      return dealRow(`d${index % 7}`, position, ended);
    });
    expect(await all(store.rowsKnownAt(DEALS, 60))).toEqual(whole);
    await store.close();
    await again.remove();
  });
});
