import type { Problem } from '../api/http/problem.js';
import { VARIABLES, isLoopback } from '../wiring/config.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import { remark } from './output.js';

/** How a caller that is not let in can help itself. */
const CURES: Readonly<Record<number, string>> = {
  401: `; set ${VARIABLES.token.name} to a token of that server`,
  403: `; set ${VARIABLES.token.name} to one that does`,
};

/** The server that `--url` names. A token that everybody on the way can read is said to be so. */
export function remoteAt(url: string, token: string | null): Remote {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (token !== null && protocol === 'http:' && !isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')))
    remark(`dealtrail: the token goes to ${hostname} in clear text; https:// is safe from who carries it`);
  return new Remote(url, token);
}

/** The server that owns the data directory, or the one that `--url` names. */
export class Remote {
  /** `token`: shown to the server, where it is not null. */
  constructor(
    readonly base: string,
    private readonly token: string | null,
  ) {}

  private async send(path: string, init: RequestInit = {}): Promise<Response> {
    let url: URL;
    try {
      url = new URL(path, this.base);
    } catch {
      throw new CommandFailed(EXIT.usage, `'${this.base}' is no address such as http://127.0.0.1:3000`);
    }
    try {
      const shown = this.token === null ? {} : { authorization: `Bearer ${this.token}` };
      return await fetch(url, { ...init, headers: { ...(init.headers as Readonly<Record<string, string>>), ...shown } }); // all of ours are plain objects
    } catch (error) {
      const cause = (error as { cause?: { message?: string } }).cause?.message ?? (error as Error).message;
      throw new CommandFailed(EXIT.failed, `the server at ${this.base} cannot be reached: ${cause}`);
    }
  }

  private async checked(response: Response): Promise<Response> {
    if (response.ok) return response;
    const text = await response.text();
    let detail = text.slice(0, 200);
    let isOfAccess = false;
    try {
      const problem = JSON.parse(text) as Problem; // every refusal of ours is one
      detail = problem.detail;
      isOfAccess = problem.code.startsWith('access/');
    } catch {
      // Something else answers there: what it said is all we have.
    }
    const cure = isOfAccess ? (CURES[response.status] ?? '') : '';
    throw new CommandFailed(response.status === 400 ? EXIT.usage : EXIT.failed, `${detail}${cure}`);
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
