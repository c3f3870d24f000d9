import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY, EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { persistentSubscriptionToStreamSettingsFromDefaults } from '@eventstore/db-client';
import { generate } from 'selfsigned';
import { openLogFile } from '../sqlite/log-file.js';
import { openServerAccess } from './access-files.js';
import { startProtocolServer } from './protocol-server.js';
import type { ProtocolServer } from './protocol-server.js';

const clock = { now: () => Date.now() };
const event = (type = 'T') => jsonEvent({ type, data: { a: 1 } });
let dir: string;
let log: ReturnType<typeof openLogFile>;
let server: ProtocolServer;
const clients: EventStoreDBClient[] = [];

/** The command that docs/protocol-server.md gives people to hash a password with. */
const HASH = /^(node -e .*)$/m.exec(readFileSync('docs/protocol-server.md', 'utf8'))?.[1] ?? 'exit 1';
const hashOf = (password: string): string => execFileSync('bash', ['-c', HASH], { input: password, encoding: 'utf8' }).trim();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dealtrail-access-'));
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true, keyEncipherment: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const users = [
    { name: 'root', password: hashOf('root-word'), write: true, groups: ['$admins'] },
    { name: 'writer', password: hashOf('writer-word'), write: true, groups: ['sales'] },
    { name: 'reader', password: hashOf('reader-word') },
  ];
  writeFileSync(join(dir, 'certificate.pem'), made.cert);
  writeFileSync(join(dir, 'key.pem'), made.private);
  writeFileSync(join(dir, 'users.json'), JSON.stringify({ users }));
  const access = openServerAccess({
    certificateFile: join(dir, 'certificate.pem'),
    keyFile: join(dir, 'key.pem'),
    usersFile: join(dir, 'users.json'),
  });
  log = openLogFile({ file: join(dir, 'log.db'), clock });
  server = await startProtocolServer({ log, clock, ownCategories: { kind: 'refused' }, host: '0.0.0.0', port: 0, access });
});

afterAll(async () => {
  for (const client of clients) await client.dispose();
  await server.stop();
  log.close();
  rmSync(dir, { recursive: true });
});

function clientOf(user: string, password = `${user}-word`): EventStoreDBClient {
  const ca = encodeURIComponent(join(dir, 'certificate.pem'));
  const client = EventStoreDBClient.connectionString(`esdb://${user}:${password}@localhost:${server.port}?tls=true&tlsCaFile=${ca}`);
  clients.push(client);
  return client;
}

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { type?: string }) => error.type ?? String(error),
  );
}

async function read(events: AsyncIterable<{ event?: { type: string }; link?: unknown }>): Promise<string> {
  const types: string[] = [];
  const all = async () => {
    for await (const resolved of events) types.push(resolved.event?.type ?? 'a link alone');
  };
  const end = await outcome(all());
  return end === 'done' ? types.join() : end;
}

