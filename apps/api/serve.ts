import type { Server as TlsServer } from 'node:tls';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Metrics } from '../../libs/observability/metrics.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { openAccess, readTls } from '../wiring/open-access.js';
import type { ChangedFilesOptions } from '../wiring/changed-files.js';
import { useChangedFiles } from '../wiring/changed-files.js';
import type { Config } from '../wiring/config.js';
import { LEAST_TLS, createApi } from './create-api.js';
import { Gate } from './gate.js';
import { readinessOf } from './health/readiness.js';
import type { FeedOptions } from './parts.js';
import { packageVersion } from '../wiring/package-version.js';
import type { Readiness } from '../wiring/watch-port.js';

const FEED: FeedOptions = { heartbeatMs: 15_000 };

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
  /** How long a renewed certificate may go unnoticed, in ms. */
  readonly checkFilesMs?: number;
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
  checkFilesMs,
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
    version: packageVersion(),
    beside,
    ...(lingerMs === undefined ? {} : { lingerMs }),
  });
  await app.listen(config.port, config.listen);
  const stopLooking = renewCertificate(app, config, { onFault: note, ...(checkFilesMs === undefined ? {} : { everyMs: checkFilesMs }) });
  const close = (): Promise<void> => {
    stopLooking();
    return app.close();
  };
  return { app, gate, readiness, address: await app.getUrl(), close };
}

/** New connections are shown the certificate as it is in its file now. @returns how to stop */
function renewCertificate(app: NestFastifyApplication, config: Config, how: Pick<ChangedFilesOptions, 'onFault' | 'everyMs'>): () => void {
  if (config.tls === null) return () => undefined;
  const server = app.getHttpServer() as unknown as TlsServer; // it was made with a certificate
  const { certificateFile, keyFile } = config.tls;
  const use = (): void => server.setSecureContext({ ...readTls(config), minVersion: LEAST_TLS });
  return useChangedFiles({ files: [certificateFile, keyFile], use, ...how });
}
