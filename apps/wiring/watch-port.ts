import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from '../../libs/observability/metrics.js';

/** One thing that must hold before a process is of use. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  check(): Promise<readonly ReadinessCheck[]>;
}

/** What a look throws is what does not hold. */
export async function attempt(name: string, look: () => Promise<Omit<ReadinessCheck, 'name'>>): Promise<ReadinessCheck> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}

export interface WatchPort {
  readonly address: string;
  close(): Promise<void>;
}

/** `/metrics`, `/health/live` and `/health/ready` at a port of their own, for those who watch a process; nothing else is told there. @throws where the port is taken */
export async function openWatchPort(
  { host, port }: { readonly host: string; readonly port: number },
  { metrics, readiness }: { readonly metrics: Metrics; readonly readiness: Readiness },
): Promise<WatchPort> {
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/metrics': async () => ({ status: 200, type: metrics.contentType, text: await metrics.text() }),
    '/health/live': () => Promise.resolve(json(200, { status: 'live' })),
    '/health/ready': async () => {
      const checks = await readiness.check();
      const ready = checks.every(({ ok }) => ok);
      // Who may watch may not operate: what fails is told, and where it is not.
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks: checks.map(({ name, ok }) => ({ name, ok })) });
    },
  };
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' ? answers[request.url ?? ''] : undefined;
    void (answer?.() ?? Promise.resolve(json(404, { there: Object.keys(answers) })))
      .catch((error: unknown) => json(500, { error: error instanceof Error ? error.name : 'unknown' }))
      .then(({ status, type, text }) => response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { port: taken } = server.address() as AddressInfo; // it listens on a port
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', text: `${JSON.stringify(body)}\n` };
}
