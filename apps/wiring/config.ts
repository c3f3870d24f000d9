import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import { TimeNotUnderstood, reportZone } from '../../libs/reporting/time/report-zone.js';
import { filesOf } from './files.js';

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
  /** Where `npm start` serves the embedded log to EventStoreDB clients; null: nowhere. */
  readonly protocolPort: ProtocolPort | null;
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

/** A wrong value: one line that says what is wrong and where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

interface Variable {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Every environment variable that Dealtrail reads, in one place. */
export const VARIABLES = {
  dataDir: { name: 'DEALTRAIL_DATA_DIR', fallback: '.dealtrail', meaning: 'folder of the embedded log, keys and read models' },
  port: { name: 'PORT', fallback: '3000', meaning: 'port of the HTTP server, 0 to 65535; 0 takes any free one' },
  listen: {
    name: 'DEALTRAIL_LISTEN',
    fallback: '127.0.0.1',
    meaning: 'address the server listens on; loopback only, there is no authentication',
  },
  timeZone: { name: 'DEALTRAIL_TIME_ZONE', fallback: 'UTC', meaning: 'IANA zone in which the days of reports begin and end' },
  streamPrefix: { name: 'DEALTRAIL_STREAM_PREFIX', fallback: '', meaning: 'letters and digits that stand before every stream of ours' },
  demo: {
    name: 'DEALTRAIL_DEMO',
    fallback: 'on',
    meaning: 'demo company that `npm start` loads into an empty log: on (off on EventStoreDB), off or a number of deals',
  },
  eventStoreUrl: { name: 'EVENTSTORE_URL', fallback: '', meaning: 'EventStoreDB that holds the log: esdb://…; unset: the embedded log' },
  mongoUrl: {
    name: 'MONGODB_URL',
    fallback: '',
    meaning: 'MongoDB that holds read models and keys: mongodb://…/name; unset: embedded',
  },
  masterKey: {
    name: 'DEALTRAIL_MASTER_KEY',
    fallback: '',
    meaning: 'wraps the personal-data keys on MongoDB: 32 bytes as base64 or hexadecimal digits',
  },
  masterKeyFile: {
    name: 'DEALTRAIL_MASTER_KEY_FILE',
    fallback: '',
    meaning: 'file that holds the master key; neither set: keys/master.key in the data directory, made with the first key',
  },
  protocolPort: {
    name: 'DEALTRAIL_PROTOCOL_PORT',
    fallback: '2113',
    meaning: 'loopback port at which `npm start` serves the embedded log to EventStoreDB clients; 0 takes any free one, off serves none',
  },
  partitions: {
    name: 'DEALTRAIL_PARTITIONS',
    fallback: '4',
    meaning: 'partitions, by deal, of each large read model on MongoDB that is built from now on: as many processes can share its work',
  },
} as const satisfies Record<string, Variable>;

export const DEFAULT_DEMO_DEALS = 2_000;
const MOST_DEMO_DEALS = 1_000_000;

type Environment = Readonly<Record<string, string | undefined>>;

function wrong(variable: Variable, value: string, wanted: string): ConfigError {
  return new ConfigError(`environment variable ${variable.name}: '${value}' is ${wanted}`);
}

function wholeNumber(text: string, most: number): number | undefined {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return number <= most ? number : undefined;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function listenAddress(text: string): string {
  if (isLoopback(text)) return text;
  if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))
    throw wrong(VARIABLES.listen, text, 'no address or host name');
  throw wrong(
    VARIABLES.listen,
    text,
    'beyond loopback, and Dealtrail listens there only with authentication; use 127.0.0.1, ::1 or localhost',
  );
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
}

/** @throws ConfigError */
export function readProjectorConfig(environment: Environment): ProjectorConfig {
  const value = (variable: Variable): string => environment[variable.name] || variable.fallback;
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
  };
}

const SCHEMES = [
  [VARIABLES.eventStoreUrl, /^esdb(\+discover)?:\/\/\S+$/],
  [VARIABLES.mongoUrl, /^mongodb(\+srv)?:\/\/\S+$/],
] as const;

/** Only its form: whether somebody answers there shows when it is opened. What is shown of a wrong one holds no password. */
function address(variable: Variable, value: (variable: Variable) => string): string | null {
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

function masterKeyOf(value: (variable: Variable) => string, dataDir: string): MasterKeySource {
  const [text, file] = [value(VARIABLES.masterKey), value(VARIABLES.masterKeyFile)];
  if (text !== '' && file !== '')
    throw new ConfigError(`environment variables ${VARIABLES.masterKey.name} and ${VARIABLES.masterKeyFile.name}: set one of them`);
  if (text !== '') return { text };
  return file === '' ? { unnamed: filesOf(dataDir).masterKey } : { file: resolve(file) };
}

function protocolPort(asked: string | undefined): ProtocolPort | null {
  if (asked === 'off') return null;
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
  const value = (variable: Variable): string => environment[variable.name] || variable.fallback;
  const port = wholeNumber(value(VARIABLES.port), 65_535);
  if (port === undefined) throw wrong(VARIABLES.port, value(VARIABLES.port), 'no port; use 0 to 65535');
  const dataDir = resolve(options.dataDir ?? value(VARIABLES.dataDir));
  const eventStoreUrl = address(VARIABLES.eventStoreUrl, value);
  return {
    dataDir,
    port,
    listen: listenAddress(value(VARIABLES.listen)),
    timeZone: zone(value(VARIABLES.timeZone)),
    streamPrefix: prefixOf(value(VARIABLES.streamPrefix)),
    // A log that others may share is told no story unless that is asked for.
    demoDeals: demoDeals(environment[VARIABLES.demo.name] || (eventStoreUrl === null ? VARIABLES.demo.fallback : 'off')),
    eventStoreUrl,
    mongoUrl: address(VARIABLES.mongoUrl, value),
    masterKey: masterKeyOf(value, dataDir),
    partitions: partitionsOf(value(VARIABLES.partitions)),
    protocolPort: protocolPort(environment[VARIABLES.protocolPort.name]),
  };
}
