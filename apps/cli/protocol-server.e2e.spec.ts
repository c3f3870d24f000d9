import { scryptSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { certificateFiles } from '../testing/certificate.js';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';

/** An address of this machine that is not loopback; loopback where it has none. */
const OUTSIDE =
  Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address ?? '127.0.0.1';

describe('the protocol server beyond loopback', () => {
  const data = temporaryFolder();
  const [certificate, key, users] = ['certificate.pem', 'key.pem', 'users.json'].map((name) => join(data.folder, name)) as [
    string,
    string,
    string,
  ];
  const at = ['protocol-server', '--data-dir', join(data.folder, 'data'), '--port', '0'];
  const files = ['--tls-cert', certificate, '--tls-key', key, '--users', users];
  const serve = (...options: readonly string[]) => startProcess('apps/cli/main.js', [...at, ...options], {});
  beforeAll(async () => {
    await certificateFiles(data.folder, OUTSIDE);
    const salt = Buffer.alloc(16, 1);
    const password = `scrypt:${salt.toString('base64')}:${scryptSync('right', salt, 32).toString('base64')}`;
    writeFileSync(users, JSON.stringify({ users: [{ name: 'crm', password, write: true }] }));
  });
  afterAll(() => data.remove());

  it('serves a client that knows the certificate and a password, and no other', async () => {
    const server = serve('--listen', '0.0.0.0', '--advertise', OUTSIDE, ...files);
    const [, host = '', port = ''] = await server.says(/served at esdb:\/\/(\S+):(\d+)\?tls=true /);
    expect(host).toBe(OUTSIDE);
    const client = (password: string) =>
      EventStoreDBClient.connectionString(`esdb://crm:${password}@${host}:${port}?tls=true&tlsCaFile=${encodeURIComponent(certificate)}`);
    const [known, stranger] = [client('right'), client('wrong')];
    await known.appendToStream('notes-1', jsonEvent({ type: 'NoteTaken', data: { text: 'over TLS' } }));
    const read: string[] = [];
    for await (const { event } of known.readStream('notes-1')) read.push(event?.type ?? '');
    expect(read).toEqual(['NoteTaken']);
    await expect(stranger.appendToStream('notes-1', jsonEvent({ type: 'NoteTaken', data: {} }))).rejects.toMatchObject({
      type: 'access-denied',
    });
    const clear = EventStoreDBClient.connectionString(`esdb://${host}:${port}?tls=false&maxDiscoverAttempts=1`);
    await expect(clear.appendToStream('notes-1', jsonEvent({ type: 'NoteTaken', data: {} }))).rejects.toThrow();
    await Promise.all([known, stranger, clear].map((each) => each.dispose()));
    server.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }, 60_000);

  it.each([
    ['no TLS and users', ['--listen', '0.0.0.0'], "'0.0.0.0' is beyond loopback, and the log is served there only with TLS and users"],
    ['users alone', ['--users', users], 'TLS and users come together: name --tls-cert, --tls-key and --users, or none of them'],
    [
      'a file that is not there',
      ['--listen', '0.0.0.0', ...files.slice(0, 5), '/no/users.json'],
      "ENOENT: no such file or directory, open '/no/users.json'",
    ],
    [
      'a key that is none',
      ['--tls-cert', certificate, '--tls-key', users, '--users', users],
      'EventStoreDB clients cannot be served over TLS: ',
    ],
  ])('does not start with %s, and says so in one line', async (_, options, line) => {
    const { code, out, err } = await serve(...options).ended;
    expect([code, out, err]).toEqual([2, '', expect.stringMatching(/^dealtrail: [^\n]+\n$/)]);
    expect(err).toContain(line);
  });
});
