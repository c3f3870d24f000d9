import type { KeyStore } from '../../privacy/key-store.port.js';
import { personIdFromName } from '../../privacy/hashing.js';
import { hashUnder } from '../../privacy/hashing.js';
import { ID_PATTERN } from '../../domain/shared/ids.js';
import type { IdRule } from '../mapping/mapping.js';
import { CellProblem } from '../reading/cell.js';

const REMEMBERED = 50_000;

/** The ids of what a source speaks of: `<source>-` and the key, or what stands for a key that is a name. */
export class Identities {
  private readonly people = new Map<string, string>();

  constructor(
    private readonly source: string,
    private readonly keys: Pick<KeyStore, 'logKey'>,
  ) {}

  /** `<source>-<key>`. What an id may not hold is written as `~` and its two hex digits, byte by byte, so that no two keys have one id. @throws CellProblem */
  ofKey(key: string): string {
    const plain = `${this.source}-${key}`;
    if (!key.includes('~') && ID_PATTERN.test(plain)) return plain;
    const safe = [...Buffer.from(key)]
      .map((byte) => {
        const char = String.fromCharCode(byte);
        return /[A-Za-z0-9._-]/.test(char) ? char : `~${byte.toString(16).padStart(2, '0').toUpperCase()}`;
      })
      .join('');
    const id = `${this.source}-${safe}`;
    if (!ID_PATTERN.test(id)) throw new CellProblem('the key is too long for an id');
    return id;
  }

  /** A person whom the source knows by name, address or a key that may be one. */
  ofPerson(name: string): string {
    let id = this.people.get(name);
    if (id === undefined) {
      id = personIdFromName(this.keys.logKey, this.source, name);
      if (this.people.size >= REMEMBERED) this.people.clear();
      this.people.set(name, id);
    }
    return id;
  }

  /** `crm-acme-corporation` for `Acme Corporation`; a name that leaves nothing gets a hash. */
  ofName(name: string): string {
    const slug = name
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    if (slug === '') return `${this.source}-${hashUnder(this.keys.logKey, JSON.stringify(['name', this.source, name])).slice(0, 16)}`;
    return `${this.source}-${slug.slice(0, 90)}`;
  }

  by(rule: IdRule, key: string): string {
    switch (rule) {
      case 'hash':
        return this.ofPerson(key);
      case 'key':
        return this.ofKey(key);
      case 'slug':
        return this.ofName(key);
    }
  }
}
