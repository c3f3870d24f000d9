import {
  END,
  NO_STREAM,
  START,
  eventTypeFilter,
  excludeSystemEvents,
  persistentSubscriptionToStreamSettingsFromDefaults,
  streamNameFilter,
} from '@eventstore/db-client';
import type { PersistentSubscriptionToStream, PersistentSubscriptionToStreamSettings } from '@eventstore/db-client';
import { following, place } from './following.js';
import type { Delivered, Following } from './following.js';
import { groupCases } from './group-cases.js';
import type { Probe } from './probe.js';
import { three } from './write-cases.js';

/** Repeats a case from its name; undefined: not one of this family. What it leaves out of an answer (rates, buffers) is not compared. */
export async function followCase(probe: Probe, name: string): Promise<Record<string, unknown> | unknown[] | undefined> {
  const kind = /^metadata\/(maxCount 1|truncateBefore 3|truncateBefore 5 \(past the last\)|maxCount 2 and truncateBefore 4|maxAge 0)$/.exec(
    name,
  )?.[1];
  if (kind !== undefined) return truncated(probe, kind);
  return (cases[name] ?? groupCases[name])?.(probe);
}

const brief = ({ event }: Delivered): string => `${event?.streamId}@${event?.revision}:${event?.type}`;
const retried = (delivered: Delivered): string => `${place(delivered)} retry=${delivered.retryCount}`;
const has = (entry: string) => (log: readonly unknown[]) => log.includes(entry);
const length = (count: number) => (log: readonly unknown[]) => log.length >= count;

async function truncated(probe: Probe, kind: string): Promise<Record<string, unknown>> {
  const stream = `mt${kind}`;
  const events = probe.events(['e0', 'e1', 'e2', 'e3', 'e4']);
  await probe.client.appendToStream(stream, events);
  const metadata: Record<string, Record<string, number>> = {
    'maxCount 1': { maxCount: 1 },
    'truncateBefore 3': { truncateBefore: 3 },
    'truncateBefore 5 (past the last)': { truncateBefore: 5 },
    'maxCount 2 and truncateBefore 4': { maxCount: 2, truncateBefore: 4 },
    'maxAge 0': { maxAge: 0 },
  };
  const set = await probe.outcome(async () => probe.appendResult(await probe.client.setStreamMetadata(stream, metadata[kind] ?? {})));
  const forwards = await probe.brief(stream);
  const reads = {
    from0max2: await probe.brief(stream, { fromRevision: 0n, maxCount: 2 }),
    from1: await probe.brief(stream, { fromRevision: 1n }),
    backwards: await probe.brief(stream, { direction: 'backwards', fromRevision: 'end' }),
    backwardsFrom1: await probe.brief(stream, { direction: 'backwards', fromRevision: 1n }),
  };
  const subscription = following(probe.client.subscribeToStream(stream, { fromRevision: START }), brief);
  await subscription.until(has('caughtUp'));
  return {
    set,
    forwards,
    ...reads,
    sub: await subscription.end(),
    inAll: (await probe.readAll()).filter((event) => event.streamId === stream).length,
    retryOldNoStream: await probe.append('batch', stream, events, NO_STREAM),
    retryOldAny: await probe.append('batch', stream, events.slice(0, 1), 'any'),
    appendExact4: await probe.append('batch', stream, [probe.event('new')], 4n),
    after: await probe.brief(stream),
  };
}

async function group(
  probe: Probe,
  stream: string,
  settings: Partial<PersistentSubscriptionToStreamSettings> = {},
): Promise<(bufferSize?: number) => PersistentSubscriptionToStream> {
  const all = persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...settings });
  await probe.client.createPersistentSubscriptionToStream(stream, 'g', all);
  return (bufferSize = 10) => probe.client.subscribeToPersistentSubscriptionToStream(stream, 'g', { bufferSize });
}

/** Acknowledges every delivery as it comes. */
function acknowledging(subscription: PersistentSubscriptionToStream): Following {
  subscription.on('data', (resolved) => void subscription.ack(resolved));
  return following(subscription, retried);
}

async function startingFrom(probe: Probe, stream: string, startFrom: 'start' | 'end' | bigint): Promise<unknown[]> {
  await three(probe, stream, 5);
  const subscribe = await group(probe, stream, { startFrom });
  const consumer = acknowledging(subscribe());
  const before = startFrom === START ? 6 : startFrom === 2n ? 4 : 1;
  await consumer.until(length(before));
  consumer.log.push('-- append 2 --');
  await probe.client.appendToStream(stream, probe.events(['n1', 'n2']));
  if (startFrom !== 10n) await consumer.until(length(before + 3));
  return consumer.end();
}

