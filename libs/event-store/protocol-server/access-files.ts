import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { ServerAccess, User } from './access.js';

export interface AccessFiles {
  /** PEM: the server's certificate, and those between it and its authority. */
  readonly certificateFile: string;
  readonly keyFile: string;
  /** JSON: `{ "users": [{ "name", "password": "scrypt:<salt>:<hash>", "write"?, "groups"? }] }`, salt and hash in base64. */
  readonly usersFile: string;
}

const UsersFile = Type.Object(
  {
    users: Type.Array(
      Type.Object(
        {
          name: Type.String({ pattern: '^[^:$]+$' }),
          password: Type.String({ pattern: '^scrypt:[A-Za-z0-9+/]{22,}={0,2}:[A-Za-z0-9+/]{43}=$' }),
          write: Type.Optional(Type.Boolean()),
          groups: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false },
);

interface Known extends User {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const HASH_BYTES = 32;
/** Wrong passwords of a user that are looked at within a minute: each costs a processor some 50 ms, and nobody who knows it needs more. */
const MOST_GUESSES = 10;
const MINUTE_MS = 60_000;

/** Counts wrong passwords by user. Who has shown the right one to this process before is let in without being counted. */
class Guesses {
  private readonly wrong = new Map<string, { count: number; readonly since: number }>();

  constructor(private readonly now: () => number) {}

  exhausted(name: string): boolean {
    return (this.within(name)?.count ?? 0) >= MOST_GUESSES;
  }

  add(name: string): void {
    const known = this.within(name);
    if (known === undefined) this.wrong.set(name, { count: 1, since: this.now() });
    else known.count += 1;
  }

  private within(name: string): { count: number } | undefined {
    const known = this.wrong.get(name);
    return known !== undefined && this.now() - known.since < MINUTE_MS ? known : undefined;
  }
}

/** @throws where a file cannot be read or the users' file says something else than users */
export function openServerAccess(files: AccessFiles, now: () => number = () => performance.now()): ServerAccess {
  const users = new Map(readUsers(files.usersFile).map((user) => [user.name, user]));
  // scrypt is slow on purpose and every call brings its password: one that was right is recognised by a hash under a key of this process.
  const key = randomBytes(32);
  const right = new Map<string, Buffer>();
  const guesses = new Guesses(now);
  const underWay = new Map<string, Promise<boolean>>();
  const look = (user: Known, password: string, guess: string): Promise<boolean> => {
    if (guesses.exhausted(user.name)) return Promise.resolve(false);
    guesses.add(user.name); // before the answer is there: guesses that come at once count too
    const looking = hashed(password, user.salt).then((hash) => timingSafeEqual(hash, user.hash));
    underWay.set(guess, looking);
    return looking.finally(() => underWay.delete(guess));
  };
  return {
    certificate: readFileSync(files.certificateFile),
    privateKey: readFileSync(files.keyFile),
    userOf: async (name, password) => {
      const user = users.get(name);
      if (user === undefined) return undefined;
      const seen = createHmac('sha256', key).update(password).digest();
      const known = right.get(name);
      if (known !== undefined && timingSafeEqual(known, seen)) return user;
      // Many calls of one client come at once: its password is one guess.
      const guess = `${name}:${seen.toString('hex')}`;
      const looking = underWay.get(guess) ?? look(user, password, guess);
      if (!(await looking)) return undefined;
      right.set(name, seen);
      return user;
    },
  };
}

function readUsers(file: string): Known[] {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Value.Check(UsersFile, content)) {
    const [first] = Value.Errors(UsersFile, content);
    throw new Error(`the file of users ${file} cannot be used: ${first?.message ?? 'not users'} at ${first?.path ?? '/'}`);
  }
  return content.users.map(knownOf);
}

function knownOf({ name, password, write, groups }: Static<typeof UsersFile>['users'][number]): Known {
  const [, salt = '', hash = ''] = password.split(':');
  return { name, write: write ?? false, groups: groups ?? [], salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

async function hashed(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(password, salt, HASH_BYTES, (error, derived) => (error === null ? resolve(derived) : reject(error))),
  );
}
