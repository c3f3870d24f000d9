import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { EventStore, StoredEvent } from '../event-store/event-store.port.js';

export type Decode = (stored: StoredEvent) => RecordedEvent;

const EVENTS_PER_READ = 1_000;

/** Whole streams read from the log while a page is worked on. */
export class StreamHistories {
  private readonly held = new Map<string, StoredEvent[]>();

  constructor(
    private readonly eventStore: EventStore,
    private readonly decode: Decode,
  ) {}

  has(stream: string, through: number): boolean {
    return (this.held.get(stream)?.length ?? 0) > through;
  }

  /** Reads the stream up to revision `through`, if it was not read so far yet. */
  async load(stream: StreamName, through: number): Promise<void> {
    const events = this.held.get(stream) ?? [];
    while (events.length <= through) {
      const page = await this.eventStore.readStream(stream, { from: events.length, limit: EVENTS_PER_READ });
      for (const event of page.events) events.push(event);
      if (page.end) break;
    }
    this.held.set(stream, events);
  }

  /** The loaded stream's events as the log holds them. */
  stored(stream: string): readonly StoredEvent[] {
    return this.held.get(stream) ?? [];
  }

  /** The loaded stream's events up to revision `through`. @throws what decoding one of them throws */
  upTo(stream: string, through: number): RecordedEvent[] {
    return (this.held.get(stream) ?? []).slice(0, through + 1).map((event) => this.decode(event));
  }
}
