import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Sealed } from '../domain/shared/envelope.js';
import { catalog } from '../event-catalog/catalog.js';
import { holds } from '../testing/property.js';
import { hashUnder, personIdFromName } from './hashing.js';
import { KeyMissing } from './key-store.port.js';
import { openAll, openPersonal } from './opening.js';
import { changePersonal, hasPersonal } from './personal-fields.js';
import { SealBroken, open, seal } from './sealing.js';
import { openSqliteKeyStore } from './sqlite/sqlite-key-store.js';

const key = Buffer.alloc(32, 7);

describe('a sealed personal field', () => {
  it('opens to the same text under the same key, whatever the text', () =>
    holds(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(open(key, seal(key, 'contact-1', 'DealLost.note', text))).toBe(text);
      }),
    ));

  it('never looks the same twice', () => {
    const boxes = Array.from({ length: 2_000 }, () => seal(key, 'contact-1', 'DealLost.note', 'price').box);
    expect(new Set(boxes).size).toBe(2_000);
  });

  it('is what the catalog takes in a log', () => {
    const metadata = {
      actor: { id: 'a', kind: 'person' },
      causationId: 'c',
      correlationId: 'c',
      effectiveAt: '2020-01-01T00:00:00.000Z',
      schemaVersion: 1,
    };
    const name = seal(key, 'contact-1', 'ContactRegistered.name', '');
    expect(() => catalog.checkStored('ContactRegistered', 1, { name, companyId: null }, metadata)).not.toThrow();
  });

  it.each<[string, (sealed: Sealed) => Sealed]>([
    ['moved to another field', (sealed) => ({ ...sealed, field: 'DealWon.note' })],
    ['moved to another person', (sealed) => ({ ...sealed, person: 'contact-2' })],
    ['altered by a bit', (sealed) => ({ ...sealed, box: flipped(sealed.box) })],
    ['cut short', (sealed) => ({ ...sealed, box: sealed.box.slice(0, 20) })],
  ])('does not open when it was %s', (_, change) => {
    expect(() => open(key, change(seal(key, 'contact-1', 'DealLost.note', 'price')))).toThrow(SealBroken);
  });

  it('does not open under another key', () => {
    expect(() => open(randomBytes(32), seal(key, 'contact-1', 'DealLost.note', 'price'))).toThrow(SealBroken);
  });
});

function flipped(box: string): string {
  const bytes = Buffer.from(box, 'base64');
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return bytes.toString('base64');
}

describe('opening personal fields', () => {
  async function withKeys(act: (store: ReturnType<typeof openSqliteKeyStore>, sealed: Sealed) => Promise<void>): Promise<void> {
    const store = openSqliteKeyStore({ file: ':memory:' });
    const state = (await store.ensure(['contact-1'])).get('contact-1');
    if (state?.state !== 'present') throw new Error('no key');
    await act(store, seal(state.key, 'contact-1', 'ContactRegistered.name', 'Ada'));
    await store.close();
  }

  it('gives the text to who may read it, withholds it from others, and nobody reads who was forgotten', () =>
    withKeys(async (store, sealed) => {
      expect(await openPersonal(sealed, store)).toEqual({ state: 'present', text: 'Ada' });
      expect(await openPersonal(sealed, null)).toEqual({ state: 'withheld' });
      await store.destroy('contact-1');
      expect(await openPersonal(sealed, store)).toEqual({ state: 'forgotten' });
    }));

  it('opens every envelope of an answer, however deep', () =>
    withKeys(async (store, sealed) => {
      const answer = { rows: [{ labels: { owner: sealed, team: 'North' }, deals: 2 }], note: null };
      expect(await openAll(answer, store)).toEqual({ rows: [{ labels: { owner: 'Ada', team: 'North' }, deals: 2 }], note: null });
      expect(await openAll(answer, null)).toEqual({ rows: [{ labels: { owner: 'withheld', team: 'North' }, deals: 2 }], note: null });
      await store.destroy('contact-1');
      expect(await openAll(answer, store)).toEqual({ rows: [{ labels: { owner: 'forgotten', team: 'North' }, deals: 2 }], note: null });
    }));

  it('names the KeyStore where a key is missing without a mark', () =>
    withKeys(async (store, sealed) => {
      const stranger = { ...sealed, person: 'contact-2' };
      await expect(openPersonal(stranger, store)).rejects.toThrow(KeyMissing);
      await expect(openAll([stranger], store)).rejects.toThrow(
        `the key of contact-2 is not in the KeyStore :memory: (${store.id}) and was never destroyed: is it the right one, and not an old copy?`,
      );
    }));
});

