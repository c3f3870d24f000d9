import type { Personal } from '../../libs/domain/shared/envelope.js';
import { isSealed } from '../../libs/domain/shared/envelope.js';
import type { KeyStore } from '../../libs/privacy/key-store.port.js';
import { openAll } from '../../libs/privacy/opening.js';
import type { Asker } from './sources.js';

/** Names of people in answers: opened for who may read them, `withheld` or `forgotten` otherwise. */
export class PersonalNames {
  constructor(private readonly keyStore: KeyStore) {}

  open<T>(answer: T, asker: Asker): Promise<T> {
    return openAll(answer, asker.readPersonal ? this.keyStore : null);
  }

  /** To look a name up: null where the asker may not read it, so that nobody finds out by guessing. */
  names(names: readonly (Personal | null)[], asker: Asker): Promise<readonly (string | null)[]> {
    const readable = asker.readPersonal ? names : names.map((name) => (isSealed(name) ? null : name));
    return this.open(readable, asker) as Promise<readonly (string | null)[]>; // no envelope is left in it
  }
}
