import { setTimeout as sleep } from 'node:timers/promises';

export interface PaceOptions {
  /** For each event of the last page. */
  readonly msPerEvent: number;
  readonly mostMs: number;
}

const PACE: PaceOptions = { msPerEvent: 0.3, mostMs: 20 };

/**
 * Where events come in numbers, a page waits for more of them behind the one before it, so that what a page costs is shared by more. Where they come one by one, or after
 * a rest, nothing waits.
 */
export class Pace {
  private due = 0;
  private waiting: AbortController | null = null;

  constructor(private readonly options: PaceOptions = PACE) {}

  /** A page was committed just now. */
  took(events: number): void {
    this.due = performance.now() + Math.min(this.options.mostMs, this.options.msPerEvent * events);
  }

  /** Until the next page is due. */
  async wait(): Promise<void> {
    const ms = this.due - performance.now();
    if (ms < 1) return;
    this.waiting = new AbortController();
    await sleep(ms, undefined, { signal: this.waiting.signal }).catch(() => undefined);
    this.waiting = null;
  }

  /** Somebody waits for the page, or for the end. */
  hurry(): void {
    this.waiting?.abort();
  }
}
