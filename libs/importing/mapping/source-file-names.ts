import type { Mapping } from './mapping.js';

/** Every file that a mapping names, look-up tables too: whatever stands under `file`, however deep. */
export function sourceFileNames(mapping: Mapping): readonly string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, member] of value instanceof Map ? value : Object.entries(value)) {
      if (key === 'file' && typeof member === 'string') names.add(member);
      else visit(member);
    }
  };
  visit(mapping);
  return [...names];
}
