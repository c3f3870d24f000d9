import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import type { Row } from '../read-store.port.js';
import { NOT_YET } from './filter-sql.js';
import type { SqlValue } from './filter-sql.js';
import { compileRowValues } from './row-values.js';
import type { WrittenColumn } from './row-values.js';

const columns: readonly WrittenColumn[] = [
  { name: 'entity', type: 'text', endless: false },
  { name: 'endedBy', type: 'integer', endless: true },
  { name: 'withdrawnBy', type: 'integer', endless: false },
  { name: 'status', type: 'symbol', endless: false },
  { name: 'values', type: 'json', endless: false },
];

const numberOf = (text: string): number => text.length + 1_000;

/** The definition: one column after the other, by its name. */
function storedValues(row: Row): SqlValue[] {
  return columns.map(({ name, type, endless }) => {
    const value = row[name] ?? null;
    if (value === null) return endless ? NOT_YET : null;
    if (type === 'json') return JSON.stringify(value);
    return type === 'symbol' ? numberOf(String(value)) : (value as SqlValue);
  });
}

describe('the values of a row', () => {
  const valuesOf = compileRowValues(columns, numberOf);

  it('are those of its columns by name, whatever the order of its members and what it lacks', () =>
    holds(
      fc.property(
        fc.record(
          {
            values: fc.option(fc.dictionary(fc.string(), fc.jsonValue())),
            status: fc.option(fc.string()),
            entity: fc.string(),
            withdrawnBy: fc.option(fc.nat()),
            endedBy: fc.option(fc.nat()),
          },
          { requiredKeys: ['entity'] },
        ),
        fc.nat(5),
        (members, from) => {
          const row = members as unknown as Row; // of a model of these columns
          const values: SqlValue[] = Array.from({ length: from }, () => 'before');
          expect(valuesOf(row, values, from)).toBe(from + columns.length);
          expect(values).toEqual([...Array.from({ length: from }, () => 'before'), ...storedValues(row)]);
        },
      ),
    ));
});
