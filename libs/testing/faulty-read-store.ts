import type { ReadStore } from '../read-store/read-store.port.js';
import { ReadStoreUnavailable } from '../read-store/read-store.port.js';

/** How a real store is made to fail: between its caller and every call of it. */
export interface FaultyReadStore {
  readonly store: ReadStore;
  /** `down`: every call fails. `frozen`: every call waits until it is well again. `slow`: so many milliseconds before each. */
  state: 'well' | 'down' | 'frozen' | { readonly slowMs: number };
  /** The next commit is carried out, and its answer is lost on the way back. */
  loseNextAnswer(): void;
  /** The next commit stops in its last batch, after this share of the row changes and before the checkpoint: as in a store that does not commit whole. */
  breakNextCommit(share?: number): void;
}

const LOOK_MS = 2;

/** @param commitsWhole false: the store is taken as one whose commits may be seen half done, as MongoDB's are */
export function faultyReadStore(real: ReadStore, options: { commitsWhole?: boolean } = {}): FaultyReadStore {
  let answerLost = false;
  let broken: number | null = null;
  const faulty: FaultyReadStore = {
    store: real,
    state: 'well',
    loseNextAnswer: () => void (answerLost = true),
    breakNextCommit: (share = 0.5) => void (broken = share),
  };
  const pass = async (): Promise<void> => {
    while (faulty.state === 'frozen') await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    if (faulty.state === 'down') throw new ReadStoreUnavailable('the store is down, says the test');
    if (typeof faulty.state === 'object') {
      const { slowMs } = faulty.state;
      await new Promise((resolve) => setTimeout(resolve, slowMs));
    }
  };
  const guarded = <T extends object>(part: T, over: Readonly<Record<string, unknown>>): T =>
    new Proxy(part, {
      get: (target, key) => {
        if (typeof key === 'string' && key in over) return over[key];
        const found: unknown = Reflect.get(target, key);
        if (typeof found !== 'function') return found;
        return (...args: unknown[]) => {
          const call = (): unknown => Reflect.apply(found, target, args);
          return key === 'close' || isIterated(String(key)) ? call() : pass().then(call);
        };
      },
    });
  const commit: ReadStore['commit'] = async (batches) => {
    await pass();
    if (broken !== null) {
      const share = broken;
      broken = null;
      await commitPart(real, batches, share);
      throw new ReadStoreUnavailable('the store broke in the middle of a commit, says the test');
    }
    await real.commit(batches);
    if (!answerLost) return;
    answerLost = false;
    throw new ReadStoreUnavailable('the answer was lost, says the test');
  };
  const store = guarded(real, {
    commit,
    commitsWhole: options.commitsWhole ?? real.commitsWhole,
    leases: guarded(real.leases, {}),
    control: guarded(real.control, {}),
  });
  return Object.assign(faulty, { store });
}

/** All batches but the last are there; of that the first of its rows, and no checkpoint. */
async function commitPart(real: ReadStore, batches: Parameters<ReadStore['commit']>[0], share: number): Promise<void> {
  const last = batches.at(-1);
  await real.commit(batches.slice(0, -1));
  if (last === undefined) return;
  const checkpoint = await real.checkpoint(last.model, last.partition);
  if (checkpoint === null) return;
  const { goesOnFrom: _, ...batch } = last;
  await real.commit([
    {
      ...batch,
      changes: last.changes.slice(0, Math.ceil(last.changes.length * share)),
      checkpoint: { ...checkpoint, epoch: last.checkpoint.epoch },
    },
  ]);
}

function isIterated(name: string): boolean {
  return ['rowsAsOf', 'rowsKnownAt', 'rowsChanged', 'scan'].includes(name);
}
