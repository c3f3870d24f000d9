import { catalog } from '../../libs/event-catalog/catalog.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import { openEventStoreDB } from '../../libs/event-store/eventstoredb/eventstoredb-event-store.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import { openMongoReadStore } from '../../libs/read-store/mongodb/mongo-read-store.js';

export interface SharedStoresConfig {
  readonly eventStoreUrl: string;
  readonly mongoUrl: string;
  readonly streamPrefix: string;
}

export interface SharedStores {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  close(): Promise<void>;
}

/** Log and read models of a process that projects: it appends nothing, and opens no personal data. @throws LogRefused, EventStoreUnavailable, ReadStoreUnavailable */
export async function openSharedStores({ eventStoreUrl, mongoUrl, streamPrefix }: SharedStoresConfig): Promise<SharedStores> {
  const readStore = await openMongoReadStore({ url: mongoUrl });
  try {
    const eventStore = await openEventStoreDB({
      ...{ url: eventStoreUrl, clock: { now: Date.now }, streamPrefix, keyStoreId: null, readOnly: true },
      checkStored: (type, schemaVersion, data, metadata) => catalog.checkStored(type, schemaVersion, data, metadata),
    });
    const close = async (): Promise<void> => {
      await readStore.close();
      await eventStore.close();
    };
    return { eventStore, readStore, close };
  } catch (error) {
    await readStore.close();
    throw error;
  }
}
