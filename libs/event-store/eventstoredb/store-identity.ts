import { randomUUID } from 'node:crypto';
import { NO_STREAM, START, streamNameFilter } from '@eventstore/db-client';
import { v7 } from 'uuid';
import type { LogIdentified } from '../../domain/log/log.events.js';
import { STREAM_CATEGORIES } from '../../domain/shared/ids.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored } from '../appendable.js';
import { EventStoreUnavailable, LogRefused } from '../event-store.port.js';
import type { Clock, IdSource, LogIdentity } from '../event-store.port.js';
import { IDENTITY_STREAM, identityEvent, refuseOtherIdentity } from '../log-identity.js';
import { ownPrefix } from '../stream-prefix.js';
import type { StoreConnection } from './connection.js';
import { CopiedPositions } from './copied-positions.js';
import { errorType } from './store-errors.js';
import { copiedFrom, eventForStore } from './stored-form.js';
import type { RecordedRecord } from './stored-form.js';

interface IdentityOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly ids?: IdSource;
  readonly checkStored: CheckStored;
  readonly streamPrefix?: string;
  readonly keyStoreId: string | null;
  readonly readOnly?: boolean;
}

export interface EstablishedIdentity {
  readonly identity: LogIdentity;
  readonly copied: CopiedPositions;
  readonly moved: string | undefined;
}

/** Reads who the log is, or writes it as the first of our events; who loses that race reads the other's. @throws LogRefused */
export async function establishIdentity(connection: StoreConnection, options: IdentityOptions): Promise<EstablishedIdentity> {
  const streamPrefix = options.streamPrefix ?? '';
  const prefix = ownPrefix(streamPrefix);
  const found = await identityThere(connection, prefix);
  if (found === undefined) {
    if (options.readOnly === true || options.keyStoreId === null)
      throw new EventStoreUnavailable(`the event store holds no log of ours yet: start what writes to it first`);
    await refuseStreamsOfOthers(connection, prefix);
    await writeIdentity(connection, prefix, { ...options, keyStoreId: options.keyStoreId });
    return establishIdentity(connection, options);
  }
  const { logId, keyStoreId } = found.data;
  refuseOtherIdentity(found.data, { streamPrefix, keyStoreId: options.keyStoreId ?? keyStoreId }, 'in the event store');
  const offset = found.offset;
  return {
    identity: { logId, keyStoreId, streamPrefix },
    copied: offset === undefined ? CopiedPositions.none() : await CopiedPositions.load(connection, prefix, logId, offset),
    moved: found.moved,
  };
}

/** Where a `LogMoved` among these says that the log went. */
export function movedIn(events: readonly { readonly type: string; readonly data: unknown }[]): string | undefined {
  const moved = events.find((event) => event.type === 'LogMoved');
  return moved && (moved.data as { to: string }).to; // checked by the catalog when appended
}

export async function identityThere(
  connection: StoreConnection,
  prefix: string,
): Promise<{ data: LogIdentified['data']; offset: number | undefined; moved: string | undefined } | undefined> {
  let records: readonly RecordedRecord[];
  try {
    records = await connection.readStream(prefix + IDENTITY_STREAM, 'start', false, 1_000);
  } catch (error) {
    if (errorType(error) === 'stream-not-found') return undefined;
    throw error;
  }
  const identified = records.find((record) => record.type === 'LogIdentified');
  if (identified === undefined) return undefined;
  return {
    data: identified.data as LogIdentified['data'], // checked by the catalog when appended
    offset: copiedFrom(identified)?.offset,
    moved: movedIn(records),
  };
}

async function writeIdentity(
  connection: StoreConnection,
  prefix: string,
  options: IdentityOptions & { readonly keyStoreId: string },
): Promise<void> {
  const at = options.clock.now();
  const eventId = options.ids?.eventId(at) ?? v7({ msecs: at });
  const identity = { logId: randomUUID(), keyStoreId: options.keyStoreId, streamPrefix: options.streamPrefix ?? '' };
  const events = checkEvents([identityEvent(eventId, identity, at)], options.checkStored).map((event) => eventForStore(event));
  try {
    await connection.repeated(() => connection.client.appendToStream(prefix + IDENTITY_STREAM, events, { expectedRevision: NO_STREAM }));
  } catch (error) {
    if (errorType(error) !== 'wrong-expected-version') throw error;
  }
}

/** Whoever else writes streams named like ours would have them projected as deals. */
export async function refuseStreamsOfOthers(connection: StoreConnection, prefix: string): Promise<void> {
  const filter = streamNameFilter({ prefixes: STREAM_CATEGORIES.map((category) => `${prefix}${category}-`) });
  const subscription = connection.client.subscribeToAll({ fromPosition: START, filter });
  const found = new Promise<string | undefined>((resolve, reject) => {
    subscription.on('data', ({ event }) => resolve(event?.streamId));
    subscription.on('caughtUp', () => resolve(undefined));
    subscription.on('error', reject);
  });
  try {
    const stream = await connection.within(found);
    if (stream !== undefined && stream !== prefix + IDENTITY_STREAM) {
      throw new LogRefused(
        `the event store holds streams of others named like ours ('${stream}') and no identity of ours: set DEALTRAIL_STREAM_PREFIX`,
      );
    }
  } finally {
    void subscription.unsubscribe();
  }
}
