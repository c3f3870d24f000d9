import { Agent, request } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

/** One request on a connection kept alive. @throws where the answer is no success */
export function call(base: string, method: 'GET' | 'POST', path: string, body?: object): Promise<Answered> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const headers = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, base), { method, agent, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`));
        else resolve({ status, headers: response.headers, body: text === '' ? null : (JSON.parse(text) as unknown) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(sent);
  });
}

export function closeConnections(): void {
  agent.destroy();
}
