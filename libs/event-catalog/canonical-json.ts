import canonicalizeModule from 'canonicalize';

// Its types claim an ES default export; the file is CommonJS and exports the function itself.
const canonicalize = canonicalizeModule as unknown as (value: object) => string;

/** What only the library can write, or refuse: a `toJSON` of its own, NaN and Infinity, what JSON leaves out inside an array, inherited members. */
const NOT_PLAIN = Symbol('not plain');

/**
 * The value as `JSON.stringify` writes it in canonical form: itself where its keys are in UTF-16 order at every level already, as command handling makes metadata, else a
 * copy in that order.
 */
function inOrder(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : NOT_PLAIN;
    case 'object':
      if (value === null) return value;
      return Array.isArray(value) ? listInOrder(value) : objectInOrder(value as Readonly<Record<string, unknown>>); // any object by its keys
    default:
      return NOT_PLAIN;
  }
}

function listInOrder(list: readonly unknown[]): unknown {
  let copy: unknown[] | undefined;
  // By index, because `map` skips the holes of a sparse array.
  for (let index = 0; index < list.length; index += 1) {
    const ordered = inOrder(list[index]);
    if (ordered === NOT_PLAIN) return NOT_PLAIN;
    if (ordered !== list[index]) (copy ??= [...list])[index] = ordered;
  }
  return copy ?? list;
}

function objectInOrder(object: Readonly<Record<string, unknown>>): unknown {
  if (typeof object['toJSON'] === 'function') return NOT_PLAIN;
  let before: string | undefined;
  for (const key in object) {
    if (!Object.hasOwn(object, key)) return NOT_PLAIN;
    if (before !== undefined && key < before) return sortedCopy(object);
    before = key;
    const member = object[key];
    if (member === undefined) continue;
    const ordered = inOrder(member);
    if (ordered === NOT_PLAIN) return NOT_PLAIN;
    if (ordered !== member) return sortedCopy(object);
  }
  return object;
}

function sortedCopy(object: Readonly<Record<string, unknown>>): unknown {
  const sorted: Record<string, unknown> = {};
  for (const key of sortedKeys(object)) {
    const member = object[key];
    if (member === undefined) continue;
    const ordered = inOrder(member);
    // A key that JavaScript does not keep where it is put: numbers come first, `__proto__` is none.
    if (ordered === NOT_PLAIN || MOVES.test(key)) return NOT_PLAIN;
    sorted[key] = ordered;
  }
  return sorted;
}

const MOVES = /^(?:\d+|__proto__)$/;

/** By insertion: the keys of an event are few, and `sort` takes room of its own for each. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] ?? '';
    let place = next;
    for (let other = keys[place - 1]; other !== undefined && other > key; other = keys[place - 1]) {
      keys[place] = other;
      place -= 1;
    }
    keys[place] = key;
  }
  return keys;
}

/**
 * Canonical JSON (RFC 8785): the bytes that the log keeps and that proofs stand on. What an event holds costs one walk and one `JSON.stringify`; everything else goes through
 * the library.
 * @throws Error for NaN and Infinity
 */
export function canonicalJson(value: object): string {
  const ordered = inOrder(value);
  return ordered === NOT_PLAIN ? canonicalize(value) : JSON.stringify(ordered);
}
