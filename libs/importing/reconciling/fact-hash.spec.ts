import fc from 'fast-check';
import type { DealId } from '../../domain/shared/ids.js';
import { holds } from '../../testing/property.js';
import { dealFactHash, hashed } from './fact-hash.js';
import type { ImportFact, Moment } from './moment.js';

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.constant(undefined),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.string()),
);
const names = fc.constantFrom('registered', 'stage', 'owner', 'value', 'won', 'lost');
/** Of any shape, what it is named first or not. */
const facts = fc
  .tuple(
    names,
    fc.dictionary(
      fc.string().filter((name) => name !== 'is'),
      value,
    ),
    fc.boolean(),
  )
  .map(([is, members, first]) => (first ? { is, ...members } : { ...members, is }) as unknown as ImportFact);
const moments: fc.Arbitrary<readonly Moment[]> = fc.array(
  fc.record({
    at: fc.option(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })),
    said: fc.array(facts.map((fact) => ({ fact, place: { file: 'deals.csv', line: 2, column: null } }))),
  }),
);

describe('hashes of what a source says of a deal', () => {
  it('are, written with what its facts share, those of each fact by itself', async () => {
    await holds(
      fc.property(fc.string(), fc.string(), moments, (source, key, said) => {
        const hashing = { logKey: Buffer.alloc(32, 7), source };
        const deal = { key, id: 'crm-A' as DealId, claim: 'happened', moments: said } as const;
        const each = said.map(({ at, said: facts }) => ({
          at,
          said: facts.map((one) => ({ ...one, hash: dealFactHash(hashing, key, one.fact, at) })),
        }));
        expect(hashed(deal, hashing)).toEqual({ ...deal, moments: each });
      }),
    );
  });
});
