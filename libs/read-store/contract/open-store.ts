import type { EpochMs } from '../../domain/shared/instant.js';
import type { ReadStore } from '../read-store.port.js';

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
