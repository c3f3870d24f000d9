import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Sealed } from '../domain/shared/envelope.js';
import { freshBytes } from './fresh-bytes.js';
import type { KeyHolder } from './key-store.port.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/** An envelope that does not open under its own holder's key: altered, moved to another field or person, or sealed by another KeyStore's key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** Bound to the box without being in it: an envelope copied to another field or person does not open. */
function associated(person: KeyHolder, field: string): Buffer {
  return Buffer.from(JSON.stringify([person, field]), 'utf8');
}

/** AES-256-GCM with a random 96-bit iv (NIST SP 800-38D: safe for 2^32 texts under one key; a person has thousands). */
export function seal(key: Buffer, person: KeyHolder, field: string, text: string): Sealed {
  const iv = freshBytes(Buffer.allocUnsafe(IV_BYTES));
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(person, field));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  // Members in key order, as canonical JSON writes them.
  return { box: Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64'), field, person, sealed: 1 };
}

/** @throws SealBroken */
export function open(key: Buffer, sealed: Sealed): string {
  const box = Buffer.from(sealed.box, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(sealed.person, sealed.field));
    decipher.setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return decipher.update(box.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch (cause) {
    throw new SealBroken(`the envelope of ${sealed.field} does not open under the key of ${sealed.person}`, { cause });
  }
}
