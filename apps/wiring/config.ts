import { resolve } from 'node:path';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import { TimeNotUnderstood, reportZone } from '../../libs/reporting/time/report-zone.js';
import type { AccessConfig, TlsFiles } from './access-config.js';
import { accessOf, listenAddress, tlsOf, tokenOf } from './access-config.js';
import { filesOf } from './files.js';
import type { ObservingConfig } from './observing-config.js';
import { observingOf } from './observing-config.js';
import type { Environment, ValueOf, Variable } from './variables.js';
import { ConfigError, VARIABLES, valuesOf, wrong } from './variables.js';

export { isLoopback } from './access-config.js';
export { ConfigError, VARIABLES } from './variables.js';

/** What the environment says, checked. Options of the command line stand before it. */
export interface Config {
  /** Absolute. */
  readonly dataDir: string;
  /** 0: any free port. */
  readonly port: number;
  readonly listen: string;
  readonly timeZone: ReportZone;
  readonly streamPrefix: string;
  /** Deals of the demo company that an empty log starts with; 0: none. */
  readonly demoDeals: number;
  /** Null: the log is embedded. */
  readonly eventStoreUrl: string | null;
  /** Null: read models and keys are embedded. */
  readonly mongoUrl: string | null;
  /** What wraps the keys on MongoDB. */
  readonly masterKey: MasterKeySource;
  /** Of each large read model on MongoDB. */
  readonly partitions: number;
  /** Of deals, in the memory of a server, for reports that follow deals. */
  readonly keptRows: number;
  /** Where `npm start` serves the embedded log to EventStoreDB clients; null: nowhere. */
  readonly protocolPort: ProtocolPort | null;
  /** Null: whoever reaches the server may do everything; it then listens on loopback only. */
  readonly access: AccessConfig | null;
  /** Null: the server speaks clear text. */
  readonly tls: TlsFiles | null;
  /** What the command line shows a server; never logged. */
  readonly token: string | null;
  readonly observing: ObservingConfig;
}

export interface ProtocolPort {
  /** 0: any free port. */
  readonly port: number;
  /** Nobody asked for this very port: where it is taken another one does. */
  readonly orAnother: boolean;
}

/** `unnamed`: the environment names none, and a file of the data directory is taken, which is made with the keys. */
export type MasterKeySource = { readonly text: string } | { readonly file: string } | { readonly unnamed: string };

/** Log and read models are both elsewhere, so the data directory holds nothing that is to be owned. */
export function isShared({ eventStoreUrl, mongoUrl }: Pick<Config, 'eventStoreUrl' | 'mongoUrl'>): boolean {
  return eventStoreUrl !== null && mongoUrl !== null;
}

/** Whether log and read models both lie in the data directory. */
export function isEmbedded({ eventStoreUrl, mongoUrl }: Pick<Config, 'eventStoreUrl' | 'mongoUrl'>): boolean {
  return eventStoreUrl === null && mongoUrl === null;
}

export const DEFAULT_DEMO_DEALS = 2_000;
const MOST_DEMO_DEALS = 1_000_000;

function wholeNumber(text: string, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number <= most ? number : undefined;
}

function demoDeals(text: string): number {
  if (text === 'on') return DEFAULT_DEMO_DEALS;
  if (text === 'off') return 0;
  const deals = wholeNumber(text, MOST_DEMO_DEALS);
  if (deals === undefined || deals === 0)
    throw wrong(VARIABLES.demo, text, `neither on nor off nor a number of deals up to ${MOST_DEMO_DEALS}`);
  return deals;
}

function zone(text: string): ReportZone {
  try {
    return reportZone(text);
  } catch (error) {
    if (error instanceof TimeNotUnderstood) throw wrong(VARIABLES.timeZone, text, 'no time zone; name one such as Europe/Amsterdam or UTC');
    throw error;
  }
}

/** What a process that only projects is told. */
export interface ProjectorConfig {
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  readonly streamPrefix: string;
  readonly partitions: number;
  readonly observing: ObservingConfig;
}

/** @throws ConfigError */
export function readProjectorConfig(environment: Environment): ProjectorConfig {
  const value = valuesOf(environment);
  const eventStoreUrl = address(VARIABLES.eventStoreUrl, value);
  const mongoUrl = address(VARIABLES.mongoUrl, value);
  for (const [url, variable] of [
    [eventStoreUrl, VARIABLES.eventStoreUrl],
    [mongoUrl, VARIABLES.mongoUrl],
  ] as const) {
    if (url === null) throw wrong(variable, '', `none: a projector of its own needs it, ${variable.meaning}`);
  }
  return {
    eventStoreUrl: eventStoreUrl ?? '',
    mongoUrl: mongoUrl ?? '',
    streamPrefix: prefixOf(value(VARIABLES.streamPrefix)),
    partitions: partitionsOf(value(VARIABLES.partitions)),
    observing: observingOf(value),
  };
}

