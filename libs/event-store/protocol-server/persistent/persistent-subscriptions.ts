import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Metadata, sendUnaryData } from '@grpc/grpc-js';
import type { Clock } from '../../event-store.port.js';
import type { LogFile } from '../../sqlite/log-file.js';
import { callerOf } from '../access.js';
import type { Caller, ServerAccess } from '../access.js';
import { persistent, shared } from '../generated.js';
import type { IPersistentSubscriptionsServer, Persistent } from '../generated.js';
import { linksAreThere } from '../link-streams.js';
import { uuidText } from '../messages.js';
import type { OpenCalls } from '../open-calls.js';
import { InvalidArgument, ProtocolRefusal, serviceError } from '../refusals.js';
import { TOMBSTONE } from '../stream-view.js';
import { Consumer } from './consumer.js';
import type { PersistentCall } from './consumer.js';
import { Group } from './group.js';
import type { NackAction } from './delivery.js';
import { groupExists, groupMissing } from './group-errors.js';
import { ALL, groupConfigOf, groupNameOf, sourceOf } from './group-settings.js';
import type { GroupConfig } from './group-settings.js';
import { subscriptionInfo } from './subscription-info.js';

const CONFIG_STREAM = '$persistentSubscriptionConfig';
const CONFIG_TYPE = '$PersistentConfig';

/** All groups of this server. Which there are is kept in the log, so that a restart finds them. */
export class PersistentSubscriptions {
  private readonly groups = new Map<string, Group>();

  constructor(
    private readonly log: LogFile,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    const configs = this.storedConfigs();
    for (const { source } of configs) await linksAreThere(this.log, source);
    for (const config of configs) this.open(config);
  }

  /** The consumers' calls are ended with everybody else's. */
  stop(): void {
    for (const group of this.groups.values()) group.stop(new ProtocolRefusal(status.CANCELLED, 'the server is shutting down'));
    this.groups.clear();
  }

  service(open: OpenCalls, access: () => ServerAccess | undefined): IPersistentSubscriptionsServer {
    const answer = <A>(metadata: Metadata, callback: sendUnaryData<A>, work: () => Promise<A>): void => {
      const checked = async (): Promise<A> => {
        (await callerOf(access(), metadata)).demandAdmin();
        return work();
      };
      checked().then(
        (value) => callback(null, value),
        (error: unknown) => callback(serviceError(error), null),
      );
    };
    return {
      create: ({ request, metadata }, callback) => answer(metadata, callback, () => this.create(request)),
      update: ({ request, metadata }, callback) => answer(metadata, callback, () => this.update(request)),
      delete: ({ request, metadata }, callback) => answer(metadata, callback, () => this.delete(request)),
      getInfo: ({ request, metadata }, callback) => answer(metadata, callback, () => this.getInfo(request)),
      list: ({ request, metadata }, callback) => answer(metadata, callback, () => this.list(request)),
      replayParked: ({ request, metadata }, callback) => answer(metadata, callback, () => this.replayParked(request)),
      restartSubsystem: ({ metadata }, callback) => answer(metadata, callback, () => this.restart()),
      read: (call) => {
        open.subscribes(call);
        void open.keep(call, async () => this.read(call, await callerOf(access(), call.metadata)));
      },
    };
  }

  private async create(request: Persistent.CreateReq): Promise<Persistent.CreateResp> {
    const config = groupConfigOf(request.getOptions());
    await linksAreThere(this.log, config.source);
    const key = keyOf(config.source, config.group);
    if (this.groups.has(key)) throw groupExists(config.source, config.group);
    this.open(config);
    await this.storeConfigs();
    return new persistent.CreateResp();
  }

  private async update(request: Persistent.UpdateReq): Promise<Persistent.UpdateResp> {
    const asked = groupConfigOf(request.getOptions());
    const group = this.group(asked.source, asked.group);
    group.stop();
    const { filter } = group.config;
    const config = filter === undefined ? asked : { ...asked, filter };
    this.open(config);
    await this.storeConfigs();
    return new persistent.UpdateResp();
  }

  private async delete(request: Persistent.DeleteReq): Promise<Persistent.DeleteResp> {
    const options = required(request.getOptions());
    const group = this.group(sourceOf(options), groupNameOf(options));
    group.stop();
    this.groups.delete(keyOf(group.config.source, group.config.group));
    await group.streams.forget();
    await this.storeConfigs();
    return new persistent.DeleteResp();
  }

  private async getInfo(request: Persistent.GetInfoReq): Promise<Persistent.GetInfoResp> {
    const options = required(request.getOptions());
    return new persistent.GetInfoResp().setSubscriptionInfo(subscriptionInfo(this.group(sourceOf(options), groupNameOf(options))));
  }

