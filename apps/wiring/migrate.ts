import { isoInstant } from '../../libs/domain/shared/instant.js';
import { timeOrderedIds } from '../../libs/command-handling/ids.js';
import type { LogMoved } from '../../libs/domain/log/log.events.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import { LogRefused, SYSTEM_ACTOR } from '../../libs/event-store/event-store.port.js';
import { copyLog } from '../../libs/event-store/eventstoredb/migrate-log.js';
import { IDENTITY_STREAM } from '../../libs/event-store/log-identity.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { takeKeys } from '../../libs/privacy/mongodb/mongo-key-store.js';
import { openSqliteKeyStore } from '../../libs/privacy/sqlite/sqlite-key-store.js';
import type { Config } from './config.js';
import { filesOf } from './files.js';
import { checkStored, masterKeyOf } from './open-stores.js';
import { NoLogYet, holdsLog } from './open-dealtrail.js';

export interface MigrateAnswer {
  readonly report: 'migrate';
  readonly log: string;
  /** Of the log, each compared with its copy. */
  readonly events: number;
  /** Copied now; the others were there from an earlier run. */
  readonly copied: number;
  readonly keys: number;
}

export interface MigrateWork {
  readonly eventStoreUrl: string;
  readonly onProgress: (copied: number) => void;
  readonly signal: AbortSignal;
}

/** Moves the embedded log to EventStoreDB, and its keys to MongoDB where one is named; last it closes the old log. Run again it goes on where it was. */
export async function migrate(config: Config, { eventStoreUrl, onProgress, signal }: MigrateWork): Promise<MigrateAnswer> {
  const { dataDir, streamPrefix, mongoUrl } = config;
  if (!holdsLog(dataDir)) throw new NoLogYet(dataDir);
  const { log: file, keys: keyFile } = filesOf(dataDir);
  const keyStore = openSqliteKeyStore({ file: keyFile });
  const clock = { now: Date.now };
  try {
    const source = openSqliteEventStore({ ...{ file, clock, checkStored, streamPrefix }, keyStoreId: keyStore.id });
    try {
      await refuseMoved(source);
      const keys = keyStore.everything();
      if (mongoUrl !== null) {
        const masterKey = masterKeyOf(config.masterKey, false);
        await takeKeys({ url: mongoUrl, masterKey }, { id: keyStore.id, logKey: keyStore.logKey, keys });
      }
      const { events, copied } = await copyLog({ source, url: eventStoreUrl, checkStored, onProgress, signal });
      await close(source, eventStoreUrl);
      return { report: 'migrate', log: source.identity.logId, events, copied, keys: keys.size };
    } finally {
      await source.close();
    }
  } finally {
    await keyStore.close();
  }
}

/** A copy of what closed the old log would close the new one. */
async function refuseMoved(source: EventStore): Promise<void> {
  const { events } = await source.readStream(IDENTITY_STREAM);
  const moved = events.find(({ type }) => type === 'LogMoved');
  if (moved === undefined) return;
  const { to } = (catalog.decode(moved) as unknown as LogMoved).data; // by its type
  throw new LogRefused(`this log was moved to ${to} already`);
}

/** What says where the log went holds no password. */
async function close(source: EventStore, url: string): Promise<void> {
  const at = Date.now();
  const eventId = timeOrderedIds.eventId(at);
  await source.append(IDENTITY_STREAM, 'exists', [
    {
      eventId,
      type: 'LogMoved',
      data: { to: url.replace(/\/\/[^@/]*@/, '//') },
      metadata: {
        ...{ schemaVersion: 1, correlationId: eventId, causationId: eventId },
        actor: { id: SYSTEM_ACTOR.id, kind: SYSTEM_ACTOR.kind },
        effectiveAt: isoInstant(at),
      },
    },
  ]);
}
