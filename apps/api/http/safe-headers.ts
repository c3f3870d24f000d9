import type { FastifyInstance } from 'fastify';

/** Of every answer: its type is what it says, nobody else's page shows it or learns its address, and what was answered to one caller is kept for nobody. */
const SAFE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;
/** A browser that once came over TLS does not come without it again. */
const STRICT = { 'strict-transport-security': 'max-age=31536000' } as const;

export function setSafeHeaders(server: FastifyInstance, { isTls }: { readonly isTls: boolean }): void {
  const headers = isTls ? { ...SAFE, ...STRICT } : SAFE;
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
}
