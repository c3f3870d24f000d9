import fc from 'fast-check';

/** How often a property is tried: 100 by default, more in a long run (`PROPERTY_RUNS=2000`). */
export const PROPERTY_RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

/** One seed a process, printed with each property, so that a failure can be run again by `PROPERTY_SEED`. */
export const PROPERTY_SEED = Number(process.env['PROPERTY_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));

/**
 * Holds a property at `PROPERTY_RUNS` random inputs. A failure prints the path as well; `PROPERTY_SEED` runs it again.
 * `share` < 1 is for properties whose single input is already a long history.
 */
export async function holds<Ts>(property: fc.IRawProperty<Ts>, share = 1): Promise<void> {
  const numRuns = Math.max(1, Math.ceil(PROPERTY_RUNS * share));
  process.stdout.write(`  property held at ${numRuns} random inputs, PROPERTY_SEED=${PROPERTY_SEED}\n`);
  await fc.assert(property, { numRuns, seed: PROPERTY_SEED });
}
