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

/** Each fact with its hash at its moment's date: what `dealFactHash` says of it, with what the facts of a deal and of a moment share written out once. */
export function hashed({ key, id, claim, moments }: SaidOfDeal, { logKey, source }: Hashing): SaidOfDeal<HashedSaid> {
  const before = `["import",${JSON.stringify(source)},${JSON.stringify(key)},"`;
  return {
    ...{ key, id, claim },
    moments: moments.map(({ at, said }) => {
      const date = at === null ? '' : isoInstant(at);
      return {
        at,
        said: said.map(({ fact, place, onlyIfNew }) => {
          const hash = hashUnder(logKey, `${before}${fact.is}","${date}",${valueText(fact)}]`);
          return onlyIfNew === undefined ? { fact, place, hash } : { fact, place, onlyIfNew, hash };
        }),
      };
    }),
  };
}

/** The JSON of a fact's value, which is all of it but what it is. */
function valueText(fact: ImportFact): string {
  const text = JSON.stringify(fact);
  const is = `{"is":"${fact.is}"`;
  // Where that is named first, as it is written everywhere, no copy without it has to be made.
  if (text.startsWith(`${is},`)) return `{${text.slice(is.length + 1)}`;
  const { is: _is, ...value } = fact;
  return JSON.stringify(value);
}
