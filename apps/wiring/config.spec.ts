import { ConfigError, readConfig, readProjectorConfig } from './config.js';

function complaint(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('configuration', () => {
  it('needs nothing: an empty environment keeps data in .dealtrail, listens on loopback and loads the demo company', () => {
    expect(readConfig({})).toEqual({
      dataDir: `${process.cwd()}/.dealtrail`,
      port: 3000,
      listen: '127.0.0.1',
      timeZone: 'UTC',
      streamPrefix: '',
      demoDeals: 2000,
      eventStoreUrl: null,
      mongoUrl: null,
      masterKey: { unnamed: `${process.cwd()}/.dealtrail/keys/master.key` },
      partitions: 4,
      keptRows: 12_000_000,
      protocolPort: { port: 2113, orAnother: true },
      access: null,
      tls: null,
      token: null,
      observing: { metricsAt: null, logLevel: 'info', traces: false, drainMs: 0 },
    });
  });

  it('takes what the environment says, and the command line before it', () => {
    const environment = {
      DEALTRAIL_DATA_DIR: '/srv/elsewhere',
      PORT: '0',
      DEALTRAIL_LISTEN: '::1',
      DEALTRAIL_TIME_ZONE: 'Europe/Amsterdam',
      DEALTRAIL_STREAM_PREFIX: 'acme',
      DEALTRAIL_DEMO: 'off',
      EVENTSTORE_URL: 'esdb+discover://db.example:2113',
      MONGODB_URL: 'mongodb://one,two/sales?replicaSet=rs0',
      DEALTRAIL_MASTER_KEY_FILE: '/run/secrets/master',
      DEALTRAIL_PARTITIONS: '8',
      DEALTRAIL_PROTOCOL_PORT: 'off',
      DEALTRAIL_TOKENS: '/etc/dealtrail/tokens.yaml',
      DEALTRAIL_OIDC_ISSUER: 'https://id.example/realms/acme',
      DEALTRAIL_OIDC_AUDIENCE: 'dealtrail',
      DEALTRAIL_TLS_CERT: '/etc/dealtrail/cert.pem',
      DEALTRAIL_TLS_KEY: '/etc/dealtrail/key.pem',
      DEALTRAIL_TOKEN: 'dealtrail_abc',
      DEALTRAIL_METRICS_PORT: '0.0.0.0:9464',
      DEALTRAIL_LOG_LEVEL: 'debug',
      DEALTRAIL_KEPT_ROWS: '500000',
      DEALTRAIL_DRAIN_SECONDS: '5',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    };
    expect(readConfig(environment, { dataDir: '/srv/deals' })).toEqual({
      dataDir: '/srv/deals',
      port: 0,
      listen: '::1',
      timeZone: 'Europe/Amsterdam',
      streamPrefix: 'acme',
      demoDeals: 0,
      eventStoreUrl: 'esdb+discover://db.example:2113',
      mongoUrl: 'mongodb://one,two/sales?replicaSet=rs0',
      masterKey: { file: '/run/secrets/master' },
      partitions: 8,
      keptRows: 500_000,
      protocolPort: null,
      access: {
        tokenFile: '/etc/dealtrail/tokens.yaml',
        oidc: { issuer: 'https://id.example/realms/acme', audience: 'dealtrail', rightsClaim: 'dealtrail_rights' },
      },
      tls: { certificateFile: '/etc/dealtrail/cert.pem', keyFile: '/etc/dealtrail/key.pem' },
      token: 'dealtrail_abc',
      observing: { metricsAt: { host: '0.0.0.0', port: 9464 }, logLevel: 'debug', traces: true, drainMs: 5_000 },
    });
  });

  it('lets the server listen beyond loopback where callers must show a token', () => {
    expect(readConfig({ DEALTRAIL_LISTEN: '0.0.0.0', DEALTRAIL_TOKENS: 'tokens.yaml' }).listen).toBe('0.0.0.0');
    const oidc = { DEALTRAIL_OIDC_ISSUER: 'https://id.example', DEALTRAIL_OIDC_AUDIENCE: 'dealtrail' };
    expect(readConfig({ DEALTRAIL_LISTEN: '::', ...oidc }).listen).toBe('::');
  });

  it('serves EventStoreDB clients, who show no token, beside tokens only where that is asked for', () => {
    const tokens = { DEALTRAIL_TOKENS: 'tokens.yaml' };
    expect(readConfig(tokens).protocolPort).toBeNull();
    expect(readConfig({ ...tokens, DEALTRAIL_PROTOCOL_PORT: '2113' }).protocolPort).toEqual({ port: 2113, orAnother: false });
  });

  it('tells a log on EventStoreDB no demo company unless that is asked for', () => {
    const url = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false' };
    expect(readConfig(url).demoDeals).toBe(0);
    expect(readConfig({ ...url, DEALTRAIL_DEMO: 'on' }).demoDeals).toBe(2000);
  });

  it.each([
    [{ PORT: '70000' }, "environment variable PORT: '70000' is no port; use 0 to 65535"],
    [
      { DEALTRAIL_TIME_ZONE: 'Amsterdam' },
      "environment variable DEALTRAIL_TIME_ZONE: 'Amsterdam' is no time zone; name one such as Europe/Amsterdam or UTC",
    ],
    [{ DEALTRAIL_STREAM_PREFIX: 'a-b' }, "environment variable DEALTRAIL_STREAM_PREFIX: 'a-b' is not made of up to 40 letters and digits"],
    [{ DEALTRAIL_DEMO: 'maybe' }, "environment variable DEALTRAIL_DEMO: 'maybe' is neither on nor off nor a number of deals up to 1000000"],
    [
      { DEALTRAIL_LISTEN: '0.0.0.0' },
      "environment variable DEALTRAIL_LISTEN: '0.0.0.0' is beyond loopback, and Dealtrail listens there only with authentication; set DEALTRAIL_TOKENS or DEALTRAIL_OIDC_ISSUER, or use 127.0.0.1, ::1 or localhost",
    ],
    [
      { DEALTRAIL_TIMEZONE: 'UTC' },
      'environment variable DEALTRAIL_TIMEZONE: there is none of that name; there are DEALTRAIL_DATA_DIR, PORT, DEALTRAIL_LISTEN, DEALTRAIL_TIME_ZONE, DEALTRAIL_STREAM_PREFIX, DEALTRAIL_DEMO, EVENTSTORE_URL, MONGODB_URL, DEALTRAIL_MASTER_KEY, DEALTRAIL_MASTER_KEY_FILE, DEALTRAIL_PROTOCOL_PORT, DEALTRAIL_PARTITIONS, DEALTRAIL_KEPT_ROWS, DEALTRAIL_TOKENS, DEALTRAIL_OIDC_ISSUER, DEALTRAIL_OIDC_AUDIENCE, DEALTRAIL_OIDC_RIGHTS_CLAIM, DEALTRAIL_TLS_CERT, DEALTRAIL_TLS_KEY, DEALTRAIL_METRICS_PORT, DEALTRAIL_LOG_LEVEL, DEALTRAIL_DRAIN_SECONDS, OTEL_EXPORTER_OTLP_ENDPOINT, DEALTRAIL_TOKEN',
    ],
    [
      { EVENTSTORE_URL: 'http://admin:changeit@db.example' },
      "environment variable EVENTSTORE_URL: 'http://db.example' is no connection string: EventStoreDB that holds the log: esdb://…; unset: the embedded log",
    ],
    [
      { MONGODB_URL: 'localhost' },
      "environment variable MONGODB_URL: 'localhost' is no connection string: MongoDB that holds read models and keys: mongodb://…/name; unset: embedded",
    ],
    [
      { DEALTRAIL_MASTER_KEY: 'a', DEALTRAIL_MASTER_KEY_FILE: 'b' },
      'environment variables DEALTRAIL_MASTER_KEY and DEALTRAIL_MASTER_KEY_FILE: set one of them',
    ],
    [
      { DEALTRAIL_OIDC_ISSUER: 'https://id.example' },
      'environment variables DEALTRAIL_OIDC_ISSUER and DEALTRAIL_OIDC_AUDIENCE: set both or none',
    ],
    [
      { DEALTRAIL_OIDC_ISSUER: 'http://id.example', DEALTRAIL_OIDC_AUDIENCE: 'dealtrail' },
      "environment variable DEALTRAIL_OIDC_ISSUER: 'http://id.example' is no issuer; use its https:// address (http:// within this machine only)",
    ],
    [{ DEALTRAIL_TLS_CERT: 'cert.pem' }, 'environment variables DEALTRAIL_TLS_CERT and DEALTRAIL_TLS_KEY: set both or none'],
    [{ DEALTRAIL_TOKEN: 'a secret\n' }, 'environment variable DEALTRAIL_TOKEN: what it holds is no bearer token'],
    [{ DEALTRAIL_PROTOCOL_PORT: 'none' }, "environment variable DEALTRAIL_PROTOCOL_PORT: 'none' is no port; use 0 to 65535, or off"],
    [
      { DEALTRAIL_METRICS_PORT: 'localhost' },
      "environment variable DEALTRAIL_METRICS_PORT: 'localhost' is neither off, nor a port, nor host:port such as 0.0.0.0:9464",
    ],
    [
      { DEALTRAIL_LOG_LEVEL: 'loud' },
      "environment variable DEALTRAIL_LOG_LEVEL: 'loud' is no level; use trace, debug, info, warn, error, silent",
    ],
    [{ DEALTRAIL_KEPT_ROWS: 'all' }, "environment variable DEALTRAIL_KEPT_ROWS: 'all' is no number of rows; use 0 to 999999999"],
    [{ DEALTRAIL_DRAIN_SECONDS: '1h' }, "environment variable DEALTRAIL_DRAIN_SECONDS: '1h' is no number of seconds; use 0 to 300"],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' },
      "environment variable OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' is no address; use http://host:port",
    ],
  ])('stops at a wrong value with one line that says what and where: %j', (environment, line) => {
    expect(complaint(environment as Record<string, string>)).toBe(line);
  });
});

