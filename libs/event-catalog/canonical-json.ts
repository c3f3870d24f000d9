import canonicalizeModule from 'canonicalize';

// Its types claim an ES default export; the file is CommonJS and exports the function itself.
const canonicalize = canonicalizeModule as unknown as (value: object) => string;

/**
 * True where `JSON.stringify` writes the canonical form by itself: keys in UTF-16 order at every level, nothing with a `toJSON` of its own,
 * no NaN or Infinity (which canonical JSON refuses), nothing that JSON leaves out inside an array.
 */
function isCanonical(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (Array.isArray(value)) {
    // By index, because `every` skips the holes of a sparse array.
    for (let index = 0; index < value.length; index += 1) if (!isCanonical(value[index])) return false;
    return true;
  }
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return false;
  const object = value as Readonly<Record<string, unknown>>;
  let before: string | undefined;
  for (const key in object) {
    if (before !== undefined && key < before) return false;
    if (!Object.hasOwn(object, key)) return false;
    before = key;
    const member = object[key];
    if (member !== undefined && !isCanonical(member)) return false;
  }
  return true;
}

/**
 * Canonical JSON (RFC 8785): the bytes that the log keeps and that proofs stand on. What is written in key order already, as command handling does,
 * costs one walk and one `JSON.stringify`; everything else goes through the library.
 * @throws Error for NaN and Infinity
 */
export function canonicalJson(value: object): string {
  return isCanonical(value) ? JSON.stringify(value) : canonicalize(value);
}

/** The same value with its keys in canonical order at every level, so that `canonicalJson` takes its fast path. Members that are undefined are left out. */
export function inKeyOrder<T>(value: T): T {
  if (typeof value !== 'object' || value === null || isCanonical(value)) return value;
  // The shape stays T: only the order of its keys changes.
  if (Array.isArray(value)) return value.map(inKeyOrder) as T;
  const object = value as Readonly<Record<string, unknown>>;
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(object).sort()) if (object[key] !== undefined) sorted[key] = inKeyOrder(object[key]);
  return sorted as T;
}
