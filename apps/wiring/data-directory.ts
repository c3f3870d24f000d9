import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';

/** The one process that writes to a data directory (design section 8). */
export interface Owner {
  readonly pid: number;
  /** Where it answers over HTTP; null where it does not. */
  readonly address: string | null;
  /** What it does, for people: `npm start`, `import`. */
  readonly doing: string;
}

export interface Ownership {
  /** Lets other processes find this one over HTTP. */
  announce(address: string): void;
  release(): void;
}

/** Somebody else owns the directory, and was waited for. */
export class DirectoryOwned extends Error {
  override readonly name = 'DirectoryOwned';
  constructor(
    readonly dataDir: string,
    readonly owner: Owner | undefined,
  ) {
    super(`${dataDir} is in use by ${ownerInWords(owner)}; wait until it has ended, or end it`);
  }
}

export class DirectoryUnusable extends Error {
  override readonly name = 'DirectoryUnusable';
}

export function ownerInWords(owner: Owner | undefined): string {
  if (!owner) return 'another process that is just starting';
  return `process ${owner.pid} (${owner.doing}${owner.address === null ? ', no HTTP address' : `, ${owner.address}`})`;
}

const LOCK = 'owner.lock';
const OWNER = 'owner.json';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // kill throws system errors alone
  }
}

function readOwner(dataDir: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(join(dataDir, OWNER), 'utf8')) as Owner; // written by `writeOwner` alone
    // What a dead owner left behind says nothing: whoever holds the lock now has not written its own yet.
    return isAlive(owner.pid) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function writeOwner(dataDir: string, owner: Owner): void {
  const fresh = join(dataDir, `${OWNER}.${owner.pid}`);
  writeFileSync(fresh, `${JSON.stringify(owner)}\n`);
  renameSync(fresh, join(dataDir, OWNER)); // readers see the old or the new one, never half of it
}

/**
 * The lock is one that the operating system holds for the process (SQLite's exclusive lock on a small file), not the existence of a file:
 * it ends with the process however that dies, so a dead owner's lock is free at once and two processes that find it free cannot both take it.
 * The pid and address beside it are for people and for the command line.
 */
function tryLock(dataDir: string): Database.Database | undefined {
  const lock = new Database(join(dataDir, LOCK), { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    const code = (error as { code?: unknown }).code; // by code: two copies of the addon have two error classes
    if (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

function ownershipOf(dataDir: string, lock: Database.Database, doing: string): Ownership {
  writeOwner(dataDir, { pid: process.pid, address: null, doing });
  let held = true;
  return {
    announce: (address) => writeOwner(dataDir, { pid: process.pid, address, doing }),
    release() {
      if (!held) return;
      held = false;
      rmSync(join(dataDir, OWNER), { force: true });
      lock.close();
    },
  };
}

/**
 * Takes the directory, making it where it is missing; otherwise says who has it (undefined: somebody who has not said so yet).
 * @throws DirectoryUnusable
 */
export function tryOwn(dataDir: string, doing: string): { readonly own: Ownership } | { readonly owner: Owner | undefined } {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = tryLock(dataDir);
    return lock ? { own: ownershipOf(dataDir, lock, doing) } : { owner: readOwner(dataDir) };
  } catch (error) {
    throw new DirectoryUnusable(`the data directory ${dataDir} cannot be used: ${(error as Error).message}`);
  }
}

const POLL_MS = 50;

/**
 * Takes the directory, or waits for its owner to end or to name an HTTP address, whichever is first.
 * @throws DirectoryOwned after `timeoutMs`
 */
export async function ownOrFind(
  dataDir: string,
  doing: string,
  timeoutMs: number,
): Promise<{ readonly own: Ownership } | { readonly address: string }> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const taken = tryOwn(dataDir, doing);
    if ('own' in taken) return taken;
    if (taken.owner?.address) return { address: taken.owner.address };
    if (performance.now() >= deadline) throw new DirectoryOwned(dataDir, taken.owner);
    await sleep(POLL_MS);
  }
}

/** Who owns the directory now, without taking it; a new owner is given a moment to say who it is. */
export async function findOwner(dataDir: string): Promise<Owner | undefined> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const owner = readOwner(dataDir);
    if (owner) return owner;
    await sleep(POLL_MS / 2);
  }
  return undefined;
}
