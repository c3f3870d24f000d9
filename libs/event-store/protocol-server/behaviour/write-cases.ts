import { ANY, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client';
import type { AppendExpectedRevision } from '@eventstore/db-client';
import { placeOf, rawDelete } from './raw-calls.js';

import type { Probe } from './probe.js';

/** Repeats a case from its name; undefined: not one of this family. */
export async function writeCase(probe: Probe, name: string): Promise<unknown> {
  const parts = name.split('/');
  const [family = '', second = '', third = '', fourth = ''] = parts;
  if (family === 'append' && third === 'missing stream') return appendToMissing(probe, second, fourth);
  if (family === 'append' && third === 'existing stream of 3') return appendToThree(probe, second, fourth);
  if (family === 'idempotency' && (second === 'batch' || second === 'plain')) return retry(probe, second, third, fourth);
  if (family === 'idempotency' && second === 'cross') return crossRetry(probe, third);
  if (family === 'idempotency' && second === 'single mid-stream') return midStream(probe, third);
  if (family === 'append empty' && second === 'plain') return appendNothing(probe, third, fourth);
  if (family === 'raw delete' || family === 'raw tombstone') return rawDeletion(probe, family.slice(4), second, third);
  if (family === 'names') return named(probe, second);
  const deleting = family === 'deleteStream' || family === 'tombstoneStream' ? family : undefined;
  if (deleting !== undefined && (second === 'existing' || second === 'missing')) return deletion(probe, deleting, second, third);
  if (deleting !== undefined && second === 'append after') return appendAfterDeletion(probe, deleting, third, fourth);
  if (deleting !== undefined && second === '$all still holds the events') return stillInAll(probe, deleting);
  return single[name]?.(probe);
}

export function expectedOf(text: string): AppendExpectedRevision {
  const revision = /revision (\d+)/.exec(text)?.[1];
  if (revision !== undefined) return BigInt(revision);
  return text === 'NO_STREAM' ? NO_STREAM : text === 'STREAM_EXISTS' ? STREAM_EXISTS : ANY;
}

export async function three(probe: Probe, stream: string, count = 3): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `e${index}`);
  await probe.client.appendToStream(stream, probe.events(names));
}

async function appendToMissing(probe: Probe, mode: string, expected: string): Promise<unknown> {
  const stream = `a1-${mode}${expected}`;
  return { append: await probe.append(mode, stream, probe.events(['a', 'b']), expectedOf(expected)), read: await probe.full(stream) };
}

async function appendToThree(probe: Probe, mode: string, expected: string): Promise<unknown> {
  const stream = `a2-${mode}${expected}`;
  await three(probe, stream);
  return { append: await probe.append(mode, stream, [probe.event('new')], expectedOf(expected)), streamAfter: await probe.brief(stream) };
}

async function retry(probe: Probe, mode: string, expected: string, variant: string): Promise<unknown> {
  const stream = `i-${mode}-${expected}-${variant.replace(/[^A-Za-z]/g, '')}`;
  const onTwo = expected === 'revision' || expected === 'STREAM_EXISTS';
  if (onTwo) await three(probe, stream, 2);
  const revision = expected === 'revision' ? 1n : expectedOf(expected);
  const [a, b, c] = [probe.event('A'), probe.event('B'), probe.event('C')];
  const first = await probe.append(mode, stream, [a, b, c], revision);
  if (variant === 'same events after another append') await probe.client.appendToStream(stream, probe.event('X'));
  const again = {
    'same events at once': [a, b, c],
    'same events after another append': [a, b, c],
    'first event only': [a],
    'first two': [a, b],
    'last two': [b, c],
    'same three plus a new one': [a, b, c, probe.event('D')],
    'reversed order': [c, b, a],
    'first then third (gap)': [a, c],
    'a new one before the same three': [probe.event('D'), a, b, c],
    'same ids, other data and type': [a, b, c].map((event) => ({ ...event, type: 'Other', data: { other: true } }) as typeof event),
  }[variant];
  if (again === undefined) throw new Error(`no such variant: ${variant}`);
  return { first, retry: await probe.append(mode, stream, again, revision), streamAfter: await probe.brief(stream) };
}

async function crossRetry(probe: Probe, expected: string): Promise<unknown> {
  const stream = `ix${expected}`;
  const events = probe.events(['A', 'B', 'C']);
  const first = await probe.append('batch', stream, events, NO_STREAM);
  return { first, retry: await probe.append('batch', stream, events, expectedOf(expected)), streamAfter: await probe.brief(stream) };
}

