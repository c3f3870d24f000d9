import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { hashUnder } from '../../privacy/hashing.js';
import type { HashedSaid, ImportFact, SaidOfDeal } from './moment.js';

/** Under whose key, and of which source. */
export interface Hashing {
  readonly logKey: Buffer;
  readonly source: string;
}

/** HMAC of (source, key, fact, date, value) under the log's key: an imported fact is recognised by it in its stream, and by nobody without the key. */
export function factHash(logKey: Buffer, source: string, key: string, fact: string, at: EpochMs | null, value: unknown): string {
  return hashUnder(logKey, JSON.stringify(['import', source, key, fact, at === null ? '' : isoInstant(at), value]));
}

/** Of a deal's fact; `kind` tells apart what one fact of a source leads to beside itself. */
export function dealFactHash({ logKey, source }: Hashing, key: string, fact: ImportFact, at: EpochMs | null, kind = ''): string {
  const { is, ...value } = fact;
  return factHash(logKey, source, key, `${is}${kind}`, at, value);
}

/** Each fact with its hash at its moment's date. */
export function hashed({ key, id, claim, moments }: SaidOfDeal, hashing: Hashing): SaidOfDeal<HashedSaid> {
  return {
    ...{ key, id, claim },
    moments: moments.map(({ at, said }) => ({ at, said: said.map((one) => ({ ...one, hash: dealFactHash(hashing, key, one.fact, at) })) })),
  };
}
