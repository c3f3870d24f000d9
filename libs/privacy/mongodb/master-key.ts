import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KeyStoreUnavailable } from '../key-store.port.js';
import { KEY_BYTES } from '../sealing.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Wraps the keys that lie in a database which others operate: who has its files, or a backup of them, has no key. */
export class MasterKey {
  constructor(private readonly key: Buffer) {
    if (key.length !== KEY_BYTES)
      throw new KeyStoreUnavailable(`the master key has ${key.length} bytes, not ${KEY_BYTES}: make one with openssl rand -base64 32`);
  }

  /** `name` is bound to the wrapped key, so that nobody can put one person's under another's name. */
  wrap(name: string, key: Buffer): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, iv);
    cipher.setAAD(Buffer.from(name));
    const text = Buffer.concat([cipher.update(key), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  /** @throws where it was wrapped under another master key, under another name, or was changed. */
  unwrap(name: string, wrapped: Buffer): Buffer {
    const decipher = createDecipheriv(CIPHER, this.key, wrapped.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(name));
    decipher.setAuthTag(wrapped.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(wrapped.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  }
}

/** From the text itself (an environment variable) or from a file that holds it: 32 bytes, as base64 or as 64 hexadecimal digits. @throws KeyStoreUnavailable */
export function masterKeyFrom(source: { readonly text: string } | { readonly file: string }): MasterKey {
  const text = ('text' in source ? source.text : contentOf(source.file)).trim();
  return new MasterKey(/^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64'));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KeyStoreUnavailable(`the master key's file ${file} cannot be read`, { cause: error });
  }
}
