import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { CheckStored } from '../../libs/event-store/appendable.js';
import type { Clock, EventStore } from '../../libs/event-store/event-store.port.js';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import type { LogFile } from '../../libs/event-store/sqlite/log-file.js';
import { openSqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.js';
import { KeyStoreUnavailable } from '../../libs/privacy/key-store.port.js';
import type { KeyStore } from '../../libs/privacy/key-store.port.js';
import { masterKeyFrom } from '../../libs/privacy/mongodb/master-key.js';
import type { MasterKey } from '../../libs/privacy/mongodb/master-key.js';
import { openMongoKeyStore } from '../../libs/privacy/mongodb/mongo-key-store.js';
import { openSqliteKeyStore } from '../../libs/privacy/sqlite/sqlite-key-store.js';
import { openMongoReadStore } from '../../libs/read-store/mongodb/mongo-read-store.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import { openSqliteReadStore } from '../../libs/read-store/sqlite/sqlite-read-store.js';
import { isCopied, withoutCopied } from '../../libs/event-store/eventstoredb/stored-form.js';
import type { Config } from './config.js';
import { VARIABLES } from './config.js';
import { filesOf } from './files.js';

// The one place where it is decided which adapter a process stands on.

export const checkStored: CheckStored = (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata);

/** Of a log that is served alone: `migrate` may write a copy into it, whose metadata say where each event stood (`copied`). */
export const checkStoredOrCopied: CheckStored = (type, schemaVersion, data, metadata) => {
  checkStored(type, schemaVersion, data, isCopied(metadata) ? withoutCopied(metadata) : metadata);
};

/** Keys lie on MongoDB where the read models do, so that every process has them; otherwise in the data directory. @throws KeyStoreUnavailable */
export async function openKeyStore(
  config: Pick<Config, 'mongoUrl' | 'masterKey' | 'dataDir'>,
  { readOnly }: { readonly readOnly: boolean },
): Promise<KeyStore> {
  const { mongoUrl, masterKey, dataDir } = config;
  if (mongoUrl !== null) return openMongoKeyStore({ url: mongoUrl, masterKey: (isThere) => masterKeyOf(masterKey, isThere) });
  const file = filesOf(dataDir).keys;
  if (!readOnly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return openSqliteKeyStore({ file, readOnly });
}

/** A file that nobody named is made for a KeyStore that is new; beside one that is there a new key would open nothing. */
export function masterKeyOf(source: Config['masterKey'], isThere: boolean): MasterKey {
  if (!('unnamed' in source)) return masterKeyFrom(source);
  const file = source.unnamed;
  if (!existsSync(file)) {
    if (isThere) {
      throw new KeyStoreUnavailable(
        `its keys are wrapped by a master key that this process does not have: set ${VARIABLES.masterKey.name} or ${VARIABLES.masterKeyFile.name} (there is no ${file})`,
      );
    }
    makeMasterKey(file);
  }
  return masterKeyFrom({ file });
}

/** Whole or not at all, and the first of two processes that make it at once makes it. */
function makeMasterKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${randomBytes(32).toString('base64')}\n`, { mode: 0o400, flush: true });
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // links throw system errors alone
  } finally {
    rmSync(fresh);
  }
}

export interface LogOptions {
  readonly clock: Clock;
  readonly keyStoreId: string;
  readonly readOnly: boolean;
  /** An embedded log is written by a thread of its own; default false. */
  readonly writerThread?: boolean;
}

/** The embedded log below the port. */
export interface EmbeddedLog {
  readonly file: LogFile;
  /** Appends that wait for their commit. */
  queued(): number;
}

/** The log, and its file where it is embedded. @throws LogRefused, LogDamaged, EventStoreUnavailable */
export async function openLog(
  config: Pick<Config, 'eventStoreUrl' | 'streamPrefix' | 'dataDir'>,
  { clock, keyStoreId, readOnly, writerThread = false }: LogOptions,
): Promise<{ readonly eventStore: EventStore; readonly embedded: EmbeddedLog | null }> {
  const { eventStoreUrl, streamPrefix, dataDir } = config;
  const common = { clock, checkStored, streamPrefix, keyStoreId, readOnly };
  if (eventStoreUrl !== null) return { eventStore: await openEventStoreDB({ ...common, url: eventStoreUrl }), embedded: null };
  // Only the demo says when something was recorded.
  const eventStore = openSqliteEventStore({ ...common, file: filesOf(dataDir).log, simulated: !readOnly, writerThread });
  return { eventStore, embedded: { file: eventStore.log, queued: () => eventStore.queued } };
}

/** @throws ReadStoreUnavailable, ReadStoreDamaged */
export async function openReadStore(
  { mongoUrl, dataDir }: Pick<Config, 'mongoUrl' | 'dataDir'>,
  { readOnly }: { readonly readOnly: boolean },
): Promise<ReadStore> {
  return mongoUrl === null ? openSqliteReadStore({ file: filesOf(dataDir).models, readOnly }) : openMongoReadStore({ url: mongoUrl });
}