const SCHEMES = [
  [VARIABLES.eventStoreUrl, /^esdb(\+discover)?:\/\/\S+$/],
  [VARIABLES.mongoUrl, /^mongodb(\+srv)?:\/\/\S+$/],
] as const;

/** Only its form: whether somebody answers there shows when it is opened. What is shown of a wrong one holds no password. */
function address(variable: Variable, value: ValueOf): string | null {
  const text = value(variable);
  if (text === '') return null;
  const fits = SCHEMES.every(([one, scheme]) => one.name !== variable.name || scheme.test(text));
  if (!fits) throw wrong(variable, text.replace(/\/\/[^@/]*@/, '//'), `no connection string: ${variable.meaning}`);
  return text;
}

function partitionsOf(text: string): number {
  const number = wholeNumber(text, 64);
  if (number === undefined || number === 0) throw wrong(VARIABLES.partitions, text, 'no number of partitions; use 1 to 64');
  return number;
}

function keptRowsOf(text: string): number {
  const number = wholeNumber(text, 999_999_999);
  if (number === undefined) throw wrong(VARIABLES.keptRows, text, 'no number of rows; use 0 to 999999999');
  return number;
}

function masterKeyOf(value: ValueOf, dataDir: string): MasterKeySource {
  const [text, file] = [value(VARIABLES.masterKey), value(VARIABLES.masterKeyFile)];
  if (text !== '' && file !== '')
    throw new ConfigError(`environment variables ${VARIABLES.masterKey.name} and ${VARIABLES.masterKeyFile.name}: set one of them`);
  if (text !== '') return { text };
  return file === '' ? { unnamed: filesOf(dataDir).masterKey } : { file: resolve(file) };
}

/** It knows no tokens: where callers must show one, it is served only if that is asked for. */
function protocolPort(asked: string | undefined, access: AccessConfig | null): ProtocolPort | null {
  if (asked === 'off' || (!asked && access !== null)) return null;
  const text = asked || VARIABLES.protocolPort.fallback;
  const port = wholeNumber(text, 65_535);
  if (port === undefined) throw wrong(VARIABLES.protocolPort, text, 'no port; use 0 to 65535, or off');
  return { port, orAnother: !asked };
}

function prefixOf(text: string): string {
  if (!/^[A-Za-z0-9]{0,40}$/.test(text)) throw wrong(VARIABLES.streamPrefix, text, 'not made of up to 40 letters and digits');
  return text;
}

/**
 * Reads and checks the environment; `dataDir` of the command line stands before `DEALTRAIL_DATA_DIR`.
 * A `DEALTRAIL_` variable that nobody reads is a typing mistake and stops too.
 * @throws ConfigError
 */
export function readConfig(environment: Environment, options: { readonly dataDir?: string } = {}): Config {
  const known = new Set<string>(Object.values(VARIABLES).map(({ name }) => name));
  for (const name of Object.keys(environment)) {
    if (name.startsWith('DEALTRAIL_') && !known.has(name))
      throw new ConfigError(`environment variable ${name}: there is none of that name; there are ${[...known].join(', ')}`);
  }
  const value = valuesOf(environment);
  const port = wholeNumber(value(VARIABLES.port), 65_535);
  if (port === undefined) throw wrong(VARIABLES.port, value(VARIABLES.port), 'no port; use 0 to 65535');
  const dataDir = resolve(options.dataDir ?? value(VARIABLES.dataDir));
  const eventStoreUrl = address(VARIABLES.eventStoreUrl, value);
  const access = accessOf(value);
  return {
    dataDir,
    port,
    listen: listenAddress(value(VARIABLES.listen), access),
    timeZone: zone(value(VARIABLES.timeZone)),
    streamPrefix: prefixOf(value(VARIABLES.streamPrefix)),
    // A log that others may share is told no story unless that is asked for.
    demoDeals: demoDeals(environment[VARIABLES.demo.name] || (eventStoreUrl === null ? VARIABLES.demo.fallback : 'off')),
    eventStoreUrl,
    mongoUrl: address(VARIABLES.mongoUrl, value),
    masterKey: masterKeyOf(value, dataDir),
    partitions: partitionsOf(value(VARIABLES.partitions)),
    keptRows: keptRowsOf(value(VARIABLES.keptRows)),
    protocolPort: protocolPort(environment[VARIABLES.protocolPort.name], access),
    access,
    tls: tlsOf(value),
    token: tokenOf(value(VARIABLES.token)),
    observing: observingOf(value),
  };
}
