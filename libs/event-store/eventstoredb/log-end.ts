import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import type { StoredEvent } from '../event-store.port.js';
import { ownCategory } from '../stream-prefix.js';
import { throwingPortErrors } from './connection.js';
import type { StoreConnection } from './connection.js';
import { LiveEvents } from './live-events.js';
import type { RecordedRecord } from './stored-form.js';

export interface KnownEnd {
  readonly position: Position;
  readonly recordedAt: EpochMs;
}

export interface LogEndParts {
  readonly connection: StoreConnection;
  /** Before the names of our streams. */
  readonly prefix: string;
  stored(record: RecordedRecord): StoredEvent;
  /** Of each of our events that comes while somebody waits. */
  onRecord(record: RecordedRecord): void;
}

/** Records are looked at backwards, more at a time where they are others'. */
const FIRST_LOOK = 32;
const LONGEST_LOOK = 4_096;

/** Where the log ends, as far as this process knows: from what it reads, appends and, while somebody waits, is told. */
export class LogEnd {
  private last: KnownEnd = { position: LOG_START, recordedAt: 0 };
  private readonly live: LiveEvents;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly parts: LogEndParts) {
    this.live = new LiveEvents(parts.connection, parts.prefix, (record) => this.hear(record));
  }

  /** The last of our events that this process knows of. What lies at or before it was there before an append that is sent now. */
  get known(): KnownEnd {
    return this.last;
  }

  learn({ position, recordedAt }: StoredEvent): void {
    if (position <= this.last.position) return;
    this.last = { position, recordedAt };
    for (const look of [...this.waiting]) look();
  }

  /** Asks the store. @throws the port's errors */
  async look(): Promise<KnownEnd> {
    const { connection, prefix } = this.parts;
    const stored = (record: RecordedRecord): StoredEvent => this.parts.stored(record);
    let from: { commit: bigint; prepare: bigint } | 'end' = 'end';
    for (let count = FIRST_LOOK; ; count = Math.min(count * 2, LONGEST_LOOK)) {
      const records = await throwingPortErrors(() => connection.readAll(from, true, count));
      const own = records.find((record) => ownCategory(prefix, record.streamId) !== undefined);
      if (own !== undefined) this.learn(stored(own));
      const last = records.at(-1);
      // What is known already need not be looked for behind others' events again.
      const seen = last === undefined || records.length < count || stored(last).position <= this.last.position;
      if (own !== undefined || seen || last === undefined) return this.last;
      from = last.position;
    }
  }

  /** True once one of ours is behind that position. */
  async waitForNew(after: Position, options: { timeoutMs: number; signal?: AbortSignal }): Promise<boolean> {
    const isNew = (): boolean => this.last.position > after;
    if (isNew()) return true;
    if (options.signal?.aborted === true || options.timeoutMs <= 0) return (await this.look()).position > after;
    this.live.start();
    // An event that came before the subscription stood is found by this look, a later one by the subscription.
    if (this.live.isListening) await this.look();
    if (isNew()) return true;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        options.signal?.removeEventListener('abort', finish);
        resolve(isNew());
      };
      const look = (): void => {
        if (isNew()) finish();
      };
      const timer = setTimeout(finish, options.timeoutMs);
      this.waiting.add(look);
      options.signal?.addEventListener('abort', finish, { once: true });
    });
  }

  /** Whoever waits is told that nothing came. */
  close(): void {
    this.live.stop();
    for (const look of [...this.waiting]) look();
  }

  private hear(record: RecordedRecord | undefined): void {
    if (record === undefined) {
      // The subscription stands (again): look for what came while it did not.
      void this.look().catch(() => undefined);
      return;
    }
    this.parts.onRecord(record);
    this.learn(this.parts.stored(record));
  }
}
