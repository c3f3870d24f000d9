import { randomUUID } from 'node:crypto';
import { ANY, EventStoreDBClient, NO_STREAM, START, binaryEvent, jsonEvent } from '@eventstore/db-client';
import { following, place } from './following.js';
import type { Probe } from './probe.js';
import { batchAppend, rawAppend } from './raw-appends.js';
import { expectedOf, three } from './write-cases.js';

/** Repeats a case from its name; undefined: not one of these. Of a recorded answer only the parts that the repetition brings are compared. */
export async function moreCase(probe: Probe, name: string): Promise<unknown> {
  const [family, ...rest] = name.split('/');
  if (family === 'append raw') return rawAppend(probe, rest.join('/'));
  if (family === 'append empty' && rest[0] === 'batch') return emptyBatch(probe, rest[1] ?? '', rest[2] ?? '');
  if (family === 'append' && rest[0]?.startsWith('throwOnAppendFailure') === true) return quietly(probe, rest[1] ?? '');
  return cases[name]?.(probe);
}

async function emptyBatch(probe: Probe, where: string, expected: string): Promise<unknown> {
  const stream = `em-batch-${where}-${expected}`;
  if (where === 'existing') await three(probe, stream, 2);
  const [append] = await batchAppend(probe, [{ correlation: randomUUID(), stream, expected }], 1);
  return { append, read: await probe.brief(stream) };
}

/** With a client that is told not to throw. */
async function quietly(probe: Probe, expected: string): Promise<unknown> {
  const quiet = EventStoreDBClient.connectionString(`${probe.url}&throwOnAppendFailure=false`);
  const outcome: Record<string, unknown> = {};
  for (const mode of ['batch', 'plain']) {
    const stream = `quiet-${mode}-${expected}`;
    if (expected !== 'STREAM_EXISTS') await three(probe, stream);
    const options = { expectedRevision: expectedOf(expected), ...(mode === 'plain' ? PLAIN : {}) };
    outcome[mode] = await probe.outcome(async () => probe.appendResult(await quiet.appendToStream(stream, probe.event('x'), options)));
  }
  await quiet.dispose();
  return outcome;
}

const MAX = 1_048_576;

async function boundary(probe: Probe, stream: string, type: string, metadata: Buffer): Promise<unknown[]> {
  const append = async (bytes: number): Promise<unknown> => {
    const event = binaryEvent({ type, data: Buffer.alloc(bytes), metadata });
    return probe.outcome(async () => void (await probe.client.appendToStream(`${stream}-${bytes}`, event, PLAIN)));
  };
  return [await append(MAX), await append(MAX + 1)];
}

const PLAIN = { credentials: { username: 'admin', password: 'changeit' } };

/** The largest that is taken, where one byte more is not. */
function largest([taken, refused]: unknown[]): number | undefined {
  return JSON.stringify(taken) === '{"ok":"void"}' && JSON.stringify(refused).includes('MaxAppendSizeExceededError') ? MAX : undefined;
}