async function midStream(probe: Probe, expected: string): Promise<unknown> {
  const stream = `is${expected}`;
  const events = probe.events(['A', 'B', 'C']);
  for (const event of events) await probe.client.appendToStream(stream, event);
  return { retry: await probe.append('batch', stream, events.slice(1, 2), expectedOf(expected)), streamAfter: await probe.brief(stream) };
}

async function appendNothing(probe: Probe, state: string, expected: string): Promise<unknown> {
  const stream = `em-plain-${state}-${expected}`;
  if (state === 'existing') await three(probe, stream, 2);
  return { append: await probe.append('plain', stream, [], expectedOf(expected)), read: await probe.brief(stream) };
}

async function named(probe: Probe, which: string): Promise<unknown> {
  const names: Record<string, string> = {
    empty: '',
    'spaces and unicode': 'a b/ü☃?#%',
    'starting with $': '$mine',
    'long 300': 'x'.repeat(300),
    'starting with $$$': '$$$x',
  };
  const stream = names[which] ?? which;
  return {
    batch: await probe.append('batch', stream, [probe.event('a')], ANY),
    plain: await probe.append('plain', stream, [probe.event('b')], ANY),
    read: await probe.brief(stream),
    delete: await probe.outcome(async () => placeOf(await probe.client.deleteStream(stream))),
  };
}

function expectedDeletion(text: string): { expectedRevision: AppendExpectedRevision } {
  const revisions: Record<string, bigint> = { 'right revision': 2n, 'low revision': 1n, 'high revision': 5n };
  return { expectedRevision: revisions[text] ?? expectedOf(text) };
}

type Deletion = 'deleteStream' | 'tombstoneStream';

async function remove(probe: Probe, how: Deletion, stream: string, expected = 'ANY'): Promise<unknown> {
  // Both calls take the same expectations; deleteStream's type leaves out one that the recorded cases try.
  const options = expectedDeletion(expected) as { expectedRevision: bigint };
  return probe.outcome(async () => placeOf(await probe.client[how](stream, options)));
}

async function deletion(probe: Probe, how: Deletion, state: string, expected: string): Promise<unknown> {
  const stream = `${state === 'existing' ? 'd' : 'dm'}-${how}-${expected}`;
  if (state === 'existing') await three(probe, stream);
  const del = await remove(probe, how, stream, expected);
  const read = await probe.brief(stream);
  const more =
    state === 'existing'
      ? { backwards: await probe.brief(stream, { direction: 'backwards', fromRevision: 'end' }), metadata: await probe.metadata(stream) }
      : {};
  const append = await probe.append('batch', stream, [probe.event('new')], ANY);
  return { del, read, ...more, append, readAfter: await probe.brief(stream) };
}

async function appendAfterDeletion(probe: Probe, how: Deletion, mode: string, expected: string): Promise<unknown> {
  const stream = `da-${how}-${mode}-${expected}`;
  await three(probe, stream);
  await remove(probe, how, stream);
  return {
    append: await probe.append(mode, stream, probe.events(['n1', 'n2']), expectedOf(expected)),
    read: await probe.brief(stream),
    from0: await probe.brief(stream, { fromRevision: 0n }),
    from1: await probe.brief(stream, { fromRevision: 1n, maxCount: 1 }),
    backwards: await probe.brief(stream, { direction: 'backwards', fromRevision: 'end' }),
    metadata: await probe.metadata(stream),
  };
}

async function stillInAll(probe: Probe, how: Deletion): Promise<unknown> {
  const stream = `dal${how}`;
  await three(probe, stream);
  await remove(probe, how, stream);
  const all = await probe.readAll();
  return all.filter((event) => event.streamId === stream || event.streamId === `$$${stream}`).map((event) => probe.fully(event));
}

async function rawDeletion(probe: Probe, what: string, state: string, expected: string): Promise<unknown> {
  const stream = `rd-${what}-${state}-${expected}`;
  if (state !== 'missing') await three(probe, stream);
  if (state === 'soft-deleted') await probe.client.deleteStream(stream);
  return { response: await rawDelete(probe, what, stream, expected), readAfter: await probe.brief(stream) };
}

const metadataOf = async (probe: Probe, stream: string, metadata: Record<string, number>): Promise<unknown> =>
  probe.outcome(async () => probe.appendResult(await probe.client.setStreamMetadata(stream, metadata)));