const cases: Record<string, (probe: Probe) => Promise<Record<string, unknown> | unknown[]>> = {
  'subscribe stream/from START then live': async (probe) => {
    await three(probe, 'e1');
    const subscription = following(probe.client.subscribeToStream('e1', { fromRevision: START }), brief);
    await subscription.until(has('caughtUp'));
    await probe.client.appendToStream('e1', probe.events(['n1', 'n2']));
    await subscription.until(has('e1@4:T'));
    return subscription.end();
  },
  'subscribe stream/from revision 1': async (probe) => {
    await three(probe, 'e2revision 1');
    const subscription = following(probe.client.subscribeToStream('e2revision 1', { fromRevision: 1n }), brief);
    await subscription.until(has('caughtUp'));
    subscription.log.push('-- append 2 --');
    await probe.client.appendToStream('e2revision 1', probe.events(['n1', 'n2']));
    await subscription.until(has('e2revision 1@4:T'));
    return subscription.end();
  },
  'subscribe stream/long history': async (probe) => {
    await three(probe, 'e7', 1_499);
    const subscription = following(probe.client.subscribeToStream('e7', { fromRevision: START }), ({ event }) => Number(event?.revision));
    await probe.client.appendToStream('e7', probe.event('live'));
    await subscription.until(length(1_502));
    const log = (await subscription.end()).slice(0, -1);
    const numbers = log.filter((entry) => typeof entry === 'number');
    return {
      count: numbers.length,
      inOrder: numbers.every((revision, index) => revision === index),
      caughtUps: log.filter((entry) => entry === 'caughtUp').length,
      first: log[0],
    };
  },
  'subscribe $all/from END': async (probe) => {
    const subscription = following(probe.client.subscribeToAll({ fromPosition: END }), place);
    await subscription.until(has('caughtUp'));
    subscription.log.push('-- append 2 --');
    await probe.client.appendToStream('e8', probe.events(['n1', 'n2']));
    await subscription.until(has('e8@1'));
    return subscription.end();
  },
  ...Object.fromEntries(
    Object.entries({
      'type regex': eventTypeFilter({ regex: '^odd-t$' }),
      'stream prefix': streamNameFilter({ prefixes: ['f3-b'] }),
      'stream regex': streamNameFilter({ regex: 'f3-[ac]$' }),
      excludeSystemEvents: excludeSystemEvents(),
    }).map(([name, filter]) => [
      `subscribe $all filtered/${name}`,
      async (probe: Probe): Promise<unknown[]> => {
        const [last] = await probe.readAll({ direction: 'backwards', fromPosition: END, maxCount: 1 });
        const fromPosition = last?.position ?? { commit: 0n, prepare: 0n };
        for (const [stream, type] of [
          ['f3-a', 'odd-t'],
          ['f3-b', 'even-t'],
          ['f3-c', 'odd-t'],
          ['f3-a', '$sys'],
        ] as const) {
          await probe.client.appendToStream(stream, probe.event('x', type));
        }
        await probe.client.setStreamMetadata('f3-a', { maxCount: 100 });
        const show = ({ event }: Delivered): string => `${event?.streamId.replace('$$', '[meta of] ')}:${event?.type}`;
        const subscription = following(probe.client.subscribeToAll({ fromPosition, filter }), show);
        await subscription.until(has('caughtUp'));
        return subscription.end();
      },
    ]),
  ),
  'persistent/startFrom': async (probe) => ({
    START: await startingFrom(probe, 'p5', START),
    END: renamed(await startingFrom(probe, 'p5e', END), 'p5e'),
    rev2: renamed(await startingFrom(probe, 'p5r', 2n), 'p5r'),
    rev10: renamed(await startingFrom(probe, 'p5t', 10n), 'p5t'),
  }),
  'persistent/nack skip and stop': async (probe) => {
    await three(probe, 'p10', 4);
    const subscription = (await group(probe, 'p10'))();
    subscription.on('data', (resolved) => {
      const revision = Number(resolved.event?.revision);
      if (revision === 0) void subscription.nack('skip', 'no', resolved);
      else if (revision === 2) void subscription.nack('stop', 'no', resolved);
      else void subscription.ack(resolved);
    });
    const consumer = following(subscription, retried);
    await consumer.until(length(5));
    return { log: await consumer.end(), parked: await probe.brief('$persistentsubscription-p10::g-parked') };
  },
  'persistent/message timeout': async (probe) => {
    await three(probe, 'p11', 1);
    const consumer = following((await group(probe, 'p11', { messageTimeout: 100, maxRetryCount: 2 }))(), retried);
    await consumer.until(length(4));
    const parked = '$persistentsubscription-p11::g-parked';
    const parking = following(probe.client.subscribeToStream(parked, { fromRevision: START }), brief);
    await parking.until(has(`${parked}@0:$>`));
    await parking.end();
    return { log: await consumer.end(), parked: await probe.brief(parked) };
  },
  'persistent/two consumers round robin': async (probe) => {
    const subscribe = await group(probe, 'p15');
    const consumers = [acknowledging(subscribe()), acknowledging(subscribe())];
    for (const consumer of consumers) await consumer.until(has('confirmation'));
    await three(probe, 'p15', 8);
    for (const consumer of consumers) await consumer.until(length(5));
    const logs = await Promise.all(consumers.map(async (consumer) => consumer.end()));
    return { counts: logs.map((log) => log.length - 2) };
  },
  'persistent/two consumers dispatch to single': async (probe) => {
    const subscribe = await group(probe, 'p16', { consumerStrategyName: 'DispatchToSingle' });
    const [first, second] = [acknowledging(subscribe()), acknowledging(subscribe())];
    await first.until(has('confirmation'));
    await second.until(has('confirmation'));
    await three(probe, 'p16', 8);
    await first.until(length(9));
    const revisions = (log: unknown[]): number[] => log.slice(1, -1).map((entry) => Number(/@(\d+)/.exec(String(entry))?.[1]));
    return { first: revisions(await first.end()), second: revisions(await second.end()) };
  },
  'persistent/truncated and deleted source': async (probe) => {
    await three(probe, 'p21');
    await probe.client.setStreamMetadata('p21', { maxCount: 1 });
    const consumer = acknowledging((await group(probe, 'p21'))());
    await consumer.until(length(2));
    consumer.log.push('-- soft delete, append --');
    await probe.client.deleteStream('p21');
    await probe.client.appendToStream('p21', probe.event('again'));
    await consumer.until(length(4));
    return consumer.end();
  },
  'persistent/consumer crash redelivery': async (probe) => {
    await three(probe, 'p22');
    const subscribe = await group(probe, 'p22');
    const a = following(subscribe(), retried);
    await a.until(length(4));
    const b = acknowledging(subscribe());
    await b.until(has('confirmation'));
    const left = await a.end();
    await b.until(length(4));
    return { a: left, b: await b.end() };
  },
  'persistent/restart subsystem': async (probe) => {
    await three(probe, 'p23', 1);
    const consumer = following((await group(probe, 'p23'))(), retried);
    await consumer.until(length(2));
    const r = await probe.outcome(async () => probe.client.restartPersistentSubscriptionSubsystem());
    await consumer.until(length(3));
    const after = await probe.outcome(async () => void (await probe.client.getPersistentSubscriptionToStreamInfo('p23', 'g')));
    return { r, log: consumer.log, after: JSON.stringify(after) === '{"ok":"void"}' ? 'info works' : after };
  },
  'persistent/checkpoint and subsystem restart': async (probe) => {
    await three(probe, 'p24', 6);
    const subscribe = await group(probe, 'p24', { checkPointLowerBound: 1, checkPointAfter: 50 });
    const subscription = subscribe();
    subscription.on('data', (resolved) => {
      if ([0, 1, 2, 4].includes(Number(resolved.event?.revision))) void subscription.ack(resolved);
    });
    const consumer = following(subscription, retried);
    const checkpoints = following(
      probe.client.subscribeToStream('$persistentsubscription-p24::g-checkpoint', { fromRevision: START }),
      brief,
    );
    await checkpoints.until((log) => log.some((entry) => String(entry).endsWith('SubscriptionCheckpoint')));
    await checkpoints.end();
    await consumer.until(length(7));
    await probe.client.restartPersistentSubscriptionSubsystem();
    await consumer.until(length(8));
    const again = following(subscribe(), retried);
    await again.until(length(4));
    return { before: consumer.log, after: await again.end() };
  },
  'persistent/retry order with bufferSize 1': async (probe) => {
    await three(probe, 'p27');
    const subscription = (await group(probe, 'p27'))(1);
    let refused = false;
    subscription.on('data', (resolved) => {
      if (refused) return void subscription.ack(resolved);
      refused = true;
      return void subscription.nack('retry', 'once', resolved);
    });
    const consumer = following(subscription, retried);
    await consumer.until(length(5));
    return consumer.end();
  },
  'persistent/long history and live': async (probe) => {
    await three(probe, 'p28', 300);
    const consumer = acknowledging((await group(probe, 'p28'))());
    for (let live = 0; live < 20; live += 1) await probe.client.appendToStream('p28', probe.event(`live${live}`));
    await consumer.until(length(321));
    const log = (await consumer.end()).slice(1, -1);
    return { count: log.length, inOrder: log.every((entry, index) => entry === `p28@${index} retry=0`) };
  },
};

function renamed(log: unknown[], stream: string): unknown[] {
  return log.map((entry) => (typeof entry === 'string' ? entry.replace(stream, 'p5') : entry));
}
