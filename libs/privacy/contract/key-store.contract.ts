import type { KeyState, KeyStore } from '../key-store.port.js';

/** What a test needs of an adapter besides the port. */
export interface KeyStoreUnderTest {
  readonly store: KeyStore;
  /** Another process's view of the same keys; closed with `dispose`. */
  reopen(): Promise<KeyStore>;
  dispose(): Promise<void>;
}

function keyIn(state: KeyState | undefined): Buffer {
  if (state?.state !== 'present') throw new Error(`the key is ${state?.state ?? 'not answered'}`);
  return state.key;
}

/** The law of every KeyStore. `open` makes an empty one of its own for each test. */
export function describeKeyStoreContract(name: string, open: () => Promise<KeyStoreUnderTest>): void {
  describe(`${name} keeps the key store's contract`, () => {
    let test: KeyStoreUnderTest;
    let store: KeyStore;
    beforeEach(async () => {
      test = await open();
      store = test.store;
    });
    afterEach(async () => {
      await test.dispose();
    });

    it('makes a key of 32 random bytes once and finds it again', async () => {
      const made = keyIn((await store.ensure(['contact-1'])).get('contact-1'));
      expect(made).toHaveLength(32);
      expect(keyIn((await store.ensure(['contact-1'])).get('contact-1'))).toEqual(made);
      expect(keyIn(await store.find('contact-1'))).toEqual(made);
    });

    it('gives every person a key of their own', async () => {
      const made = await store.ensure(['contact-1', 'contact-2', 'employee-1']);
      expect(new Set([...made.values()].map((state) => keyIn(state).toString('hex'))).size).toBe(3);
    });

    it('does not make a key by looking for it', async () => {
      expect(await store.find('contact-1')).toEqual({ state: 'missing' });
      expect(await store.findMany(['contact-1', 'contact-2'])).toEqual(
        new Map([
          ['contact-1', { state: 'missing' }],
          ['contact-2', { state: 'missing' }],
        ]),
      );
      expect(await store.find('contact-1')).toEqual({ state: 'missing' });
    });

    it('answers for holders named twice and for none at all', async () => {
      expect([...(await store.ensure(['contact-1', 'contact-1'])).keys()]).toEqual(['contact-1']);
      expect(await store.ensure([])).toEqual(new Map());
      expect(await store.findMany([])).toEqual(new Map());
    });

    it('makes one key where many ask for it at once', async () => {
      const other = await test.reopen();
      const asked = await Promise.all([store, other, store, other].map((asking) => asking.ensure(['contact-1', 'contact-2'])));
      expect(new Set(asked.map((states) => keyIn(states.get('contact-1')).toString('hex'))).size).toBe(1);
      expect(new Set(asked.map((states) => keyIn(states.get('contact-2')).toString('hex'))).size).toBe(1);
    });

    it('makes hundreds in one call, but none that is there or was destroyed', async () => {
      const other = await test.reopen();
      const made = keyIn((await other.ensure(['contact-7'])).get('contact-7'));
      await other.ensure(['contact-8']);
      await other.destroy('contact-8');
      const holders = Array.from({ length: 200 }, (_, index) => `contact-${index}` as const);
      const states = await store.ensure(holders);
      expect([...states.keys()]).toEqual(holders);
      expect(keyIn(states.get('contact-7'))).toEqual(made);
      expect(states.get('contact-8')).toEqual({ state: 'forgotten' });
      expect([...states.values()].filter(({ state }) => state === 'present').length).toBe(199);
      expect(await other.findMany(holders)).toEqual(states);
    });

    it('keeps keys, its id and the log key for the next process', async () => {
      const made = keyIn((await store.ensure(['contact-1'])).get('contact-1'));
      const other = await test.reopen();
      expect(keyIn(await other.find('contact-1'))).toEqual(made);
      expect(other.id).toBe(store.id);
      expect(other.logKey).toEqual(store.logKey);
      expect(store.logKey).toHaveLength(32);
    });

    it('leaves a mark where a key was destroyed, and never makes it again', async () => {
      await store.ensure(['contact-1', 'contact-2']);
      expect(await store.destroy('contact-1')).toBe(true);
      expect(await store.find('contact-1')).toEqual({ state: 'forgotten' });
      const after = await store.ensure(['contact-1', 'contact-2', 'contact-3']);
      expect([...after.values()].map(({ state }) => state)).toEqual(['forgotten', 'present', 'present']);
      expect(await (await test.reopen()).find('contact-1')).toEqual({ state: 'forgotten' });
    });

    it('marks a person whom it never had a key of, and says that there was none', async () => {
      expect(await store.destroy('contact-9')).toBe(false);
      expect((await store.ensure(['contact-9'])).get('contact-9')).toEqual({ state: 'forgotten' });
      expect(await store.destroy('contact-9')).toBe(false);
    });

    it('sees a key that another process destroyed, though it was used here just now', async () => {
      await store.ensure(['contact-1']);
      const other = await test.reopen();
      expect(keyIn(await other.find('contact-1'))).toHaveLength(32);
      await store.destroy('contact-1');
      expect(await other.find('contact-1')).toEqual({ state: 'forgotten' });
      expect((await other.ensure(['contact-1'])).get('contact-1')).toEqual({ state: 'forgotten' });
    });

    it('sees a key that another process made', async () => {
      const other = await test.reopen();
      expect(await other.find('contact-1')).toEqual({ state: 'missing' });
      const made = keyIn((await store.ensure(['contact-1'])).get('contact-1'));
      expect(keyIn(await other.find('contact-1'))).toEqual(made);
    });
  });
}
