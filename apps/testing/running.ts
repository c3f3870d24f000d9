import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Gate } from '../api/gate.js';
import type { FeedOptions } from '../api/parts.js';
import { serve } from '../api/serve.js';
import { Metrics } from '../../libs/observability/metrics.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import type { Config } from '../wiring/config.js';
import { readConfig } from '../wiring/config.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { openDealtrail } from '../wiring/open-dealtrail.js';
import type { Call, Exchange } from './http.js';
import { exchange } from './http.js';

/** A request of a contact and a company that are registered already. */
export const REQUEST = {
  contact: { id: 'p-1' },
  company: { id: 'c-1' },
  summary: 'a request',
  source: { kind: 'unknown' },
  origin: { kind: 'spontaneous' },
  receivedBy: { employeeId: 'e-1', department: 'sales' },
};

/** A whole server on a data directory of its own, asked over HTTP. */
export interface Running {
  readonly config: Config;
  readonly dealtrail: Dealtrail;
  readonly base: string;
  readonly gate: Gate;
  ask(path: string, call?: Call): Promise<Exchange>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Exchange>;
  stop(): Promise<void>;
}

export function temporaryFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'dealtrail-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface RunOptions {
  readonly feed?: FeedOptions;
  readonly indexed?: boolean;
  /** As `npm start` has it: log and read models are written, and reports that follow deals made, in threads of their own. */
  readonly threads?: boolean;
  /** Beside `PORT=0`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly log?: Logger;
  readonly lingerMs?: number;
  readonly checkFilesMs?: number;
  readonly tracing?: Tracing;
}

export async function runServer(dataDir: string, options: RunOptions = {}): Promise<Running> {
  const {
    environment = {},
    indexed = false,
    threads = false,
    log = pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    tracing = null,
    ...rest
  } = options;
  const config = readConfig({ PORT: '0', ...environment }, { dataDir });
  const observability = { metrics: new Metrics(), tracing, log };
  const dealtrail = await openDealtrail(config, {
    ...{ mode: 'owner', indexed, observability },
    ...(threads ? { threads: 'log and models', reportThread: true } : {}),
  });
  dealtrail.projector?.start();
  const server = await serve({ dealtrail, ...observability, ...rest }).catch(async (error: unknown) => {
    await dealtrail.close();
    throw error;
  });
  const base = server.address;
  return {
    config,
    dealtrail,
    base,
    gate: server.gate,
    ask: (path, call) => exchange(base, path, call),
    post: (path, body, headers = {}) => exchange(base, path, { method: 'POST', body, headers }),
    async stop() {
      await server.close();
      await dealtrail.close();
    },
  };
}