const cases: Record<string, (probe: Probe) => Promise<unknown>> = {
  'append size/boundary': async (probe) => ({ largestAccepted: largest(await boundary(probe, 'asb', 'T', Buffer.alloc(0))) }),
  'append size/boundary with metadata': async (probe) => ({
    largestAcceptedData: largest(await boundary(probe, 'asm', 'T'.repeat(100), Buffer.alloc(1_000))),
  }),
  'batchAppend raw/half close': async (probe) => {
    const seen = await batchAppend(probe, [{ correlation: randomUUID(), stream: 'b8', events: 1 }], 1, true);
    if (seen.at(-1) !== '<<end>>') return seen;
    return seen.slice(0, -1).map((answer) => (typeof answer === 'object' && answer !== null && 'success' in answer ? 'success' : answer));
  },
  'batchAppend raw/wrong expected shape': async (probe) => {
    await three(probe, 'b2');
    const ask = async (stream: string, expected: string): Promise<unknown[]> =>
      batchAppend(probe, [{ correlation: randomUUID(), stream, expected, events: 1 }], 1);
    return {
      revision1: await ask('b2', 'revision 1'),
      noStream: await ask('b2', 'NO_STREAM'),
      streamExists: await ask('b2no', 'STREAM_EXISTS'),
    };
  },
  'batchAppend raw/fragments': async (probe) => {
    const [a, b] = [randomUUID(), randomUUID()];
    const parts = [
      { correlation: a, stream: 'b3', events: 1, final: false },
      { correlation: a, events: 1, final: false },
      { correlation: b, stream: 'b3b', events: 1 },
      { correlation: a, events: 1 },
    ];
    return { responses: await batchAppend(probe, parts, 2), read: await probe.brief('b3'), read2: await probe.brief('b3b') };
  },
  'batchAppend raw/deadline in the past': async (probe) => {
    const late = { correlation: randomUUID(), stream: 'b6', events: 1, deadline: new Date(Date.now() - 60_000) };
    return { timestamp: await batchAppend(probe, [late], 1), read: await probe.brief('b6') };
  },
  'batchAppend raw/bad message': async (probe) => {
    const [bad, good] = [randomUUID(), randomUUID()];
    const parts = [
      { correlation: bad, stream: 'b7', events: 1, untyped: true },
      { correlation: good, stream: 'b7', events: 1 },
    ];
    return { responses: await batchAppend(probe, parts, 2), read: await probe.brief('b7') };
  },
  'tombstone/then everything': async (probe) => {
    const events = probe.events(['a', 'b']);
    await probe.client.appendToStream('tte', events, { expectedRevision: NO_STREAM });
    await probe.client.tombstoneStream('tte', { expectedRevision: ANY });
    return {
      soft: await probe.outcome(async () => probe.client.deleteStream('tte', { expectedRevision: ANY })),
      setMeta: await probe.outcome(async () => probe.client.setStreamMetadata('tte', { maxCount: 1 })),
      getMeta: await probe.metadata('tte'),
      plain: await probe.append('plain', 'tte', [probe.event('x')], ANY),
      retryOld: await probe.append('batch', 'tte', events, NO_STREAM),
    };
  },
  'metadata/set and get': async (probe) => {
    const set = async (metadata: { maxCount: number }, expectedRevision: bigint | typeof NO_STREAM): Promise<unknown> =>
      probe.outcome(async () => probe.appendResult(await probe.client.setStreamMetadata('m1', metadata, { expectedRevision })));
    const a = await set({ maxCount: 10 }, NO_STREAM);
    return { a, b: await set({ maxCount: 11 }, NO_STREAM), d: await set({ maxCount: 12 }, 0n), get0: await probe.metadata('m1') };
  },
  'metadata/negative and wrong types': async (probe) => {
    const outcome: Record<string, unknown> = {};
    const texts = [
      '{"$maxCount":-1}',
      '{"$maxCount":"x"}',
      '{"$tb":-5}',
      '{"$maxAge":-1}',
      '{"unknown":1,"$maxCount":1}',
      '{"$maxCount":1.5}',
    ];
    for (const [index, text] of texts.entries()) {
      const stream = `mneg${index}`;
      await three(probe, stream, 2);
      await probe.client.appendToStream(`$$${stream}`, jsonEvent({ type: '$metadata', data: JSON.parse(text) as Record<string, string> }));
      outcome[text] = { append: 'ok', read: await probe.brief(stream), meta: await probe.metadata(stream) };
    }
    return outcome;
  },
  'metadata/the metastream itself': async (probe) => {
    for (const maxCount of [1, 2, 3]) await probe.client.setStreamMetadata('mm', { maxCount });
    return { read: await probe.full('$$mm'), backwards: await probe.brief('$$mm', { direction: 'backwards', fromRevision: 'end' }) };
  },
  'subscribe $all/from position is exclusive': async (probe) => {
    const [g5] = (await probe.read('all3')).slice(1);
    const subscription = following(probe.client.subscribeToAll({ fromPosition: g5?.position ?? START }), place);
    await subscription.until((log) => log.length >= 3);
    return (await subscription.end()).slice(0, 3);
  },
  'persistent/update': async (probe) => {
    await three(probe, 'p14', 2);
    const settings = { ...DEFAULTS, startFrom: START } as const;
    await probe.client.createPersistentSubscriptionToStream('p14', 'g', settings);
    const retried = ({ event, retryCount }: { event?: { streamId: string; revision: bigint }; retryCount?: number }): string =>
      `${event?.streamId}@${event?.revision} retry=${retryCount}`;
    const consumer = following(probe.client.subscribeToPersistentSubscriptionToStream('p14', 'g'), retried);
    await consumer.until((log) => log.length === 3);
    const u = await probe.outcome(async () =>
      probe.client.updatePersistentSubscriptionToStream('p14', 'g', { ...settings, startFrom: 1n, maxRetryCount: 77 }),
    );
    await consumer.until((log) => log.length === 4);
    const { settings: after } = await probe.client.getPersistentSubscriptionToStreamInfo('p14', 'g');
    return { u, log: consumer.log, settings: { ...after, startFrom: Number(after.startFrom) } };
  },
  ...Object.fromEntries(
    ['positions', 'idempotency ANY', 'idempotency revision 2 (current)', 'idempotency ANY single middle event'].map((what) => [
      `restart/${what}`,
      async (probe: Probe): Promise<unknown> => overRestart(probe, what),
    ]),
  ),
  'restart/deleted and tombstoned and truncated': async (probe) => {
    for (const stream of ['rsd', 'rst', 'rsm']) await three(probe, stream, stream === 'rsd' ? 2 : 3);
    await probe.client.deleteStream('rsd', { expectedRevision: ANY });
    await probe.client.tombstoneStream('rst', { expectedRevision: ANY });
    await probe.client.setStreamMetadata('rsm', { maxCount: 2 });
    await probe.restart();
    return {
      soft: await probe.brief('rsd'),
      tomb: await probe.brief('rst'),
      max2: await probe.brief('rsm'),
      appendSoft: await probe.append('batch', 'rsd', [probe.event('n')], ANY),
    };
  },
};

