import type { Problem } from '../api/http/problem.js';
import { CommandFailed, EXIT } from './exit-codes.js';

/** The server that owns the data directory, or the one that `--url` names. */
export class Remote {
  constructor(readonly base: string) {}

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    let url: URL;
    try {
      url = new URL(path, this.base);
    } catch {
      throw new CommandFailed(EXIT.usage, `'${this.base}' is no address such as http://127.0.0.1:3000`);
    }
    try {
      return await fetch(url, init);
    } catch (error) {
      const cause = (error as { cause?: { message?: string } }).cause?.message ?? (error as Error).message;
      throw new CommandFailed(EXIT.failed, `the server at ${this.base} cannot be reached: ${cause}`);
    }
  }

  private async checked(response: Response): Promise<Response> {
    if (response.ok) return response;
    const text = await response.text();
    let detail = text.slice(0, 200);
    try {
      ({ detail } = JSON.parse(text) as Problem); // every refusal of ours is one
    } catch {
      // Something else answers there: what it said is all we have.
    }
    throw new CommandFailed(response.status === 400 ? EXIT.usage : EXIT.failed, detail);
  }

  /** The body as it came. */
  async get(path: string, query: Readonly<Record<string, readonly string[]>> = {}): Promise<string> {
    const search = new URLSearchParams(
      Object.entries(query).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    );
    const text = search.toString();
    return (await this.checked(await this.send(text === '' ? path : `${path}?${text}`))).text();
  }

  async post(path: string, body: object): Promise<string> {
    return (await this.stream(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).text();
  }

  /** Work inside the server: its answer comes line by line while it is done. */
  async stream(path: string, init: Omit<RequestInit, 'method'>): Promise<Response> {
    return this.checked(await this.send(path, { ...init, method: 'POST' }));
  }
}
