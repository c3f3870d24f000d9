import { isIP } from 'node:net';
import type { ValueOf } from './variables.js';
import { VARIABLES, wrong } from './variables.js';

/** How a process may be watched. */
export interface ObservingConfig {
  /** Where it tells metrics and health apart from the API; null: nowhere. */
  readonly metricsAt: { readonly host: string; readonly port: number } | null;
  readonly logLevel: LogLevel;
  /** Traces are sent; where to, the exporter reads by itself. */
  readonly traces: boolean;
  /** How long it goes on answering after SIGTERM, saying that it is not ready. */
  readonly drainMs: number;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MOST_DRAIN_SECONDS = 300;

/** @throws ConfigError */
export function observingOf(value: ValueOf): ObservingConfig {
  const level = value(VARIABLES.logLevel);
  const logLevel = LOG_LEVELS.find((one) => one === level);
  if (logLevel === undefined) throw wrong(VARIABLES.logLevel, level, `no level; use ${LOG_LEVELS.join(', ')}`);
  const seconds = value(VARIABLES.drain);
  if (!/^\d{1,3}$/.test(seconds) || Number(seconds) > MOST_DRAIN_SECONDS)
    throw wrong(VARIABLES.drain, seconds, `no number of seconds; use 0 to ${MOST_DRAIN_SECONDS}`);
  const endpoint = value(VARIABLES.otlpEndpoint);
  if (endpoint !== '' && !/^https?:\/\/\S+$/.test(endpoint))
    throw wrong(VARIABLES.otlpEndpoint, endpoint, 'no address; use http://host:port');
  return { metricsAt: metricsAt(value(VARIABLES.metricsPort)), logLevel, traces: endpoint !== '', drainMs: Number(seconds) * 1000 };
}

function metricsAt(text: string): ObservingConfig['metricsAt'] {
  if (text === 'off') return null;
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '127.0.0.1';
  const port = Number(digits);
  const isHost = bracketed === undefined ? /^[A-Za-z0-9.-]+$/.test(host) : isIP(bracketed) === 6;
  if (digits === undefined || port > 65_535 || !isHost)
    throw wrong(VARIABLES.metricsPort, text, 'neither off, nor a port, nor host:port such as 0.0.0.0:9464');
  return { host, port };
}
