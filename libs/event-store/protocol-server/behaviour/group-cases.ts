import type { PersistentSubscriptionToStream } from '@eventstore/db-client';
import {
  END,
  START,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  streamNameFilter,
} from '@eventstore/db-client';
import { following, place } from './following.js';
import type { Delivered } from './following.js';
import { place as placeInLog } from './probe.js';
import type { Probe } from './probe.js';
import { three } from './write-cases.js';

type Info = Awaited<ReturnType<Probe['client']['getPersistentSubscriptionToAllInfo']>>;

const retried = (delivered: Delivered): string => `${place(delivered)} retry=${delivered.retryCount}`;
const length = (count: number) => (log: readonly unknown[]) => log.length >= count;

/** Numbers as the cases were written down; positions by rank, rates not at all. */
function told({ settings, stats, ...rest }: Info): unknown {
  const { lastKnownEventPosition: last, ...counts } = stats as Info['stats'] & {
    lastKnownEventPosition?: Parameters<typeof placeInLog>[0];
  };
  const numbers = Object.entries(counts).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]);
  const { startFrom } = settings;
  return {
    ...rest,
    settings: { ...settings, startFrom: typeof startFrom === 'object' ? placeInLog(startFrom) : startFrom },
    stats: {
      ...Object.fromEntries(numbers),
      averagePerSecond: '<rate>',
      countSinceLastMeasurement: '<rate>',
      ...(last && { lastKnownEventPosition: placeInLog(last) }),
    },
  };
}

async function toAllWithFilter(probe: Probe): Promise<Record<string, unknown>> {
  const name = '<group>';
  await probe.client.appendToStream('before-pall', probe.event('0'));
  const [last] = await probe.readAll({ direction: 'backwards', fromPosition: END, maxCount: 1 });
  const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: last?.position ?? START });
  const filter = streamNameFilter({ prefixes: ['pall-'] });
  const create = await probe.outcome(async () => probe.client.createPersistentSubscriptionToAll(name, settings, { filter }));
  const dup = await probe.outcome(async () => probe.client.createPersistentSubscriptionToAll(name, settings, { filter }));
  await probe.client.appendToStream('pall-x', probe.events(['A', 'B']));
  await probe.client.appendToStream('not-pall', probe.event('D'));
  await probe.client.appendToStream('pall-y', probe.event('C'));
  const subscription = probe.client.subscribeToPersistentSubscriptionToAll(name);
  subscription.on('data', (resolved) => void subscription.ack(resolved));
  const consumer = following(subscription, ({ event, retryCount }) => ({ ...(probe.fully(event as never) as object), retryCount }));
  await consumer.until(length(4));
  const log = await consumer.end();
  await left(async () => probe.client.getPersistentSubscriptionToAllInfo(name));
  const info = await probe.outcome(async () => told(await probe.client.getPersistentSubscriptionToAllInfo(name)));
  const listed = (await probe.client.listPersistentSubscriptionsToAll()).length;
  const gone = await probe.outcome(async () => probe.client.deletePersistentSubscriptionToAll(name));
  return { create, dup, log, info, listed, delete: gone };
}

/** Until the server has noticed that the consumer went. */
async function left(info: () => Promise<{ readonly connections: readonly unknown[] }>): Promise<void> {
  while ((await info()).connections.length > 0);
}

async function acknowledgedTwice(probe: Probe): Promise<Record<string, unknown>> {
  await three(probe, 'p25', 2);
  await probe.client.createPersistentSubscriptionToStream(
    'p25',
    'g',
    persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START }),
  );
  const subscription: PersistentSubscriptionToStream = probe.client.subscribeToPersistentSubscriptionToStream('p25', 'g');
  subscription.on('data', (resolved) => {
    if (resolved.event?.revision === 1n) void subscription.nack('park', 'r', resolved);
    void subscription.ack(resolved).then(async () => subscription.ack(resolved));
  });
  const consumer = following(subscription, retried);
  await consumer.until(length(3));
  await probe.client.appendToStream('p25', probe.event('n'));
  await consumer.until(length(4));
  const log = await consumer.end();
  await left(async () => probe.client.getPersistentSubscriptionToStreamInfo('p25', 'g'));
  const { stats } = await probe.client.getPersistentSubscriptionToStreamInfo('p25', 'g');
  const numbers = Object.entries(stats).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value as unknown)]);
  return { log, stats: { ...Object.fromEntries(numbers), averagePerSecond: '<rate>', countSinceLastMeasurement: '<rate>' } };
}

async function deletedWhileConnected(probe: Probe): Promise<Record<string, unknown>> {
  const name = 'g<group>';
  await probe.client.createPersistentSubscriptionToAll(name, persistentSubscriptionToAllSettingsFromDefaults({ startFrom: END }));
  const subscription = probe.client.subscribeToPersistentSubscriptionToAll(name);
  subscription.on('data', (resolved) => void subscription.nack('park', 'r', resolved));
  const consumer = following(subscription, retried);
  await consumer.until(length(1));
  await probe.client.appendToStream('pga', probe.event('a'));
  const stream = `$persistentsubscription-$all::${name}-parked`;
  const parking = following(probe.client.subscribeToStream(stream, { fromRevision: START }), place);
  await parking.until((log) => log.includes(`${stream}@0`));
  await parking.end();
  const dated = (await probe.read(stream)).map((event) =>
    probe.fully({ ...event, metadata: { ...(event.metadata as object), added: '<date>' } }),
  );
  const d = await probe.outcome(async () => probe.client.deletePersistentSubscriptionToAll(name));
  await consumer.until(length(3));
  return { log: consumer.log, parked: { ok: dated }, d };
}

/** Groups on `$all`, and answers that nobody waits for. */
export const groupCases: Record<string, (probe: Probe) => Promise<Record<string, unknown>>> = {
  'persistent/to $all with filter': toAllWithFilter,
  'persistent/ack twice and unknown': acknowledgedTwice,
  'persistent/delete $all group while connected and parked stream name': deletedWhileConnected,
};
