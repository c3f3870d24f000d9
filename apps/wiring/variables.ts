/** A wrong value: one line that says what is wrong and where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface Variable {
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
    meaning: 'address the server listens on; beyond loopback only with DEALTRAIL_TOKENS or DEALTRAIL_OIDC_ISSUER',
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
    meaning:
      'loopback port at which `npm start` serves the embedded log to EventStoreDB clients; 0 takes any free one, off (the default where tokens are asked for) serves none',
  },
  partitions: {
    name: 'DEALTRAIL_PARTITIONS',
    fallback: '4',
    meaning: 'partitions, by deal, of each large read model on MongoDB that is built from now on: as many processes can share its work',
  },
  keptRows: {
    name: 'DEALTRAIL_KEPT_ROWS',
    fallback: '12000000',
    meaning:
      'rows of deals, at 75 bytes or so, that a server keeps in memory at most for reports that follow deals; with more, and at 0, they read the store',
  },
  tokens: { name: 'DEALTRAIL_TOKENS', fallback: '', meaning: 'file of hashed tokens, as ./dealtrail token create makes them' },
  oidcIssuer: {
    name: 'DEALTRAIL_OIDC_ISSUER',
    fallback: '',
    meaning: 'OpenID Connect issuer whose tokens are taken, as their iss names it',
  },
  oidcAudience: { name: 'DEALTRAIL_OIDC_AUDIENCE', fallback: '', meaning: 'what the aud of its tokens must name' },
  oidcRights: {
    name: 'DEALTRAIL_OIDC_RIGHTS_CLAIM',
    fallback: 'dealtrail_rights',
    meaning: 'claim of its tokens that lists the rights; dots lead into claims within claims',
  },
  tlsCertificate: { name: 'DEALTRAIL_TLS_CERT', fallback: '', meaning: 'PEM file of the certificate that the server shows' },
  tlsKey: { name: 'DEALTRAIL_TLS_KEY', fallback: '', meaning: 'PEM file of its private key' },
  metricsPort: {
    name: 'DEALTRAIL_METRICS_PORT',
    fallback: 'off',
    meaning: 'where a process tells /metrics and /health apart from the API, without tokens: a loopback port, or host:port; off: nowhere',
  },
  logLevel: {
    name: 'DEALTRAIL_LOG_LEVEL',
    fallback: 'info',
    meaning: 'least level of what is logged: trace, debug, info, warn, error, silent',
  },
  drain: {
    name: 'DEALTRAIL_DRAIN_SECONDS',
    fallback: '0',
    meaning: 'how long an API goes on answering after SIGTERM while /health/ready says 503, so that load balancers look away first',
  },
  otlpEndpoint: {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    fallback: '',
    meaning: 'OpenTelemetry collector that traces are sent to (OTLP over HTTP); unset: none are made. The other OTEL_ variables hold too',
  },
  token: { name: 'DEALTRAIL_TOKEN', fallback: '', meaning: 'bearer token that the command line shows a server' },
} as const satisfies Record<string, Variable>;

export type Environment = Readonly<Record<string, string | undefined>>;

export function wrong(variable: Variable, value: string, wanted: string): ConfigError {
  return new ConfigError(`environment variable ${variable.name}: '${value}' is ${wanted}`);
}

/** What the environment says of a variable, else its fallback. */
export type ValueOf = (variable: Variable) => string;

export function valuesOf(environment: Environment): ValueOf {
  return ({ name, fallback }) => environment[name] || fallback;
}