describe('the personal fields of an event', () => {
  const mark = (event: { type: string; data: object }) => changePersonal(catalog, event, (value, field) => `${field}=${String(value)}`);

  it('are changed where they are, and nothing else is', () => {
    expect(mark({ type: 'ContactDetailsRevised', data: { name: 'Ada', phone: null } })).toEqual({
      name: 'ContactDetailsRevised.name=Ada',
      phone: null,
    });
    expect(mark({ type: 'RequestRegistered', data: { summary: 'a pump', contactId: 'c1' } })).toEqual({
      summary: 'RequestRegistered.summary=a pump',
      contactId: 'c1',
    });
  });

  it('are none where the source of an import does not hold them', () => {
    expect(mark({ type: 'RequestRegistered', data: { summary: 'not-in-source' } })).toEqual({ summary: 'not-in-source' });
    expect(mark({ type: 'DealLost', data: { reasons: [], note: 'not-in-source' } })).toEqual({
      reasons: [],
      note: 'DealLost.note=not-in-source',
    });
  });

  it('are found in the fact inside a correction too, under the name of its own type', () => {
    const event = {
      type: 'DealLost',
      schemaVersion: 1,
      data: { reasons: ['price'], note: 'too dear' },
      effectiveAt: '2020-01-01T00:00:00.000Z',
    };
    expect(mark({ type: 'HistoryCorrected', data: { kind: 'insert', event, reason: 'a slip' } })).toEqual({
      kind: 'insert',
      event: { ...event, data: { reasons: ['price'], note: 'DealLost.note=too dear' } },
      reason: 'HistoryCorrected.reason=a slip',
    });
  });

  it('are said to be none where the event holds none now', () => {
    expect(hasPersonal(catalog, { type: 'DealLost', data: { reasons: [] } })).toBe(false);
    expect(hasPersonal(catalog, { type: 'DealLost', data: { reasons: [], note: 'x' } })).toBe(true);
    expect(hasPersonal(catalog, { type: 'OwnerAssigned', data: { ownerId: 'x' } })).toBe(false);
  });
});

describe('hashes under the log key', () => {
  it('are HMAC-SHA-256 as the library makes it, whatever the key and the text', () =>
    holds(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        fc.array(fc.string({ unit: 'grapheme', maxLength: 2_000 }), { minLength: 1 }),
        (bytes, texts) => {
          const key = Buffer.from(bytes);
          for (const text of texts)
            expect(hashUnder(key, text)).toBe(createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 32));
        },
      ),
    ));

  it('are the same in one log and tell nothing in another', () => {
    expect(hashUnder(key, 'body')).toMatch(/^[0-9a-f]{32}$/);
    expect(hashUnder(key, 'body')).toBe(hashUnder(key, 'body'));
    expect(hashUnder(key, 'body')).not.toBe(hashUnder(Buffer.alloc(32, 8), 'body'));
  });

  it('make the id of a person whom a source knows by name', () => {
    const id = personIdFromName(key, 'crm', 'Moses Frase');
    expect(id).toMatch(/^crm-[0-9a-f]{16}$/);
    expect(personIdFromName(key, 'crm', 'Moses Frase')).toBe(id);
    expect(personIdFromName(key, 'other', 'Moses Frase').slice('other-'.length)).not.toBe(id.slice('crm-'.length));
  });
});
