import type { FastifyRequest } from 'fastify';
import { actorIdOf } from '../../../libs/access/actor-id.js';
import type { Identity } from '../../../libs/access/authenticator.js';
import type { Right } from '../../../libs/access/rights.js';
import { RIGHTS } from '../../../libs/access/rights.js';
import type { Actor } from '../../../libs/domain/shared/envelope.js';

/** Who asks, resolved once for a request before its body is read. */
export interface Caller {
  readonly actor: Actor;
  readonly rights: ReadonlySet<Right>;
  /** Epoch milliseconds; null: the caller does not expire. */
  readonly expiresAt: number | null;
  /** False once the token has expired or was taken back: a stream then ends. */
  holds(): boolean;
}

const ALL: ReadonlySet<Right> = new Set(RIGHTS);

/** On loopback without tokens whoever asks may do everything, and says who it is. */
export function localCaller(actorId = 'local'): Caller {
  return { actor: { id: actorId, kind: 'person' }, rights: ALL, expiresAt: null, holds: () => true };
}

/** Somebody without a token, on a route that is open to everybody. */
export const NOBODY: Caller = { ...localCaller('nobody'), rights: new Set() };

/** `import` and `rule` are kinds that nobody outside can be. */
export function callerOfToken({ subject, rights, expiresAt, holds }: Identity, logKey: Buffer): Caller {
  return { actor: { id: actorIdOf(subject, logKey), kind: 'person' }, rights, expiresAt, holds };
}

const callers = new WeakMap<FastifyRequest, Caller>();

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** A request that passed no hook (which none does) is nobody's. */
export function callerOf(request: FastifyRequest): Caller {
  return callers.get(request) ?? NOBODY;
}