  private async list(request: Persistent.ListReq): Promise<Persistent.ListResp> {
    const options = required(request.getOptions());
    const of = options.getListForStream();
    const source =
      of === undefined ? undefined : of.hasAll() ? ALL : sourceOf({ hasAll: () => false, getStreamIdentifier: () => of.getStream() });
    const found = [...this.groups.values()].filter((group) => source === undefined || group.config.source === source);
    if (found.length === 0 && source !== undefined) throw groupMissing(source, '');
    return new persistent.ListResp().setSubscriptionsList(found.map(subscriptionInfo));
  }

  private async replayParked(request: Persistent.ReplayParkedReq): Promise<Persistent.ReplayParkedResp> {
    const options = required(request.getOptions());
    const limit = options.hasStopAt() ? Number(options.getStopAt()) : Number.MAX_SAFE_INTEGER - 1;
    await this.group(sourceOf(options), groupNameOf(options)).replayParked(limit);
    return new persistent.ReplayParkedResp();
  }

  private async restart(): Promise<InstanceType<typeof shared.Empty>> {
    for (const group of this.groups.values()) group.stop();
    this.groups.clear();
    await this.start();
    return new shared.Empty();
  }

  private read(call: PersistentCall, caller: Caller): void {
    let joined: { group: Group; consumer: Consumer } | undefined;
    call.on('data', (request: Persistent.ReadReq) => {
      try {
        if (joined === undefined) joined = this.join(call, request, caller);
        else answerFor(joined.group, joined.consumer, request);
      } catch (error) {
        call.emit('error', serviceError(error));
      }
    });
    call.on('end', () => call.end());
  }

  private join(call: PersistentCall, request: Persistent.ReadReq, caller: Caller): { group: Group; consumer: Consumer } {
    const options = required(request.getOptions());
    caller.demand(this.log, 'read', sourceOf(options));
    const group = this.group(sourceOf(options), groupNameOf(options));
    if (options.getBufferSize() < 0) throw new InvalidArgument('a buffer has a size of 0 or more');
    const uuids = options.getUuidOption()?.hasString() === true ? 'string' : 'structured';
    const name = String(call.metadata.get('connection-name')[0] ?? '');
    const consumer = new Consumer(call, options.getBufferSize(), uuids, name, call.getPeer());
    group.connect(consumer);
    return { group, consumer };
  }

  private open(config: GroupConfig): void {
    this.groups.set(keyOf(config.source, config.group), new Group(this.log, this.clock, config));
  }

  private group(source: string, name: string): Group {
    const group = this.groups.get(keyOf(source, name));
    if (group === undefined) throw groupMissing(source, name);
    return group;
  }

  private storedConfigs(): readonly GroupConfig[] {
    return this.log.read((reads) => {
      const id = reads.stream(CONFIG_STREAM)?.id;
      const event = id === undefined ? undefined : reads.readStream(id, TOMBSTONE, true, 1)[0];
      if (event === undefined || event.type !== CONFIG_TYPE) return [];
      const text = typeof event.data === 'string' ? event.data : Buffer.from(event.data).toString('utf8');
      return (JSON.parse(text) as { entries: GroupConfig[] }).entries; // written below alone
    });
  }

  private async storeConfigs(): Promise<void> {
    const entries = [...this.groups.values()].map((group) => group.config);
    const data = JSON.stringify({ version: '1', entries });
    const event = { eventId: randomUUID(), type: CONFIG_TYPE, json: true, data, metadata: new Uint8Array() };
    await this.log.perform((transaction) => transaction.append(CONFIG_STREAM, [event]));
  }
}

function answerFor(group: Group, consumer: Consumer, request: Persistent.ReadReq): void {
  const ack = request.getAck();
  if (ack !== undefined) group.acknowledge(consumer, ack.getIdsList().map(uuidText));
  const nack = request.getNack();
  if (nack !== undefined) group.refuse(consumer, nack.getIdsList().map(uuidText), actionOf(nack), nack.getReason());
}

function actionOf(nack: Persistent.ReadReq.Nack): NackAction {
  const { PARK, SKIP, STOP } = persistent.ReadReq.Nack.Action;
  switch (nack.getAction()) {
    case PARK:
      return 'park';
    case SKIP:
      return 'skip';
    case STOP:
      return 'stop';
    default:
      return 'retry';
  }
}

function keyOf(source: string, group: string): string {
  return `${source}::${group}`;
}

function required<T>(options: T | undefined): T {
  if (options === undefined) throw new InvalidArgument('the request has no options');
  return options;
}
