import { loadDemo } from '../operations/demo.js';
import { readConfig } from '../wiring/config.js';
import { openDealtrail } from '../wiring/open-dealtrail.js';

/** The demo company told into a data directory of its own, its read models at the end of the log. */
export async function tellDemo(dataDir: string, deals: number, seed = 7): Promise<void> {
  const dealtrail = await openDealtrail(readConfig({}, { dataDir }), { mode: 'owner', beginsWithDemo: true });
  try {
    await loadDemo(dealtrail, { deals, seed, onProgress: () => undefined, signal: new AbortController().signal });
    await dealtrail.projector?.catchUp();
  } finally {
    await dealtrail.close();
  }
}
