// Aims the contract and end-to-end suites at a real EventStoreDB and a real MongoDB: those that docker/compose.test.yaml starts, or the ones at EVENTSTORE_URL
// and MONGODB_URL. Where nobody listens it says so in a line and ends with 2; it never falls back to servers that the suites would start by themselves.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const aims = {
  EVENTSTORE_URL: process.env.EVENTSTORE_URL || 'esdb://127.0.0.1:2113?tls=false',
  MONGODB_URL: process.env.MONGODB_URL || 'mongodb://127.0.0.1:27017',
};
const PORTS = { EVENTSTORE_URL: 2113, MONGODB_URL: 27017 };
const PATIENCE_MS = 5_000;

/** Whether one of the hosts that a connection string names takes a connection. */
async function listens(name) {
  const [, hosts = ''] = /^[a-z+]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(aims[name]) ?? [];
  const tries = hosts.split(',').map((host) => {
    const [, address = '', port = String(PORTS[name])] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(host) ?? [];
    return new Promise((resolve) => {
      const socket = connect({ host: address, port: Number(port), timeout: PATIENCE_MS });
      const tell = (yes) => (socket.destroy(), resolve(yes));
      socket
        .once('connect', () => tell(true))
        .once('timeout', () => tell(false))
        .once('error', () => tell(false));
    });
  });
  return (await Promise.all(tries)).includes(true);
}

const silent = [];
for (const name of Object.keys(aims)) if (!(await listens(name))) silent.push(`${name} (${aims[name].replace(/\/\/[^@/]*@/, '//')})`);
if (silent.length > 0) {
  console.error(`nobody listens at ${silent.join(' and ')}: docker compose -f docker/compose.test.yaml up --detach --wait`);
  process.exit(2);
}

const SUITES = [
  'event-store.int.spec',
  'read-store.int.spec',
  'key-store.int.spec',
  'apps/testing/shared-stores.e2e.spec',
  'apps/projector',
];
const run = (args) => spawnSync('npm', ['run', ...args], { cwd: root, env: { ...process.env, ...aims }, stdio: 'inherit' }).status ?? 1;
process.exit(run(['build']) || run(['jest', '--', ...SUITES, ...process.argv.slice(2)]));
