import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { BEGINNING_OF_TIME, END_OF_TIME, isoInstant } from './instant.js';

describe('an instant written out', () => {
  it('is the same text whatever was written out before', () =>
    holds(
      fc.property(
        fc.array(fc.integer({ min: BEGINNING_OF_TIME, max: END_OF_TIME }), { minLength: 1 }),
        fc.infiniteStream(fc.nat(3)),
        (instants, picks) => {
          for (const pick of [...picks.take(20)]) {
            const at = instants[pick % instants.length] ?? 0;
            expect(isoInstant(at)).toBe(new Date(at).toISOString());
          }
        },
      ),
    ));

  it('is refused where it is none, and the next one is right again', () => {
    expect(() => isoInstant(Number.NaN)).toThrow(RangeError);
    expect(() => isoInstant(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(isoInstant(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});
