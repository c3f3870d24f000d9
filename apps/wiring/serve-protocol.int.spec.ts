import { randomBytes, scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { streamName } from '../../libs/domain/shared/ids.js';
import type { EventId } from '../../libs/domain/shared/ids.js';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import type { ProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { eventually } from '../../libs/testing/projecting.js';
import { certificateFiles } from '../testing/certificate.js';
import { temporaryFolder } from '../testing/running.js';
import { readConfig } from './config.js';
import type { Dealtrail } from './open-dealtrail.js';
import { openDealtrail } from './open-dealtrail.js';
import { checkStored } from './open-stores.js';
import { serveBesideDeciders, serveLogAlone } from './serve-protocol.js';

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

describe('the embedded log served alone, with TLS and users', () => {
  const { folder, remove } = temporaryFolder();
  const dataDir = folder;
  const usersFile = join(folder, 'users.json');
  const clients: EventStoreDBClient[] = [];
  const told: string[] = [];
  let server: ProtocolServer;

  function writeUser(password: string): void {
    const salt = randomBytes(16);
    const hash = scryptSync(password, salt, 32);
    const users = [{ name: 'root', password: `scrypt:${salt.toString('base64')}:${hash.toString('base64')}`, groups: ['$admins'] }];
    writeFileSync(usersFile, JSON.stringify({ users }));
  }
  /** By a client of its own: a client that was refused at TLS keeps its channel. */
  async function reads(password: string): Promise<boolean> {
    const ca = encodeURIComponent(join(folder, 'certificate.pem'));
    const client = EventStoreDBClient.connectionString(`esdb://root:${password}@127.0.0.1:${server.port}?tls=true&tlsCaFile=${ca}`);
    clients.push(client);
    try {
      for await (const _ of client.readAll({ maxCount: 1 })) break;
      return true;
    } catch {
      return false;
    }
  }

  afterAll(async () => {
    for (const client of clients) void client.dispose();
    await server.stop();
    remove();
  });

  it('knows other users and shows a renewed certificate without a restart; a file that cannot be used changes nothing', async () => {
    const { certificate, key } = await certificateFiles(folder, '127.0.0.1');
    writeUser('first');
    server = await serveLogAlone(readConfig({}, { dataDir }), {
      ...{ port: 0, access: { certificateFile: certificate, keyFile: key, usersFile } },
      ...{ checkFilesMs: 5, onFault: ({ message }) => void told.push(message) },
    });
    expect([await reads('first'), await reads('second')]).toEqual([true, false]);
    writeFileSync(usersFile, '{');
    await eventually('the fault is told', () => Promise.resolve(told.length > 0));
    expect(told).toEqual([expect.stringContaining('EventStoreDB clients cannot be served over TLS')]);
    expect(await reads('first')).toBe(true);
    writeUser('second');
    await eventually('the new password holds', async () => reads('second'));
    expect(await reads('first')).toBe(false);
    await certificateFiles(folder, '127.0.0.1'); // clients trust it alone from here on
    await eventually('the new certificate is shown', async () => reads('second'));
  });
});
