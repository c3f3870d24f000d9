import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { javaIsThere, jarsOf, testingSources } from './java-jars.js';

export interface MongoServer {
  /** Without a database's name and without a slash at the end. */
  readonly url: string;
  /** What was found, for people. */
  readonly kind: string;
  /** Ends it in order; its data stay until `remove`. */
  stop(): Promise<void>;
  /** Ends it as a power cut does. Undefined where the server is not ours to end. */
  readonly kill?: () => Promise<void>;
  /** Starts it again on the same data, at another address; undefined where it is not ours. */
  readonly restart?: () => Promise<MongoServer>;
  /** Of one that is stopped: keeps its data as they are now. What it returns brings them back, when it is stopped or killed: a server that lost what it had acknowledged. */
  readonly keepData?: () => () => void;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** How a server of a kind is started on a folder: the process, and the port it listens at. */
type Start = (folder: string) => Promise<{ process: ChildProcess; port: number }>;

/**
 * A MongoDB for a test, in this order: the one at `MONGODB_URL`; a `mongod` on the PATH; mongo-java-server, where Java 17 and Maven are there.
 * Where nothing is found, a sentence that says what is missing.
 */
export async function findMongoServer(): Promise<MongoServer | { readonly missing: string }> {
  const url = process.env['MONGODB_URL'];
  if (url !== undefined && url !== '')
    return { url: withoutDatabase(url), kind: 'MONGODB_URL', stop: async () => {}, remove: async () => {} };
  if (runs('mongod', '--version')) return startOn(mkdtempSync(join(tmpdir(), 'dealtrail-mongo-')), 'mongod', startMongod);
  if (!javaIsThere()) {
    return { missing: 'no MongoDB for these tests: set MONGODB_URL, or put mongod, or Java 17 and Maven, on the PATH' };
  }
  const jars = await jarsOf('mongo-server');
  const start: Start = (folder) => startJava(jars, folder);
  return startOn(mkdtempSync(join(tmpdir(), 'dealtrail-mongo-')), 'mongo-java-server', start);
}

function withoutDatabase(url: string): string {
  return url.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+).*$/, '$1');
}

function runs(command: string, argument: string): boolean {
  return spawnSync(command, [argument]).status === 0;
}

async function startOn(folder: string, kind: string, start: Start): Promise<MongoServer> {
  const { process: server, port } = await start(folder);
  const gone = new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    if (server.exitCode !== null || server.signalCode !== null) resolve();
  });
  const stop = async () => {
    server.stdin?.end();
    if (kind === 'mongod') server.kill('SIGTERM');
    await gone;
  };
  return {
    url: `mongodb://127.0.0.1:${port}`,
    kind,
    stop,
    kill: async () => {
      server.kill('SIGKILL');
      await gone;
    },
    restart: () => startOn(folder, kind, start),
    keepData: () => {
      const kept = `${folder}.kept`;
      rmSync(kept, { recursive: true, force: true });
      cpSync(folder, kept, { recursive: true });
      return () => {
        rmSync(folder, { recursive: true });
        cpSync(kept, folder, { recursive: true });
      };
    },
    remove: async () => {
      await stop();
      for (const one of [folder, `${folder}.kept`]) rmSync(one, { recursive: true, force: true });
    },
  };
}

const startMongod: Start = async (folder) => {
  const port = await freePort();
  const server = spawn('mongod', ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await lineOf(server, /[Ww]aiting for connections/);
  return { process: server, port };
};

async function startJava(jars: string, folder: string): ReturnType<Start> {
  const main = join(testingSources, 'mongo-server', 'MongoServerForTests.java');
  const server = spawn(
    'java',
    ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), main, join(folder, 'rows.h2'), '0'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  return { process: server, port: Number((await lineOf(server, /^port (\d+)/))[1]) };
}

/** The first line that fits. @throws where the process ends before. */
async function lineOf(server: ChildProcess, fits: RegExp): Promise<RegExpExecArray> {
  if (server.stdout === null) throw new Error('a server that says nothing');
  for await (const line of createInterface({ input: server.stdout })) {
    const found = fits.exec(line);
    if (found === null) continue;
    server.stdout.resume();
    return found;
  }
  throw new Error(`the MongoDB for the tests ended with ${server.exitCode ?? server.signalCode ?? 'nothing said'}`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
