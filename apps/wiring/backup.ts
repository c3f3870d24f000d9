import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { Position } from '../../libs/domain/shared/position.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { LogDamaged } from '../../libs/event-store/event-store.port.js';
import { logPages } from '../../libs/event-store/log-pages.js';
import { openAll } from '../../libs/privacy/opening.js';
import { checkFiles } from './check-files.js';
import type { Config } from './config.js';
import { filesOf } from './files.js';
import { NoLogYet, holdsLog } from './open-dealtrail.js';
import { openKeyStore, openLog } from './open-stores.js';

export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

/** What a backup holds; also written into it as `backup.json`. */
export interface Backup {
  readonly report: 'backup';
  readonly folder: string;
  readonly log: string;
  /** Of the last event. */
  readonly position: Position;
  readonly recordedAt: string;
  /** Each read back from the copy, its personal fields opened with the copied keys. */
  readonly events: number;
  readonly keyStore: string;
  /** Bytes by file, as they lie in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

export type BackupProgress =
  | { readonly step: 'copying'; readonly file: string; readonly pages: number; readonly of: number }
  | { readonly step: 'reading back'; readonly events: number };

export interface BackupOptions {
  /** Must not be there yet, or be empty. */
  readonly folder: string;
  /** The read models too, which otherwise are made again from the log. */
  readonly withModels?: boolean;
  readonly onProgress?: (progress: BackupProgress) => void;
  readonly signal?: AbortSignal;
}

/** 16 MiB of a log, between two looks at the signal. */
const PAGES_AT_ONCE = 2_000;
const EVENTS_AT_ONCE = 2_000;

/**
 * Copies log, keys and, if wanted, read models of a data directory while whoever owns it goes on, and reads the copy back. The folder is laid out as a data
 * directory and appears whole or not at all.
 * @throws BackupRefused, NoLogYet, LogDamaged and KeyMissing where the copy, and so the original, is not whole
 */
export async function backUp(config: Config, { folder, withModels = false, onProgress, signal }: BackupOptions): Promise<Backup> {
  if (config.eventStoreUrl !== null)
    throw new BackupRefused(
      'the log is in EventStoreDB: back it up there, as docs/operations.md says; this command copies an embedded one',
    );
  if (!holdsLog(config.dataDir)) throw new NoLogYet(config.dataDir);
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) throw new BackupRefused(`${target} is not empty: name a folder of its own`);

  const partial = `${target}.partial-${process.pid}`;
  const from = filesOf(config.dataDir);
  const to = filesOf(partial);
  // Read models may be behind their log and never before it: they are copied first. Every key is durable before the first event that needs it: keys are copied last.
  const copies = [
    ...(withModels && config.mongoUrl === null ? [[from.models, to.models] as const] : []),
    [from.log, to.log] as const,
    ...(config.mongoUrl === null ? [[from.keys, to.keys] as const] : []),
  ].filter(([source]) => existsSync(source));
  try {
    mkdirSync(partial, { recursive: true, mode: 0o700 });
    for (const [source, copy] of copies) await copyDatabase(source, copy, { onProgress, signal });
    const backup = await readBack(config, partial, { target, onProgress, signal });
    writeFileSync(join(partial, 'backup.json'), `${JSON.stringify(backup, null, 2)}\n`, { flush: true });
    if (existsSync(target)) rmSync(target, { recursive: true }); // empty
    renameSync(partial, target);
    syncFolder(dirname(target));
    return backup;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

interface Watched {
  readonly onProgress: ((progress: BackupProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

async function copyDatabase(source: string, copy: string, { onProgress, signal }: Watched): Promise<void> {
  mkdirSync(dirname(copy), { recursive: true, mode: 0o700 });
  closeSync(openSync(copy, 'w', 0o600)); // keys are readable by their owner alone
  const database = new Database(source, { readonly: true, timeout: 10_000 });
  try {
    // One snapshot for all pages: without it a write in between would begin the copy anew, and under a steady load it would never end.
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    await database.backup(copy, {
      progress({ totalPages, remainingPages }) {
        signal?.throwIfAborted();
        onProgress?.({ step: 'copying', file: source, pages: totalPages - remainingPages, of: totalPages });
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    database.close();
  }
  // One file without a -wal beside it, which can be read from a medium that takes no writes. Whoever opens it as a data directory sets its own mode.
  const settled = new Database(copy);
  settled.pragma('journal_mode = DELETE');
  settled.close();
  chmodSync(copy, 0o600);
}

async function readBack(
  config: Config,
  partial: string,
  { target, onProgress, signal }: Watched & { readonly target: string },
): Promise<Backup> {
  for (const { file, damage } of checkFiles(partial)) if (damage !== null) throw new LogDamaged(`the copy ${file} is damaged: ${damage}`);
  const copied: Config = { ...config, dataDir: partial };
  const keyStore = await openKeyStore(copied, { readOnly: true });
  try {
    const { eventStore } = await openLog(copied, { clock: { now: () => Date.now() }, keyStoreId: keyStore.id, readOnly: true });
    try {
      let events = 0;
      for await (const page of logPages(eventStore, { limit: EVENTS_AT_ONCE })) {
        signal?.throwIfAborted();
        await openAll(
          page.map((event) => catalog.decode(event).data),
          keyStore,
        );
        events += page.length;
        onProgress?.({ step: 'reading back', events });
      }
      const { position, recordedAt } = await eventStore.head();
      return {
        ...{ report: 'backup', folder: target, log: eventStore.identity.logId, position, recordedAt: isoInstant(recordedAt), events },
        keyStore: keyStore.id,
        files: sizesOf(partial),
      };
    } finally {
      await eventStore.close();
    }
  } finally {
    await keyStore.close();
  }
}

function sizesOf(folder: string): Record<string, number> {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => [name, statSync(join(folder, name))] as const);
  return Object.fromEntries(sizes.filter(([, stat]) => stat.isFile()).map(([name, { size }]) => [name, size]));
}

/** The new name is on the disk, and not only in the cache of its folder. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
