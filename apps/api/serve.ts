import { readFileSync } from 'node:fs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Metrics } from '../../libs/observability/metrics.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { openAccess, readTls } from '../wiring/open-access.js';
import { createApi } from './create-api.js';
import { Gate } from './gate.js';
import { readinessOf } from './health/readiness.js';
import type { FeedOptions } from './parts.js';
import type { Readiness } from '../wiring/watch-port.js';

const FEED: FeedOptions = { heartbeatMs: 15_000 };

/** Of package.json, which stands beside `dist`, and two folders up from the sources. */
function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version; // npm demands one
    } catch {
      continue;
    }
  }
  return 'unknown';
}

export interface ServeOptions {
  readonly dealtrail: Dealtrail;
  readonly log: Logger;
  /** Default: of this server alone. */
  readonly metrics?: Metrics;
  readonly tracing?: Tracing | null;
  readonly feed?: FeedOptions;
  readonly beside?: readonly (new () => object)[];
  /** How long a stranger may go on sending once it has been refused, in ms. */
  readonly lingerMs?: number;
}

export interface Server {
  readonly app: NestFastifyApplication;
  readonly address: string;
  readonly gate: Gate;
  readonly readiness: Readiness;
  close(): Promise<void>;
}

/** Listens, and says where. @throws where the port is taken; ConfigError */
export async function serve({
  dealtrail,
  log,
  metrics = new Metrics(),
  tracing = null,
  feed = FEED,
  beside = [],
  lingerMs,
}: ServeOptions): Promise<Server> {
  const { config } = dealtrail;
  const gate = new Gate();
  const readiness = readinessOf(dealtrail, gate);
  const note = (fault: Error): void => log.error({ err: fault }, 'access');
  const app = await createApi({
    gate,
    authenticator: await openAccess(config, { clock: { now: () => Date.now() }, note }),
    tls: readTls(config),
    parts: { dealtrail, readiness, feed, log, metrics },
    tracing,
    version: version(),
    beside,
    ...(lingerMs === undefined ? {} : { lingerMs }),
  });
  await app.listen(config.port, config.listen);
  return { app, gate, readiness, address: await app.getUrl(), close: () => app.close() };
}