describe('configuration of a projector', () => {
  const urls = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false', MONGODB_URL: 'mongodb://127.0.0.1/sales' };

  it('needs both stores', () => {
    expect(readProjectorConfig(urls)).toEqual({
      ...{ eventStoreUrl: urls.EVENTSTORE_URL, mongoUrl: urls.MONGODB_URL, streamPrefix: '', partitions: 4 },
      observing: { metricsAt: null, logLevel: 'info', traces: false, drainMs: 0 },
    });
    expect(readProjectorConfig({ ...urls, DEALTRAIL_PARTITIONS: '9', DEALTRAIL_STREAM_PREFIX: 'acme' })).toMatchObject({
      ...{ streamPrefix: 'acme', partitions: 9 },
    });
  });

  it.each([
    [{ MONGODB_URL: urls.MONGODB_URL }, /^environment variable EVENTSTORE_URL: '' is none: a projector of its own needs it/],
    [{ ...urls, MONGODB_URL: 'localhost' }, /^environment variable MONGODB_URL: 'localhost' is no connection string/],
    [{ ...urls, DEALTRAIL_PARTITIONS: '0' }, /^environment variable DEALTRAIL_PARTITIONS: '0' is no number of partitions; use 1 to 64/],
    [{ ...urls, DEALTRAIL_STREAM_PREFIX: 'a-b' }, /^environment variable DEALTRAIL_STREAM_PREFIX: 'a-b' is not made of/],
  ])('stops at %j', (environment, line) => {
    expect(() => readProjectorConfig(environment)).toThrow(line);
  });
});