const DEFAULTS = {
  resolveLinkTos: false,
  extraStatistics: false,
  messageTimeout: 30_000,
  maxRetryCount: 10,
  checkPointAfter: 2_000,
  checkPointLowerBound: 10,
  checkPointUpperBound: 1_000,
  maxSubscriberCount: 'unbounded',
  liveBufferSize: 500,
  readBatchSize: 20,
  historyBufferSize: 500,
  consumerStrategyName: 'RoundRobin',
} as const;

async function overRestart(probe: Probe, what: string): Promise<unknown> {
  const stream = what === 'positions' ? 'rsp' : 'rs';
  const name = what === 'idempotency ANY' ? stream : what === 'positions' ? stream : `${stream}-${what}`;
  const events = probe.events(['A', 'B', 'C']);
  const first = await probe.client.appendToStream(name, events, { expectedRevision: NO_STREAM });
  if (what.endsWith('middle event')) await probe.client.appendToStream(name, probe.event('D'));
  const before = await probe.read(name);
  await probe.restart();
  if (what === 'positions') {
    const after = await probe.read(name);
    const places = (read: typeof before): string => read.map(({ position }) => `${position?.commit}/${position?.prepare}`).join();
    const last = after.at(-1)?.position?.commit;
    return { equal: places(after) === places(before), lastEqualsAppendResult: last === first.position?.commit };
  }
  const again = what.endsWith('middle event') ? events.slice(1, 2) : events;
  const revision = what.includes('revision 2') ? 2n : ANY;
  const retry = await probe.append('batch', name, again, revision);
  if (what.endsWith('middle event')) return retry;
  return { retry, after: { ok: (await probe.read(name)).map(({ revision, type }) => `rs@${revision}:${type}`) } };
}