describe('beyond loopback, behind TLS', () => {
  it('knows its users by their passwords only, and lets those write who have the right', async () => {
    const [writer, reader, stranger] = [clientOf('writer'), clientOf('reader'), clientOf('writer', 'guessed')];
    expect(await outcome(writer.appendToStream('open-1', event()))).toBe('done');
    expect(await outcome(reader.appendToStream('open-1', event()))).toBe('access-denied');
    expect(await outcome(reader.deleteStream('open-1', { expectedRevision: ANY }))).toBe('access-denied');
    expect(await read(reader.readStream('open-1'))).toBe('T');
    expect(await read(stranger.readStream('open-1'))).toBe('access-denied');
    const named = { credentials: { username: 'writer', password: 'wrong' } };
    expect(await outcome(stranger.appendToStream('open-1', event(), named))).toBe('access-denied');
    expect(await read(reader.readStream('open-1'))).toBe('T');
  });

  it('holds every stream to its $acl, its metadata and what links point to included', async () => {
    const [root, writer, reader] = [clientOf('root'), clientOf('writer'), clientOf('reader')];
    await root.appendToStream('closed-1', event('Secret'));
    const acl = { readRoles: ['sales'], writeRoles: ['$admins'], deleteRoles: [], metaReadRoles: ['sales'], metaWriteRoles: ['$admins'] };
    await root.setStreamMetadata('closed-1', { acl });
    expect(await read(writer.readStream('closed-1'))).toBe('Secret');
    expect(await outcome(writer.appendToStream('closed-1', event()))).toBe('access-denied');
    expect(await outcome(writer.setStreamMetadata('closed-1', {}))).toBe('access-denied');
    expect(await outcome(writer.tombstoneStream('closed-1', { expectedRevision: ANY }))).toBe('access-denied');
    expect(await outcome(writer.getStreamMetadata('closed-1'))).toBe('done');
    expect(await read(reader.readStream('closed-1'))).toBe('access-denied');
    expect(await outcome(reader.getStreamMetadata('closed-1'))).toBe('access-denied');
    await writer.appendToStream('links-1', jsonEvent({ type: '$>', data: {} }));
    await writer.appendToStream('links-2', { ...event('$>'), contentType: 'application/octet-stream', data: Buffer.from('0@closed-1') });
    expect(await read(writer.readStream('links-2', { resolveLinkTos: true }))).toBe('Secret');
    expect(await read(reader.readStream('links-2', { resolveLinkTos: true }))).toBe('a link alone');
  });

  it('keeps $all, system streams and the groups for admins, until an $acl says otherwise', async () => {
    const [root, writer] = [clientOf('root'), clientOf('writer')];
    const settings = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START });
    expect(await read(writer.readAll({ maxCount: 1 }))).toBe('access-denied');
    expect(await read(writer.subscribeToAll())).toBe('access-denied');
    expect(await outcome(writer.appendToStream('$ours', event()))).toBe('access-denied');
    expect(await outcome(writer.createPersistentSubscriptionToStream('open-1', 'g', settings))).toBe('access-denied');
    expect(await outcome(root.createPersistentSubscriptionToStream('open-1', 'g', settings))).toBe('done');
    await root.setStreamMetadata('$all', { acl: { readRoles: ['sales'] } });
    expect(await read(writer.readAll({ maxCount: 1 }))).toBe('T');
    expect(await read(clientOf('reader').readAll({ maxCount: 1 }))).toBe('access-denied');
  });

  it('looks at ten passwords of a user a minute, and at more from whoever was right before', async () => {
    let now = 0;
    const files = { certificateFile: join(dir, 'certificate.pem'), keyFile: join(dir, 'key.pem'), usersFile: join(dir, 'users.json') };
    const access = openServerAccess(files, () => now);
    expect((await access.userOf('reader', 'reader-word'))?.name).toBe('reader');
    const guess = async (name: string) => Promise.all(Array.from({ length: 12 }, (_, index) => access.userOf(name, `guess ${index}`)));
    expect((await guess('reader')).concat(await guess('writer'))).toEqual(Array.from({ length: 24 }, () => undefined));
    expect((await access.userOf('reader', 'reader-word'))?.name).toBe('reader');
    expect(await access.userOf('writer', 'writer-word')).toBeUndefined();
    now = 60_000;
    const many = await Promise.all(Array.from({ length: 40 }, () => access.userOf('writer', 'writer-word')));
    expect(many.filter((user) => user?.name === 'writer')).toHaveLength(40);
  });

  it('refuses a file of users that says something else, with the place', () => {
    const files = { certificateFile: join(dir, 'certificate.pem'), keyFile: join(dir, 'key.pem'), usersFile: join(dir, 'bad.json') };
    writeFileSync(files.usersFile, JSON.stringify({ users: [{ name: 'a', password: 'in clear' }] }));
    expect(() => openServerAccess(files)).toThrow(/bad\.json cannot be used: .* at \/users\/0\/password$/);
  });
});
