import fc from 'fast-check';
import { holds } from '../../testing/property.js';
import { sortInTurns } from './sort-in-turns.js';

it('sorts as a sort at once does, with a turn after every piece', async () => {
  await holds(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 60, size: 'max' }), fc.integer({ min: 1, max: 9 }), async (values, atOnce) => {
      let turns = 0;
      const turn = (): Promise<void> => {
        turns += 1;
        return Promise.resolve();
      };
      const sorted = await sortInTurns(Uint32Array.from(values), (a, b) => a < b, turn, atOnce);
      expect([...sorted]).toEqual(values.toSorted((a, b) => a - b));
      expect(turns).toBeGreaterThanOrEqual(Math.ceil(values.length / atOnce));
    }),
  );
});
