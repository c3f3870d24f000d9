import type { Logger } from 'pino';
import { Metrics } from '../../libs/observability/metrics.js';
import { startTracing } from '../../libs/observability/start-tracing.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import { openLog } from './log.js';
import type { ObservingConfig } from './observing-config.js';

/** What a process tells those who watch it. */
export interface Observability {
  readonly metrics: Metrics;
  /** Null: no traces. */
  readonly tracing: Tracing | null;
  readonly log: Logger;
}

/** Of a whole process, once. @param service its name in logs and traces */
export async function openObservability({ logLevel, traces }: ObservingConfig, service: string): Promise<Observability> {
  return {
    metrics: new Metrics({ ofProcess: true }),
    tracing: traces ? await startTracing(service) : null,
    log: openLog(service, logLevel),
  };
}
