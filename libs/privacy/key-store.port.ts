/** Whose key: `contact-<id>`, `employee-<id>`, or `deal-<id>` for a deal's free text where no contact is known. */
export type KeyHolder = string;

export type KeyState =
  { readonly state: 'present'; readonly key: Buffer } | { readonly state: 'forgotten' } | { readonly state: 'missing' };

/**
 * The personal-data keys, apart from the log, durable before the first event that uses them. A destroyed key leaves a mark and is never made again;
 * a key missing without a mark is an error that names the KeyStore.
 */
export interface KeyStore {
  /** Stands in the log's identity: a process with another KeyStore does not start. */
  readonly id: string;
  /** What people are told to look for: a path, a database's name. */
  readonly description: string;
  /** 32 bytes for HMACs of names, request bodies and imported values; made once with the log. */
  readonly logKey: Buffer;
  find(holder: KeyHolder): Promise<KeyState>;
  findMany(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>>;
  /** Finds or makes the keys, durable when it returns; those forgotten stay so. */
  ensure(holders: readonly KeyHolder[]): Promise<ReadonlyMap<KeyHolder, KeyState>>;
  /** Leaves the mark, also where there was never a key: that person is then not written about. @returns false where there was no key. */
  destroy(holder: KeyHolder): Promise<boolean>;
  close(): Promise<void>;
}

/** The KeyStore cannot be reached, or is not the one that it should be. Nothing was half done. */
export class KeyStoreUnavailable extends Error {
  override readonly name = 'KeyStoreUnavailable';
}

/** A key without which something cannot be read is not there, and nobody destroyed it: the wrong KeyStore, or an old copy of it. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
  constructor(
    readonly holder: KeyHolder,
    store: Pick<KeyStore, 'description' | 'id'>,
  ) {
    super(
      `the key of ${holder} is not in the KeyStore ${store.description} (${store.id}) and was never destroyed: is it the right one, and not an old copy?`,
    );
  }
}
