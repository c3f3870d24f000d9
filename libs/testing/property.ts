import fc from 'fast-check';

/** How often a property is tried: 100 by default, more in a long run (`PROPERTY_RUNS=2000`). */
export const PROPERTY_RUNS = Number(process.env['PROPERTY_RUNS'] ?? 100);

/**
 * Holds a property at `PROPERTY_RUNS` random inputs. A failure prints the seed and the path; `PROPERTY_SEED` runs it again.
 * `share` < 1 is for properties whose single input is already a long history.
 */
export async function holds<Ts>(property: fc.IRawProperty<Ts>, share = 1): Promise<void> {
  const seed = process.env['PROPERTY_SEED'];
  const numRuns = Math.max(1, Math.ceil(PROPERTY_RUNS * share));
  await fc.assert(property, { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) });
}
