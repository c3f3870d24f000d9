import type { LogFile } from '../sqlite/log-file.js';
import type { RawEvent } from '../sqlite/log-reads.js';
import { EventMessage } from './event-message.js';
import type { UuidForm } from './messages.js';

/** What those who follow at the end of the log are about to read, each for itself. */
const PAGES_KEPT = 8;
/** Anything longer is history: whoever reads it reads it alone. */
const MOST_EVENTS_KEPT = 64;
const MOST_BYTES_KEPT = 1_048_576;

interface Page {
  readonly after: number;
  readonly through: number;
  readonly events: readonly RawEvent[];
}

/** Reads `$all` for subscribers. Those at the end share the latest events and the messages made of them: what is committed never changes. */
export class LivePages {
  private readonly kept: Page[] = [];
  private readonly messages = new WeakMap<RawEvent, Partial<Record<UuidForm, EventMessage>>>();

  private followers = 0;
  private stopTaking: () => void = () => undefined;

  constructor(private readonly log: LogFile) {}

  /** While somebody follows, what this connection commits is kept as it was written, and not read. Returns how to stop. */
  follow(): () => void {
    if ((this.followers += 1) === 1) this.stopTaking = this.log.takeWritten((events) => this.keepWritten(events));
    return () => {
      if ((this.followers -= 1) === 0) this.stopTaking();
    };
  }

  /** Events in (after, through], at most `limit`. */
  read(after: number, through: number, limit: number): readonly RawEvent[] {
    const known = this.kept.find((page) => page.after === after && page.through === through);
    if (known !== undefined) return known.events;
    const events = this.log.read((reads) => reads.readRange({ after, through, backwards: false, limit }));
    if (through - after <= Math.min(MOST_EVENTS_KEPT, limit)) this.keep({ after, through, events });
    return events;
  }

  /** The message of an event that is no link; of a shared one its bytes are made once. */
  message(event: RawEvent, form: UuidForm): EventMessage {
    const made = this.messages.get(event);
    if (made === undefined) return new EventMessage(event, form);
    return (made[form] ??= new EventMessage(event, form));
  }

  private keepWritten(events: readonly RawEvent[]): void {
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined || events.length > MOST_EVENTS_KEPT) return;
    this.keep({ after: first.position - 1, through: last.position, events });
  }

  private keep(page: Page): void {
    const bytes = page.events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
    if (bytes > MOST_BYTES_KEPT) return;
    for (const event of page.events) this.messages.set(event, {});
    this.kept.push(page);
    if (this.kept.length > PAGES_KEPT) this.kept.shift();
  }
}
