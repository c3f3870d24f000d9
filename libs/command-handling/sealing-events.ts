import type { Catalog } from '../event-catalog/build-catalog.js';
import type { JsonObject } from '../domain/shared/envelope.js';
import { isSealed } from '../domain/shared/envelope.js';
import type { EventToAppend } from '../event-store/event-store.port.js';
import type { KeyHolder, KeyState, KeyStore } from '../privacy/key-store.port.js';
import { KeyMissing } from '../privacy/key-store.port.js';
import { changePersonal } from '../privacy/personal-fields.js';
import { seal } from '../privacy/sealing.js';
import type { DecidedEvent } from './undecided-stream.js';

/** The event as the log takes it. What a decider took over from the stream sealed (a person forgotten) stays sealed as it is. */
export function sealedEvent(
  { event, holder }: DecidedEvent,
  keys: ReadonlyMap<KeyHolder, KeyState>,
  parts: { readonly catalog: Catalog; readonly keyStore: KeyStore },
): EventToAppend {
  const { eventId, type, metadata } = event;
  let data = event.data;
  if (holder !== null) {
    const key = keys.get(holder);
    if (key?.state !== 'present') throw new KeyMissing(holder, parts.keyStore);
    data = changePersonal(parts.catalog, event, (value, field) => (isSealed(value) ? value : seal(key.key, holder, field, String(value))));
  }
  // Both passed the catalog's check: they are JSON.
  return { eventId, type, data: data as JsonObject, metadata: metadata as unknown as JsonObject };
}
