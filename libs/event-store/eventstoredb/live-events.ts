import { END, streamNameFilter } from '@eventstore/db-client';
import { STREAM_CATEGORIES } from '../../domain/shared/ids.js';
import type { StoreConnection } from './connection.js';
import type { RecordedRecord } from './stored-form.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * One supervised subscription to our own streams from the end of the log. It only says that something is there; what is there is read by page.
 * After every (re)connection it says so too, because something may have come while nobody listened.
 */
export class LiveEvents {
  private running = false;
  private stopped = false;
  private listening = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly connection: StoreConnection,
    private readonly prefix: string,
    /** With the event, or without one after a connection was made. */
    private readonly onNews: (record?: RecordedRecord) => void,
  ) {}

  /** True while the subscription stands, so that no event is missed from here on. */
  get isListening(): boolean {
    return this.listening;
  }

  start(): void {
    if (this.running || this.stopped) return;
    this.running = true;
    void this.supervise();
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  private async supervise(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !this.stopped;) {
      try {
        await this.listen(() => (pause = FIRST_PAUSE_MS));
      } catch {
        // The store is away: whoever waits goes on waiting, whoever reads is told by the read.
      }
      this.listening = false;
      if (this.stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        this.cancel = () => (clearTimeout(timer), resolve());
      });
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  private async listen(onConnected: () => void): Promise<void> {
    const filter = streamNameFilter({ prefixes: STREAM_CATEGORIES.map((category) => `${this.prefix}${category}-`) });
    const subscription = this.connection.client.subscribeToAll({ fromPosition: END, filter });
    this.cancel = () => void subscription.unsubscribe();
    subscription.on('confirmation', () => {
      onConnected();
      this.listening = true;
      this.onNews();
    });
    try {
      for await (const { event } of subscription) if (event !== undefined) this.onNews(event);
    } finally {
      this.listening = false;
      subscription.destroy();
    }
  }
}
