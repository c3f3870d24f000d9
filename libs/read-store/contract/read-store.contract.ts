import type { EpochMs } from '../../domain/shared/instant.js';
import type { ReadStore } from '../read-store.port.js';
import { describeCommits } from './commits.contract.js';
import { describeLeases } from './leases.contract.js';
import { describeLists } from './lists.contract.js';
import { describeRows } from './rows.contract.js';
import { describeVersionsAndParking } from './versions.contract.js';

export interface ContractOptions {
  readonly now?: () => EpochMs;
  readonly beforeWrite?: () => void;
}

/** One store with nothing in it, and as many connections to it as a test asks for. */
export interface ContractStore {
  readonly store: ReadStore;
  /** Another process on the same rows. */
  another(options?: ContractOptions): Promise<ReadStore>;
  /** Closes every connection and leaves nothing behind. */
  remove(): Promise<void>;
}

export type OpenStore = (options?: ContractOptions) => Promise<ContractStore>;

/** Opens a store for one test; it is removed when the test ends. */
export type OpenForTest = OpenStore;

/** What every read store promises, whatever engine is below. */
export function describeReadStoreContract(name: string, open: OpenStore, options: { skip?: boolean } = {}): void {
  (options.skip === true ? describe.skip : describe)(`read store contract: ${name}`, () => {
    const opened: ContractStore[] = [];
    const openForTest: OpenForTest = async (options) => {
      const store = await open(options);
      opened.push(store);
      return store;
    };
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.remove();
    });

    describeCommits(openForTest);
    describeRows(openForTest);
    describeLists(openForTest);
    describeLeases(openForTest);
    describeVersionsAndParking(openForTest);
  });
}
