import { writeFileSync } from 'node:fs';
import type { Right } from '../../libs/access/rights.js';
import { RIGHTS } from '../../libs/access/rights.js';
import { hashOfToken, makeToken } from '../../libs/access/tokens/token.js';
import { linesOf } from '../../libs/access/tokens/token-list.js';

export interface TokenWanted {
  readonly subject?: string;
  readonly rights?: readonly Right[];
  readonly expiresAt?: number;
}

/** A file of hashed tokens, and the tokens of it by the names that a test gives them. */
export function tokenFile<N extends string>(file: string, wanted: Readonly<Record<N, TokenWanted>>): Readonly<Record<N, string>> {
  const made = Object.entries<TokenWanted>(wanted).map(([name, fields]) => ({ name, token: makeToken(), ...fields }));
  const lines = made.map(({ name, token, subject = 'E17', rights = RIGHTS, expiresAt = null }) =>
    linesOf({ name, subject, hash: hashOfToken(token), rights: new Set(rights), expiresAt }),
  );
  writeFileSync(file, `tokens:\n${lines.join('\n')}\n`);
  return Object.fromEntries(made.map(({ name, token }) => [name, token])) as Record<N, string>; // the names that were given
}

export function bearing(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
