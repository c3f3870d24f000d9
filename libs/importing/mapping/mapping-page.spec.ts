import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MappingRefused } from './mapping-node.js';
import { readMapping } from './read-mapping.js';

/** A mapping with a key of nobody's in every place, so that the reader says which keys each place knows. */
const ODD_EVERYWHERE = `
source: acme
odd key: x
currency: EUR
numbers: { odd key: x }
csv: { odd key: x }
pipeline: { id: p, odd key: x, stages: [{ id: s, odd key: x }] }
products: { file: f, key: k, name: { column: n, odd key: x, lookup: { file: f, key: k, value: v, odd key: x } }, odd key: x }
companies: { file: f, key: k, name: n, odd key: x, odd: [{ when: { a: b }, say: c, odd key: x }] }
employees: { file: f, key: k, name: n, odd key: x }
contacts: { file: f, key: k, name: n, odd key: x }
deals:
  - shape: row-per-deal
    file: f
    key: k
    odd key: x
    history:
      - { at: a, registered: {}, odd key: x }
      - { at: a, won: { odd key: x } }
      - { at: a, lost: { odd key: x } }
      - { at: a, postponed: { odd key: x } }
      - { at: a, marketing: { odd key: x } }
      - { at: a, filed: { odd key: x } }
  - shape: change-per-row
    file: f
    key: k
    at: a
    field: c
    to: t
    odd key: x
    registers: { field: made, firstChange: true, odd key: x }
    fields: { Stage: { is: stage, odd key: x } }
  - { shape: snapshots, key: k, stage: s, odd key: x, snapshots: [{ file: f, at: a, odd key: x }] }
`;

function problemsOf(text: string): MappingRefused['problems'] {
  try {
    readMapping(text, 'mapping.yaml');
  } catch (error) {
    if (error instanceof MappingRefused) return error.problems;
    throw error;
  }
  return [];
}

describe('the page on importing', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/importing.md'), 'utf8');
  const [, reference = ''] = page.split('## What a mapping may say');
  const known = problemsOf(ODD_EVERYWHERE).map(({ path, message }) => {
    const [, keys = ''] = /known are (.*)$/.exec(message) ?? [];
    return { place: path.replace(/\.?odd key$/, ''), keys: keys === '' ? [] : keys.split(', ') };
  });

  it('knows every place of a mapping that the reader knows', () => {
    expect(known.map(({ place, keys }) => [place, keys.length > 0])).toEqual(known.map(({ place }) => [place, true]));
    expect(known).toHaveLength(24);
  });

  it('explains every key that the reader takes', () => {
    const words = new Set([...reference.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code.split(':')[0]));
    const unsaid = known.flatMap(({ place, keys }) => keys.filter((key) => !words.has(key)).map((key) => `${place}: ${key}`));
    expect(unsaid).toEqual([]);
  });
});
