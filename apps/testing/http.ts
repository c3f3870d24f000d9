import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:http';

/** A plain HTTP exchange with any header (fetch would not send a foreign Host). */
export interface Exchange {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON; text as it is. */
  readonly body?: unknown;
}

export function exchange(base: string, path: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Exchange> {
  const payload = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, base),
      { method, headers: { ...(payload === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: () => JSON.parse(text) as unknown });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}
