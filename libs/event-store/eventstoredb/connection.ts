import { BACKWARDS, END, EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client';
import type { AllStreamRecordedEvent, Position as StorePosition, RecordedEvent } from '@eventstore/db-client';
import { EventStoreUnavailable } from '../event-store.port.js';
import { asPortError, isPassing } from './store-errors.js';

export type { StorePosition };

export interface ConnectionOptions {
  /** `esdb://…` or `esdb+discover://…` */
  readonly url: string;
  /** A call that is not answered within this time has failed; default 15 s. */
  readonly timeoutMs?: number;
  /** How long a call that may be repeated is repeated while the store is away; default 5 s. */
  readonly retryMs?: number;
}

interface SharedClient {
  readonly client: EventStoreDBClient;
  users: number;
}

/** One client a process and store: pending batch appends of all clients share one table in the client library. */
const clients = new Map<string, SharedClient>();

const FIRST_PAUSE_MS = 50;
const LONGEST_GOODBYE_MS = 1_000;

/** The client, with time-outs (it has none for reads) and repetition of what may be repeated. */
export class StoreConnection {
  readonly client: EventStoreDBClient;
  private open = true;

  constructor(private readonly options: ConnectionOptions) {
    const shared = clients.get(options.url) ?? { client: EventStoreDBClient.connectionString(options.url), users: 0 };
    shared.users += 1;
    clients.set(options.url, shared);
    this.client = shared.client;
  }

  /** Events of $all from a position: forwards inclusive, backwards exclusive. At most `maxCount`. */
  async readAll(from: StorePosition | 'start' | 'end', backwards: boolean, maxCount: number): Promise<AllStreamRecordedEvent[]> {
    return this.repeated(() =>
      this.collect<AllStreamRecordedEvent>(
        this.client.readAll({
          direction: backwards ? BACKWARDS : FORWARDS,
          fromPosition: from === 'start' ? START : from === 'end' ? END : from,
          maxCount,
        }),
      ),
    );
  }

  /** @throws the client's StreamNotFoundError and StreamDeletedError */
  async readStream(stream: string, from: number | 'start' | 'end', backwards: boolean, maxCount: number): Promise<RecordedEvent[]> {
    return this.repeated(() =>
      this.collect<RecordedEvent>(
        this.client.readStream(stream, {
          direction: backwards ? BACKWARDS : FORWARDS,
          fromRevision: from === 'start' ? START : from === 'end' ? END : BigInt(from),
          maxCount,
        }),
      ),
    );
  }

  /** Does it again while the store is away; only for what may be done twice. @throws EventStoreUnavailable, and what the store refuses */
  async repeated<T>(work: () => Promise<T>): Promise<T> {
    const until = performance.now() + (this.options.retryMs ?? 5_000);
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        return await this.within(work());
      } catch (error) {
        if (!isPassing(error) || !this.open || performance.now() + pause > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** @throws EventStoreUnavailable where it takes longer than the time-out */
  async within<T>(work: Promise<T>): Promise<T> {
    const timeoutMs = this.options.timeoutMs ?? 15_000;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new EventStoreUnavailable(`the event store has not answered within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    const shared = clients.get(this.options.url);
    if (shared === undefined) return;
    shared.users -= 1;
    if (shared.users > 0) return;
    clients.delete(this.options.url);
    // The client waits for calls that it has cancelled; on a line where nothing passes it was seen to wait for ever.
    const late = new Promise((resolve) => setTimeout(resolve, LONGEST_GOODBYE_MS).unref());
    await Promise.race([shared.client.dispose(), late]);
  }

  /** A read that is not taken to its end is cancelled, so that a slow page does not go on behind us. */
  private async collect<E>(stream: AsyncIterable<{ event?: unknown }> & { destroy(): unknown }): Promise<E[]> {
    const events: E[] = [];
    let done = false;
    const reading = (async () => {
      // A record without an event is a link whose target is gone; links are not resolved here.
      for await (const { event } of stream) if (event !== undefined) events.push(event as E);
      done = true;
    })();
    try {
      await this.within(reading);
    } finally {
      if (!done) stream.destroy();
    }
    return events;
  }
}

/** For callers that only report: the port's errors of a store's. */
export async function throwingPortErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asPortError(error);
  }
}
