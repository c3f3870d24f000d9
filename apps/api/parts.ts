import type { Logger } from 'pino';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import type { Metrics } from '../../libs/observability/metrics.js';
import type { Readiness } from '../wiring/watch-port.js';

// What controllers are handed by Nest, by name.
export const COMMAND_HANDLING = Symbol('CommandHandling');
export const ANSWERS = Symbol('Answers');
export const EVENT_STORE = Symbol('EventStore');
export const KEY_STORE = Symbol('KeyStore');
export const READINESS = Symbol('Readiness');
export const FEED_OPTIONS = Symbol('FeedOptions');
export const LOG = Symbol('Log');
export const METRICS = Symbol('Metrics');
export const DEALTRAIL = Symbol('Dealtrail');

export interface FeedOptions {
  /** A comment after so long without an event, so that both sides see that the connection is there. */
  readonly heartbeatMs: number;
}

/** Everything the HTTP server stands on. */
export interface ApiParts {
  readonly dealtrail: Dealtrail;
  readonly readiness: Readiness;
  readonly feed: FeedOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
}
