import { ANY, NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { v5 } from 'uuid';
import { LOG_START, positionNumber } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored } from '../appendable.js';
import { LogDamaged, LogRefused } from '../event-store.port.js';
import { logPages } from '../log-pages.js';
import type { EventBytes, EventStore, StoredEvent } from '../event-store.port.js';
import { IDENTITY_STREAM } from '../log-identity.js';
import { ownPrefix } from '../stream-prefix.js';
import { StoreConnection, throwingPortErrors } from './connection.js';
import { PAIRS_TYPE, pairsStream } from './copied-positions.js';
import { openEventStoreDB } from './eventstoredb-event-store.js';
import { identityThere, refuseStreamsOfOthers } from './store-identity.js';
import { eventForStore } from './stored-form.js';

export interface MigrateOptions {
  /** The log that is copied; nobody else appends to it meanwhile. */
  readonly source: EventStore;
  /** Where it goes: `esdb://…` */
  readonly url: string;
  readonly checkStored: CheckStored;
  readonly onProgress?: (copied: number) => void;
  readonly signal?: AbortSignal;
}

/** So many events stand between two pairs of old and new positions. */
const PAIR_EVERY = 1_000;
const PAGE = 1_000;
/** Positions behind the copied ones begin at a multiple of this, with room for what is appended between an interrupted copy and the rest of it. */
const ROOM = 1_000_000_000;
const PAIR_IDS = 'b6d3b8a2-3f0e-4c0a-9a51-6f6f9a5c2f11';

/**
 * Copies a log into EventStoreDB in its order, one append at a time, and compares the copy event by event. Run again it goes on behind what is there already; the copy is
 * the same log, so that every position, basis and cursor means what it meant. @returns events of the log, and how many of them were copied now
 * @throws LogRefused where the store holds another log, LogDamaged where the copy differs
 */
export async function copyLog({
  source,
  url,
  checkStored,
  onProgress,
  signal,
}: MigrateOptions): Promise<{ events: number; copied: number }> {
  const { logId, keyStoreId, streamPrefix } = source.identity;
  const prefix = ownPrefix(streamPrefix);
  const connection = new StoreConnection({ url });
  const openCopy = (): Promise<EventStore> =>
    openEventStoreDB({ url, clock: { now: Date.now }, checkStored, streamPrefix, keyStoreId, readOnly: true });
  try {
    return await throwingPortErrors(async () => {
      const there = await identityThere(connection, prefix);
      if (there === undefined) await refuseStreamsOfOthers(connection, prefix);
      else if (there.data.logId !== logId || there.offset === undefined)
        throw new LogRefused(
          `the event store holds the log ${there.data.logId}, and no copy of ${logId}: name another store, or set DEALTRAIL_STREAM_PREFIX`,
        );
      const head = positionNumber((await source.head()).position);
      const offset = there?.offset ?? (Math.floor(head / ROOM) + 2) * ROOM;
      const after = there === undefined ? LOG_START : await lastOf(openCopy);
      if (positionNumber(after) > offset) throw new LogRefused('the copy has been appended to already: it is the log now');
      const copied = await append({ source, connection, prefix, logId, offset, after, checkStored, onProgress, signal });
      const copy = await openCopy();
      try {
        return { events: await compare(source, copy), copied };
      } finally {
        await copy.close();
      }
    });
  } finally {
    await connection.close();
  }
}

async function lastOf(open: () => Promise<EventStore>): Promise<Position> {
  const copy = await open();
  try {
    return (await copy.head()).position;
  } finally {
    await copy.close();
  }
}

interface Appending extends Pick<MigrateOptions, 'source' | 'checkStored'> {
  readonly connection: StoreConnection;
  readonly prefix: string;
  readonly logId: string;
  readonly offset: number;
  readonly after: Position;
  readonly onProgress: MigrateOptions['onProgress'];
  readonly signal: AbortSignal | undefined;
}

async function append(work: Appending): Promise<number> {
  const { source, connection, prefix, logId, offset, onProgress, signal } = work;
  let copied = 0;
  for (let after = work.after, end = false; !end;) {
    const page = await source.readAll({ after, limit: PAGE });
    for (const event of page.events) {
      signal?.throwIfAborted();
      const position = positionNumber(event.position);
      const isIdentity = event.stream === IDENTITY_STREAM && event.type === 'LogIdentified';
      const from = { position, recordedAt: event.recordedAt, ...(isIdentity ? { offset } : {}) };
      const [checked] = checkEvents([{ ...event, data: bytes(event.data), metadata: bytes(event.metadata) }], work.checkStored);
      if (checked === undefined) throw new LogDamaged(`the event at ${event.position} cannot be read`);
      const expectedRevision = event.revision === 0 ? NO_STREAM : BigInt(event.revision - 1);
      // Named revisions and ids: an append that is repeated after a lost answer is the first one.
      const one = eventForStore(checked, from);
      await connection.repeated(() => connection.client.appendToStream(prefix + event.stream, [one], { expectedRevision }));
      copied += 1;
      if (position % PAIR_EVERY === 0) await notePair(connection, pairsStream(prefix, logId), prefix, event);
      if (copied % PAGE === 0) onProgress?.(copied);
    }
    ({ through: after, end } = page);
  }
  return copied;
}

async function notePair(connection: StoreConnection, stream: string, prefix: string, event: StoredEvent): Promise<void> {
  const [record] = await connection.readStream(prefix + event.stream, event.revision, false, 1);
  if (record?.position === undefined) throw new LogDamaged(`the event store does not say where it put ${event.stream}`);
  const was = positionNumber(event.position);
  const pair = jsonEvent({
    id: v5(`${stream} ${was}`, PAIR_IDS),
    type: PAIRS_TYPE,
    data: { pairs: [{ was, is: Number(record.position.commit) }] },
  });
  await connection.repeated(() => connection.client.appendToStream(stream, pair, { expectedRevision: ANY }));
}

function bytes(value: EventBytes): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

/** @throws LogDamaged at the first event that differs */
async function compare(source: EventStore, copy: EventStore): Promise<number> {
  const there = inOrder(copy);
  let events = 0;
  for await (const event of inOrder(source)) {
    const other = (await there.next()).value;
    const differs = other === undefined || FIELDS.some((field) => text(event[field]) !== text(other[field]));
    if (differs)
      throw new LogDamaged(`the copy differs at position ${event.position} (${event.stream}): empty the event store and begin again`);
    events += 1;
  }
  return events;
}

const FIELDS = ['eventId', 'stream', 'revision', 'position', 'recordedAt', 'type', 'data', 'metadata'] as const;

function text(value: string | number | Uint8Array): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

async function* inOrder(store: EventStore): AsyncGenerator<StoredEvent, undefined> {
  for await (const page of logPages(store, { limit: PAGE })) yield* page;
  return undefined;
}
