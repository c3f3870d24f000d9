import type { Metadata } from '@grpc/grpc-js';
import type { LogFile } from '../sqlite/log-file.js';
import type { LogReads } from '../sqlite/log-reads.js';
import { AccessDenied } from './refusals.js';
import { isMetastream, originalOf, viewStream } from './stream-view.js';

/** TLS and users, without which the protocol is not served beyond loopback. */
export interface ServerAccess {
  /** PEM. */
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  /** Undefined where name or password is wrong. */
  userOf(name: string, password: string): Promise<User | undefined>;
}

export interface User {
  readonly name: string;
  /** Without it a user only reads, whatever a stream's `$acl` says. */
  readonly write: boolean;
  /** Names that an `$acl` may list beside the user's own; `$admins` read and manage everything. */
  readonly groups: readonly string[];
}

type Deed = 'read' | 'write' | 'delete';

const EVERYONE = '$all';
const ADMINS = '$admins';
const KEYS = { read: '$r', write: '$w', delete: '$d' } as const;

/** Who calls. On a server without users, anybody, who may do everything. */
export class Caller {
  constructor(private readonly user: User | undefined) {}

  /** What the stream's `$acl` allows; where it is silent, everybody may use a stream, and only admins a system stream or `$all`. */
  may(reads: LogReads, deed: Deed, stream: string): boolean {
    const { user } = this;
    if (user === undefined) return true;
    if (deed !== 'read' && !user.write) return false;
    if (user.groups.includes(ADMINS)) return true;
    const meta = isMetastream(stream);
    const of = meta ? originalOf(stream) : stream;
    const acl = aclOf(reads, of);
    const allowed = namesOf(acl[meta ? (deed === 'read' ? '$mr' : '$mw') : KEYS[deed]]) ?? [of.startsWith('$') ? ADMINS : EVERYONE];
    return allowed.some(
      (name: unknown) => name === EVERYONE || name === user.name || (typeof name === 'string' && user.groups.includes(name)),
    );
  }

  /** @throws AccessDenied */
  demand(log: LogFile, deed: Deed, stream: string): void {
    if (this.user === undefined || log.read((reads) => this.may(reads, deed, stream))) return;
    throw new AccessDenied(`Access Denied: ${this.user.name} may not ${deed} ${stream}`);
  }

  /** Groups are made, changed and listed by admins. @throws AccessDenied */
  demandAdmin(): void {
    if (this.user === undefined || this.user.groups.includes(ADMINS)) return;
    throw new AccessDenied(`Access Denied: ${this.user.name} is not one of ${ADMINS}`);
  }
}

/** @throws AccessDenied where the server has users and the call names none of them */
export async function callerOf(access: ServerAccess | undefined, metadata: Metadata): Promise<Caller> {
  if (access === undefined) return new Caller(undefined);
  const [scheme, encoded] = String(metadata.get('authorization')[0] ?? '').split(' ');
  const text = scheme?.toLowerCase() === 'basic' && encoded !== undefined ? Buffer.from(encoded, 'base64').toString('utf8') : '';
  const colon = text.indexOf(':');
  const user = colon === -1 ? undefined : await access.userOf(text.slice(0, colon), text.slice(colon + 1));
  if (user === undefined) throw new AccessDenied('Access Denied: a known user and password are needed');
  return new Caller(user);
}

function aclOf(reads: LogReads, stream: string): Readonly<Record<string, unknown>> {
  const acl = viewStream(reads, stream).metadata['$acl'];
  return typeof acl === 'object' && acl !== null ? (acl as Readonly<Record<string, unknown>>) : {};
}

/** One name or a list of them; undefined where the `$acl` says nothing. */
function namesOf(listed: unknown): readonly unknown[] | undefined {
  return typeof listed === 'string' ? [listed] : Array.isArray(listed) ? listed : undefined;
}
