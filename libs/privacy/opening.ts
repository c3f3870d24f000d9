import type { Personal, Sealed } from '../domain/shared/envelope.js';
import { isSealed } from '../domain/shared/envelope.js';
import type { KeyHolder, KeyState, KeyStore } from './key-store.port.js';
import { KeyMissing } from './key-store.port.js';
import { open } from './sealing.js';

/** What a reader gets to see of a personal field. */
export type Opened =
  | { readonly state: 'present'; readonly text: string }
  /** The reader may not read personal data. */
  | { readonly state: 'withheld' }
  /** The key was destroyed: nobody can read it any more. */
  | { readonly state: 'forgotten' };

/** What stands in an answer where the text may not or can no longer be read. */
export const WITHHELD = 'withheld';
export const FORGOTTEN = 'forgotten';

function openWith(sealed: Sealed, key: KeyState | undefined, store: KeyStore): Opened {
  switch (key?.state) {
    case 'present':
      return { state: 'present', text: open(key.key, sealed) };
    case 'forgotten':
      return { state: 'forgotten' };
    default:
      throw new KeyMissing(sealed.person, store);
  }
}

/** Opens one personal field; `keys` is null for a reader without the right. @throws KeyMissing, SealBroken */
export async function openPersonal(value: Personal, keys: KeyStore | null): Promise<Opened> {
  if (!isSealed(value)) return { state: 'present', text: value };
  if (keys === null) return { state: 'withheld' };
  return openWith(value, await keys.find(value.person), keys);
}

function collectHolders(value: unknown, holders: Set<KeyHolder>): void {
  if (typeof value !== 'object' || value === null) return;
  if (isSealed(value)) holders.add(value.person);
  else for (const member of Object.values(value)) collectHolders(member, holders);
}

function replaceSealed(value: unknown, textOf: (sealed: Sealed) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isSealed(value)) return textOf(value);
  if (Array.isArray(value)) return value.map((item) => replaceSealed(item, textOf));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaceSealed(member, textOf)]));
}

/**
 * Any JSON value (an answer, an event's data, rows) with every envelope in it, however deep, replaced by its text, or by `withheld` or `forgotten`.
 * Keys are fetched in one call. @throws KeyMissing, SealBroken
 */
export async function openAll<T>(value: T, keys: KeyStore | null): Promise<T> {
  const holders = new Set<KeyHolder>();
  collectHolders(value, holders);
  if (holders.size === 0) return value;
  // Personal<string> may be text or an envelope, so the opened value is still a T.
  if (keys === null) return replaceSealed(value, () => WITHHELD) as T;
  const found = await keys.findMany([...holders]);
  return replaceSealed(value, (sealed) => {
    const opened = openWith(sealed, found.get(sealed.person), keys);
    return opened.state === 'present' ? opened.text : FORGOTTEN;
  }) as T;
}
