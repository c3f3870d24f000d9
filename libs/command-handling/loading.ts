import { LRUCache } from 'lru-cache';
import type { RecordedEvent, Sealed } from '../domain/shared/envelope.js';
import { isSealed } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { Catalog } from '../event-catalog/build-catalog.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { KeyHolder, KeyState, KeyStore } from '../privacy/key-store.port.js';
import { KeyMissing } from '../privacy/key-store.port.js';
import { changePersonal } from '../privacy/personal-fields.js';
import { open } from '../privacy/sealing.js';
import type { StreamState } from './stream-state.js';
import { emptyState, keepsHistory, stateOf } from './stream-state.js';

const PAGE = 1_000;
const ABSENT_KEPT = 5_000;

/** Reads streams into states and keeps the ones used last. A kept state is validated by the expected revision of the append that follows from it. */
export class StreamLoader {
  readonly #kept: LRUCache<StreamName, StreamState>;
  /** Streams that were looked for a moment ago and were not there: told once, for the command that looked before it wrote. */
  readonly #absent = new Map<StreamName, StreamState>();

  constructor(
    private readonly parts: { readonly eventStore: EventStore; readonly keyStore: KeyStore; readonly catalog: Catalog },
    keptStreams: number,
  ) {
    this.#kept = new LRUCache({ max: keptStreams });
  }

  kept(stream: StreamName): StreamState | undefined {
    const kept = this.#kept.get(stream);
    if (kept !== undefined) return kept;
    const absent = this.#absent.get(stream);
    if (absent !== undefined) this.#absent.delete(stream);
    return absent;
  }

  keep(state: StreamState): void {
    if (state.revision === -1) return;
    this.#absent.delete(state.stream);
    this.#kept.set(state.stream, keepsHistory(state.kind) ? state : { ...state, history: null });
  }

  drop(stream: StreamName): void {
    this.#kept.delete(stream);
    this.#absent.delete(stream);
  }

  /** A deal's texts decide nothing, so they are opened only with its history, for a correction. */
  async load(stream: StreamName, withHistory = false): Promise<StreamState> {
    const empty = emptyState(stream);
    const sealed = await this.#read(stream);
    if (sealed.length === 0) {
      if (this.#absent.size >= ABSENT_KEPT) this.#absent.clear();
      this.#absent.set(stream, empty);
      return empty;
    }
    const open = withHistory || keepsHistory(empty.kind);
    const state = stateOf(stream, open ? await this.#opened(sealed) : sealed);
    this.keep(state);
    return open ? state : { ...state, history: null };
  }

  async #read(stream: StreamName): Promise<readonly RecordedEvent[]> {
    const { eventStore, catalog } = this.parts;
    const events: RecordedEvent[] = [];
    for (;;) {
      const page = await eventStore.readStream(stream, { from: events.length, limit: PAGE });
      for (const stored of page.events) events.push(catalog.decode(stored));
      if (page.end || page.events.length === 0) return events;
    }
  }

  /** Whether the stream has gone beyond this revision. */
  async isBehind(state: StreamState): Promise<boolean> {
    const page = await this.parts.eventStore.readStream(state.stream, { from: state.revision + 1, limit: 1 });
    return page.events.length > 0;
  }

  /** Where their person was not forgotten. */
  async #opened(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
    const { keyStore, catalog } = this.parts;
    const holders = new Set<KeyHolder>();
    for (const event of events)
      changePersonal(catalog, event, (value) => {
        if (isSealed(value)) holders.add(value.person);
        return value;
      });
    if (holders.size === 0) return events;
    const keys = await keyStore.findMany([...holders]);
    return events.map((event) => {
      const data = changePersonal(catalog, event, (value) => (isSealed(value) ? this.#text(value, keys.get(value.person)) : value));
      return data === event.data ? event : { ...event, data };
    });
  }

  #text(sealed: Sealed, key: KeyState | undefined): string | Sealed {
    if (key?.state === 'present') return open(key.key, sealed);
    if (key?.state === 'forgotten') return sealed;
    throw new KeyMissing(sealed.person, this.parts.keyStore);
  }
}
