import { readFileSync } from 'node:fs';
import type { Right } from '../../../libs/access/rights.js';
import { RIGHTS, isRight } from '../../../libs/access/rights.js';
import { hashOfToken, makeToken } from '../../../libs/access/tokens/token.js';
import type { TokenEntry } from '../../../libs/access/tokens/token-list.js';
import { TokenFileRefused, expiryOf, linesOf, readTokenList } from '../../../libs/access/tokens/token-list.js';
import { VARIABLES } from '../../wiring/config.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print, remark } from '../output.js';
import { table } from '../render/table.js';

export interface TokenWanted {
  readonly subject: string;
  /** With commas. */
  readonly rights: string;
  readonly expires?: string;
  readonly name?: string;
}

function rightsOf(text: string): ReadonlySet<Right> {
  const words = text.split(',').map((word) => word.trim());
  const odd = words.find((word) => !isRight(word));
  if (odd !== undefined) throw new CommandFailed(EXIT.usage, `'${odd}' is no right; take of ${RIGHTS.join(', ')}`);
  return new Set(words.filter(isRight));
}

function expiry(text: string | undefined): number | null {
  if (text === undefined) return null;
  const at = expiryOf(text);
  if (at === undefined)
    throw new CommandFailed(EXIT.usage, `'${text}' is neither a date nor an instant with its zone, such as 2027-01-31T12:00:00Z`);
  if (at <= Date.now()) throw new CommandFailed(EXIT.usage, `'${text}' is over`);
  return at;
}

function oneLine(text: string, what: string, longest: number): string {
  if (text.trim() === '' || text.length > longest || /\p{Cc}/u.test(text))
    throw new CommandFailed(EXIT.usage, `--${what} must be one line of 1 to ${longest} characters`);
  return text;
}

/** The token on stdout's last line is shown this once: what is kept of it is a hash. */
export function createToken({ subject, rights, expires, name }: TokenWanted): void {
  const token = makeToken();
  const entry: TokenEntry = {
    name: name === undefined ? null : oneLine(name, 'name', 200),
    subject: oneLine(subject, 'subject', 500),
    hash: hashOfToken(token),
    rights: rightsOf(rights),
    expiresAt: expiry(expires),
  };
  remark(`these lines go under the line 'tokens:' of the file that ${VARIABLES.tokens.name} names:`);
  print(linesOf(entry));
  remark('the token, which is not shown again:');
  print(token);
}

/** Who has tokens of the file; the tokens themselves are not in it. */
export function listTokens({ format }: { readonly format: 'table' | 'json' }): void {
  const file = configOf({}).access?.tokenFile ?? null;
  if (file === null) throw new CommandFailed(EXIT.usage, `${VARIABLES.tokens.name} names no file`);
  const tokens = readEntries(file).map(({ name, subject, rights, expiresAt }) => ({
    ...{ name, subject, rights: [...rights] },
    expires: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    expired: expiresAt !== null && expiresAt <= Date.now(),
  }));
  if (format === 'json') return print(JSON.stringify({ file, tokens }));
  const rows = tokens.map(({ name, subject, rights, expires, expired }) => [
    ...[name ?? '-', subject, rights.join(', ')],
    expires === null ? 'never' : `${expires}${expired ? ' (over)' : ''}`,
  ]);
  print(table([{ title: 'name' }, { title: 'subject' }, { title: 'rights', shrinks: true }, { title: 'expires' }], rows));
}

function readEntries(file: string): readonly TokenEntry[] {
  try {
    return readTokenList(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof TokenFileRefused) throw new CommandFailed(EXIT.usage, error.message);
    throw new CommandFailed(EXIT.failed, `the file of tokens ${file} cannot be read: ${(error as Error).message}`);
  }
}
