import type { Metadata } from '@grpc/grpc-js';
import { AccessDenied } from './refusals.js';

/** TLS and users, without which the protocol is not served beyond loopback. */
export interface ServerAccess {
  /** PEM. */
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  /** The rights of a user, undefined where name or password is wrong. */
  rightsOf(user: string, password: string): { readonly write: boolean } | undefined;
}

/** @throws AccessDenied */
export function allowedToRead(access: ServerAccess | undefined, metadata: Metadata): void {
  if (access !== undefined && rightsOf(access, metadata) === undefined)
    throw new AccessDenied('Access Denied: a known user and password are needed');
}

/** @throws AccessDenied */
export function allowedToWrite(access: ServerAccess | undefined, metadata: Metadata): void {
  if (access !== undefined && rightsOf(access, metadata)?.write !== true)
    throw new AccessDenied('Access Denied: a user with the right to write is needed');
}

function rightsOf(access: ServerAccess, metadata: Metadata): { readonly write: boolean } | undefined {
  const [scheme, encoded] = String(metadata.get('authorization')[0] ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'basic' || encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? undefined : access.rightsOf(text.slice(0, colon), text.slice(colon + 1));
}
