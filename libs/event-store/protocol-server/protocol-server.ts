import type * as Grpc from '@grpc/grpc-js';

import type { Clock } from '../event-store.port.js';
import type { LogFile } from '../sqlite/log-file.js';
import { Certificate } from './certificate.js';
import { callerOf } from './access.js';
import type { ServerAccess } from './access.js';
import type { OwnCategories } from './append-policy.js';
import { answerBatchAppend } from './batch-append-call.js';
import { batchRequestOf } from './batch-request.js';
import type { BatchRequest } from './batch-request.js';
import { GossipService, PersistentSubscriptionsService, ServerFeaturesService, StreamsService, grpc } from './generated.js';
import type { IGossipServer, IServerFeaturesServer, IStreamsServer, Streams } from './generated.js';
import { LivePages } from './live-pages.js';
import { OpenCalls } from './open-calls.js';
import { PersistentSubscriptions } from './persistent/persistent-subscriptions.js';
import { answerRead } from './read-call.js';
import { serviceError } from './refusals.js';
import { clusterOfOne, supportedMethods } from './server-info.js';
import { answerAppend, answerDelete, answerTombstone } from './write-calls.js';

export interface ProtocolServerOptions {
  readonly log: LogFile;
  readonly clock: Clock;
  readonly ownCategories: OwnCategories;
  /** Default 127.0.0.1. Any other needs `access`. */
  readonly host?: string;
  /** 0 takes a free one. EventStoreDB's own is 2113. */
  readonly port: number;
  /** What clients are told to connect to; default host and port. */
  readonly advertise?: { readonly host: string; readonly port?: number };
  /** TLS and users. Without it everything is allowed, as on a server started insecurely. */
  readonly access?: ServerAccess;
  /** How long `stop` waits for calls to leave; default 2 s. */
  readonly stopTimeoutMs?: number;
}

export interface ProtocolServer {
  readonly port: number;
  /** What an EventStoreDB client is given to connect here. */
  readonly connectionString: string;
  /** Clients that follow the log now, by themselves or as members of a group. */
  subscribers(): number;
  /** From here on other users, and another certificate for new connections. Only where it was started with `access`. */
  renew(access: ServerAccess): void;
  /** Ends open calls with CANCELLED, answers those under way, frees the port. The log stays open. */
  stop(): Promise<void>;
}

/** Real clients send batches of up to 3 MiB of events and one event more. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024 - 10_000;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Serves a compatible subset of the EventStoreDB v1 protocol, single node, over the embedded log. @throws where the port is taken or the host needs TLS */
export async function startProtocolServer(options: ProtocolServerOptions): Promise<ProtocolServer> {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.has(host) && options.access === undefined) {
    throw new Error(`the EventStoreDB protocol is served beyond loopback (${host}) only with TLS and users`);
  }
  const { log, clock, ownCategories: own } = options;
  let { access } = options;
  const certificate = access === undefined ? undefined : new Certificate(access);
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': 10_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const open = new OpenCalls();
  const live = new LivePages(log);
  const groups = new PersistentSubscriptions(log, clock);
  await groups.start();
  let port = options.port;

  const streamsService: IStreamsServer = {
    read: (call) => {
      if (call.request.getOptions()?.hasSubscription() === true) open.subscribes(call);
      void open.run(call, async () => answerRead(call, { log, live, clock, caller: await callerOf(access, call.metadata) }));
    },
    append: (call, callback) => void reply(callback, async () => answerAppend(call, log, own, await callerOf(access, call.metadata))),
    batchAppend: (call: Grpc.ServerDuplexStream<BatchRequest, Streams.BatchAppendResp>) =>
      void open.keep(call, async () => answerBatchAppend(call, { log, own, clock, caller: await callerOf(access, call.metadata) })),
    delete: (call, callback) => void reply(callback, async () => answerDelete(call, log, await callerOf(access, call.metadata))),
    tombstone: (call, callback) => void reply(callback, async () => answerTombstone(call, log, await callerOf(access, call.metadata))),
  };
  const featuresService: IServerFeaturesServer = { getSupportedMethods: (_call, callback) => callback(null, supportedMethods()) };
  const gossipService: IGossipServer = {
    read: (_call, callback) => callback(null, clusterOfOne(options.advertise?.host ?? host, options.advertise?.port ?? port, clock.now())),
  };
  const batchAppend = { ...StreamsService.batchAppend, requestDeserialize: batchRequestOf };
  server.addService({ ...StreamsService, batchAppend }, streamsService);
  server.addService(ServerFeaturesService, featuresService);
  server.addService(GossipService, gossipService);
  server.addService(
    PersistentSubscriptionsService,
    groups.service(open, () => access),
  );

  port = await bind(server, host, options.port, certificate);
  const name = options.advertise?.host ?? host;
  return {
    port,
    connectionString: `esdb://${name.includes(':') ? `[${name}]` : name}:${options.advertise?.port ?? port}?tls=${certificate === undefined ? 'false' : 'true'}`,
    subscribers: () => open.subscribers,
    renew: (renewed) => {
      if (certificate === undefined) throw new Error('a server without TLS and users is not given them while it runs');
      certificate.renew(renewed);
      access = renewed;
    },
    stop: async () => {
      groups.stop();
      open.cancelAll();
      await shutDown(server, options.stopTimeoutMs ?? 2_000);
    },
  };
}

async function reply<A>(callback: Grpc.sendUnaryData<A>, answer: () => Promise<A>): Promise<void> {
  try {
    callback(null, await answer());
  } catch (error) {
    callback(serviceError(error), null);
  }
}

async function bind(server: Grpc.Server, host: string, port: number, certificate: Certificate | undefined): Promise<number> {
  const credentials =
    certificate === undefined
      ? grpc.ServerCredentials.createInsecure()
      : grpc.experimental.createCertificateProviderServerCredentials(certificate, null, false);
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(new Error(`the EventStoreDB protocol cannot be served at ${address}: ${error.message}`)),
    );
  });
}

async function shutDown(server: Grpc.Server, timeoutMs: number): Promise<void> {
  const impatient = setTimeout(() => server.forceShutdown(), timeoutMs);
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  clearTimeout(impatient);
}
