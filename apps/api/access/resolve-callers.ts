import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Authenticator } from '../../../libs/access/authenticator.js';
import { IssuerUnavailable, TokenRefused } from '../../../libs/access/authenticator.js';
import { IssuerRefused } from '../../../libs/access/oidc/issuer-keys.js';
import { idFault } from '../http/fields.js';
import { RequestProblem, malformed, problem } from '../http/problem.js';
import { sendProblem } from '../http/send-problem.js';
import type { Caller } from './caller.js';
import { NOBODY, callerOfToken, localCaller, rememberCaller } from './caller.js';
import type { Need } from './operation-rights.js';

export interface ResolveOptions {
  /** Null: no tokens; everybody who reaches the server may do everything. */
  readonly authenticator: Authenticator | null;
  readonly logKey: Buffer;
  /** What the route asks of its caller; null for a route that nobody said it of. */
  needOf(request: FastifyRequest): Need | null;
  /** How long a stranger may go on sending once the refusal is there, in ms; default 5,000. */
  readonly lingerMs?: number;
  readonly log: Logger;
}

export const ACTOR_HEADER = 'dealtrail-actor';

/** RFC 6750, section 3. A caller without a token is told no more than that one is needed. */
function unauthorized(code: string, detail: string, error?: string): RequestProblem {
  const challenge = error === undefined ? '' : `, error="${error}", error_description="${detail.replaceAll('"', "'")}"`;
  return new RequestProblem(problem(401, code, detail), { 'www-authenticate': `Bearer realm="dealtrail"${challenge}` });
}

function noRight(right: string): RequestProblem {
  return new RequestProblem(
    problem(403, 'access/right-missing', `this needs the right '${right}', which the token does not give`, { right }),
    {
      'www-authenticate': `Bearer realm="dealtrail", error="insufficient_scope", scope="${right}"`,
    },
  );
}

/** @throws RequestProblem 400 for an actor that is no id */
function ofHeader({ headers }: FastifyRequest): Caller {
  const id = headers[ACTOR_HEADER];
  if (id === undefined) return localCaller();
  const fault = Array.isArray(id) ? 'must be given once' : idFault(id);
  if (fault !== undefined) throw malformed([{ path: 'header Dealtrail-Actor', message: fault }]);
  return localCaller(String(id));
}

/** Null where there is none. @throws RequestProblem 401 for credentials of another kind */
function tokenOf({ headers: { authorization } }: FastifyRequest): string | null {
  if (authorization === undefined) return null;
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization) ?? [];
  if (token === undefined) throw unauthorized('access/token-refused', 'the header Authorization holds no bearer token', 'invalid_request');
  return token;
}

function refusalOf(error: unknown, log: Logger): unknown {
  if (error instanceof TokenRefused) return unauthorized('access/token-refused', error.message, 'invalid_token');
  if (!(error instanceof IssuerUnavailable) && !(error instanceof IssuerRefused)) return error;
  log.error({ err: error }, 'tokens cannot be checked');
  const detail = 'tokens cannot be checked now: their issuer gives no keys; try again';
  return new RequestProblem(problem(503, 'access/issuer-unavailable', detail), { 'retry-after': '5' });
}

/** @throws RequestProblem 401, 503 where the issuer's keys are not known */
async function ofToken(request: FastifyRequest, authenticator: Authenticator, { logKey, log }: ResolveOptions): Promise<Caller> {
  const token = tokenOf(request);
  if (token === null) throw unauthorized('access/token-missing', 'this needs a bearer token in the header Authorization');
  try {
    return callerOfToken(await authenticator.authenticate(token), logKey);
  } catch (error) {
    throw refusalOf(error, log);
  }
}

/** @throws RequestProblem 401, 403, 503, 400 for an actor beside a token */
async function admitted(request: FastifyRequest, authenticator: Authenticator, options: ResolveOptions): Promise<Caller> {
  const need = options.needOf(request);
  // Health is told whatever is shown and whatever the issuer does.
  if (need === 'open') return ofToken(request, authenticator, options).catch(() => NOBODY);
  const caller = await ofToken(request, authenticator, options);
  if (request.headers[ACTOR_HEADER] !== undefined)
    throw malformed([{ path: 'header Dealtrail-Actor', message: 'is not taken beside a token: the actor is whom the token stands for' }]);
  if (need === 'any') return caller;
  // A route that is not there says so to callers only; one that is there and of which nobody said what it needs is closed.
  if (need === null && request.routeOptions.url === undefined) return caller;
  if (need === null || !caller.rights.has(need)) throw noRight(need ?? 'none');
  return caller;
}

/** Reading on lets a client see the answer that is still sending; for ever would let strangers keep connections. */
function endSending({ raw }: FastifyRequest, afterMs: number): void {
  const impatient = setTimeout(() => {
    if (!raw.complete) raw.socket.destroy();
  }, afterMs).unref();
  raw.once('close', () => clearTimeout(impatient));
}

/** Says who asks, before anything of the body is read: a stranger's body never is. */
export function resolveCallers(server: FastifyInstance, options: ResolveOptions): void {
  const { authenticator } = options;
  const refuse = (reply: FastifyReply, error: unknown): FastifyReply => {
    if (!(error instanceof RequestProblem)) throw error;
    return sendProblem(reply, error);
  };
  if (authenticator === null) {
    server.addHook('onRequest', (request, reply, done) => {
      try {
        rememberCaller(request, ofHeader(request));
      } catch (error) {
        return void refuse(reply, error);
      }
      done();
    });
    return;
  }
  server.addHook('onRequest', async (request, reply) => {
    try {
      rememberCaller(request, await admitted(request, authenticator, options));
    } catch (error) {
      endSending(request, options.lingerMs ?? 5_000);
      return refuse(reply, error);
    }
  });
}
