import { describeCommits } from './commits.contract.js';
import { describeLeases } from './leases.contract.js';
import { describeLists } from './lists.contract.js';
import type { ContractStore, OpenForTest, OpenStore } from './open-store.js';
import { describeRows } from './rows.contract.js';
import { describeVersionsAndParking } from './versions.contract.js';

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