const single: Record<string, (probe: Probe) => Promise<unknown>> = {
  'idempotency/duplicate ids in one append/NO_STREAM': async (probe) => {
    const [a, b] = [probe.event('A'), probe.event('B')];
    return {
      append: await probe.append('batch', 'iddn', [a, a, b], NO_STREAM),
      retry: await probe.append('batch', 'iddn', [a, a, b], NO_STREAM),
      after: await probe.brief('iddn'),
    };
  },
  'idempotency/far back': async (probe) => {
    const a = probe.event('A');
    const first = await probe.append('batch', 'ifb', [a], ANY);
    for (let batch = 0; batch < 10; batch += 1) await three(probe, 'ifb', 300);
    const again = await probe.append('batch', 'ifb', [a], ANY);
    return { first, retry: again, lastRevision: await probe.brief('ifb', { direction: 'backwards', fromRevision: 'end', maxCount: 1 }) };
  },
  'append size/batch/one event of 1 MiB + 1 KiB': async (probe) => sized(probe, 'batch', 'sz1batch', [1_049_600]),
  'append size/batch/one event just under': async (probe) => sized(probe, 'batch', 'sz2batch', [1_000_000]),
  'append size/plain/sum over 1 MiB': async (probe) => sized(probe, 'plain', 'sz3plain', [400_000, 400_000, 400_000]),
  'append size/plain/after the failure the connection works': async (probe) => ({
    append: await probe.append('plain', 'sz4plain', [probe.event('a')], ANY),
  }),
  'append/concurrent NO_STREAM': async (probe) => {
    const appends = Array.from({ length: 20 }, async (_, index) => probe.append('batch', 'acc', [probe.event(`c${index}`)], NO_STREAM));
    const results = (await Promise.all(appends)) as { ok?: unknown; error?: { class: string; actualVersion: unknown } }[];
    const errors = results.flatMap(({ error }) => (error === undefined ? [] : [`${error.class} actual ${String(error.actualVersion)}`]));
    return {
      ok: results.filter(({ ok }) => ok !== undefined).length,
      errors: [...new Set(errors)],
      length: (await probe.read('acc')).length,
    };
  },
  'deleteStream/twice': async (probe) => {
    await three(probe, 'dtw');
    const [a, b] = [await remove(probe, 'deleteStream', 'dtw'), await remove(probe, 'deleteStream', 'dtw')];
    return { a, b, d: await remove(probe, 'deleteStream', 'dtw', 'right revision'), samePositionFirstTwo: false };
  },
  'deleteStream/keeps other metadata': async (probe) => {
    await three(probe, 'dkm');
    await probe.client.setStreamMetadata('dkm', { maxCount: 10, x: 1 });
    await probe.client.deleteStream('dkm');
    const afterDelete = await probe.full('$$dkm');
    await probe.client.appendToStream('dkm', probe.event('again'));
    const afterRecreate = await probe.full('$$dkm');
    await probe.client.setStreamMetadata('dkm', { maxCount: 7 });
    return { afterDelete, afterRecreate, readAfterMetadataReplaced: await probe.brief('dkm') };
  },
  'deleteStream/undelete by metadata': async (probe) => {
    await three(probe, 'dum');
    await probe.client.deleteStream('dum');
    return { set: await metadataOf(probe, 'dum', {}), read: await probe.brief('dum') };
  },
  'tombstone/after soft delete': async (probe) => {
    await three(probe, 'tsd');
    await probe.client.deleteStream('tsd');
    const t = await remove(probe, 'tombstoneStream', 'tsd');
    return { t, append: await probe.append('batch', 'tsd', [probe.event('a')], ANY), read: await probe.brief('tsd') };
  },
  'metadata/on a stream without events': async (probe) => ({
    a: await metadataOf(probe, 'm2', { maxCount: 2 }),
    r: await probe.brief('m2'),
    ap: await probe.append('batch', 'm2', probe.events(['a', 'b', 'c']), ANY),
    read: await probe.brief('m2'),
  }),
  '$all/metadata and system events visible': async (probe) => {
    await probe.client.appendToStream('vis', probe.event('v'));
    await probe.client.setStreamMetadata('vis', { maxCount: 5 });
    await probe.client.deleteStream('vis');
    await probe.client.appendToStream('vist', probe.event('v2'));
    await probe.client.tombstoneStream('vist');
    const own = new Set(['vis', '$$vis', 'vist', '$$vist']);
    return (await probe.readAll()).filter((event) => own.has(event.streamId)).map((event) => probe.fully(event));
  },
};

async function sized(probe: Probe, mode: string, stream: string, sizes: readonly number[]): Promise<unknown> {
  // {"n":"…"} has eight bytes besides its text.
  const events = sizes.map((bytes) => probe.event('x'.repeat(bytes - 8)));
  return { append: await probe.append(mode, stream, events, ANY), read: await probe.brief(stream) };
}
