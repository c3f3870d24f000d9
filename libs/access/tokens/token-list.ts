import { Type } from '@sinclair/typebox';
import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { parseDocument } from 'yaml';
import type { Right } from '../rights.js';
import { RIGHTS } from '../rights.js';

/** One token as the file has it: its hash, never the token. */
export interface TokenEntry {
  readonly name: string | null;
  readonly subject: string;
  /** 32 bytes. */
  readonly hash: Buffer;
  readonly rights: ReadonlySet<Right>;
  /** Epoch milliseconds; null: it does not expire. */
  readonly expiresAt: number | null;
}

/** The file cannot be used. One line that says where and what. */
export class TokenFileRefused extends Error {
  override readonly name = 'TokenFileRefused';
}

const HASH = 'sha256:';

const TokenFile = Type.Object(
  {
    tokens: Type.Array(
      Type.Object(
        {
          name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
          subject: Type.String({ minLength: 1, maxLength: 500 }),
          hash: Type.String({ pattern: `^${HASH}[0-9a-f]{64}$` }),
          rights: Type.Array(Type.Union(RIGHTS.map((right) => Type.Literal(right))), { minItems: 1, uniqueItems: true }),
          expires: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
type Written = Static<typeof TokenFile>['tokens'][number];

const WANTED: readonly (readonly [RegExp, string])[] = [
  [/^\/tokens\/\d+\/rights/, `rights must be a list of ${RIGHTS.join(', ')}`],
  [/^\/tokens\/\d+\/hash$/, `hash must be ${HASH} and 64 hexadecimal digits, as ./dealtrail token create prints it`],
  [/^\/tokens\/\d+\/subject$/, 'subject must be text'],
];

/** An instant with its zone, or a date: its last millisecond in UTC. */
export function expiryOf(text: string): number | undefined {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(whole)) return undefined;
  const at = Date.parse(whole);
  // Date.parse lets 31 February roll over into March.
  const day = new Date(`${whole.slice(0, 10)}T00:00:00.000Z`);
  return Number.isNaN(at) || day.toISOString().slice(0, 10) !== whole.slice(0, 10) ? undefined : at;
}

/** YAML, and so JSON too: `tokens:` with a list of `subject`, `hash`, `rights` and, where wanted, `expires` and `name`. @throws TokenFileRefused */
export function readTokenList(text: string, file: string): readonly TokenEntry[] {
  const refused = (what: string): TokenFileRefused => new TokenFileRefused(`the file of tokens ${file} cannot be used: ${what}`);
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault) throw refused(fault.message.split('\n')[0]?.replace(/:$/, '') ?? 'it is no YAML');
  const said: unknown = document.toJS({ maxAliasCount: 0 });
  const content: unknown = isWithoutTokens(said) ? { tokens: [] } : said;
  if (!Value.Check(TokenFile, content)) {
    const [first] = Value.Errors(TokenFile, content);
    const path = first?.path ?? '';
    const wanted = WANTED.find(([place]) => place.test(path))?.[1] ?? first?.message ?? 'it holds no tokens';
    throw refused(`${wanted}, at ${path === '' ? '/' : path}`);
  }
  const entries = content.tokens.map((written, index) => entryOf(written, () => refused(expiryFault(written, index))));
  const hashes = new Set<string>();
  for (const [index, { hash }] of entries.entries()) {
    if (hashes.has(hash.toString('hex'))) throw refused(`a token stands there twice, at /tokens/${index}/hash`);
    hashes.add(hash.toString('hex'));
  }
  return entries;
}

/** `tokens:` with nothing behind it: the last one was taken out. */
function isWithoutTokens(said: unknown): boolean {
  return typeof said === 'object' && said !== null && Object.keys(said).join() === 'tokens' && Object.values(said)[0] === null;
}

function expiryFault({ expires = '' }: Written, index: number): string {
  return `expires must be a date or an instant with its zone such as 2027-01-31T12:00:00Z, not '${expires.slice(0, 50)}', at /tokens/${index}/expires`;
}

function entryOf({ name, subject, hash, rights, expires }: Written, wrongExpiry: () => TokenFileRefused): TokenEntry {
  const expiresAt = expires === undefined ? null : expiryOf(expires);
  if (expiresAt === undefined) throw wrongExpiry();
  return { name: name ?? null, subject, hash: Buffer.from(hash.slice(HASH.length), 'hex'), rights: new Set(rights), expiresAt };
}

/** The lines that stand for a token in the file. */
export function linesOf({ name, subject, hash, rights, expiresAt }: TokenEntry): string {
  const fields = [
    ...(name === null ? [] : [`name: ${JSON.stringify(name)}`]),
    `subject: ${JSON.stringify(subject)}`,
    `hash: ${HASH}${hash.toString('hex')}`,
    `rights: [${[...rights].join(', ')}]`,
    ...(expiresAt === null ? [] : [`expires: ${JSON.stringify(new Date(expiresAt).toISOString())}`]),
  ];
  return fields.map((field, index) => `${index === 0 ? '  - ' : '    '}${field}`).join('\n');
}
