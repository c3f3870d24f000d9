import type { EpochMs } from '../../domain/shared/instant.js';
import { LOG_START } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import type { LogPage } from '../event-store.port.js';

const EVERY = 500;
const PAGE = 4_096;

interface Mark {
  readonly position: Position;
  /** The latest recording time up to here: a store's clock may step back, the answer may not. */
  readonly latest: EpochMs;
}

/** Which position was the last at an instant. The store cannot be asked that, so every five-hundredth event is kept, and the log is read on from the last one. */
export class RecordingTimes {
  private readonly marks: Mark[] = [{ position: LOG_START, latest: -Infinity }];
  private through: Position = LOG_START;
  private latest: EpochMs = -Infinity;
  private sinceMark = 0;
  private reading: Promise<void> | undefined;

  constructor(private readonly readAll: (options: { after: Position; limit: number }) => Promise<LogPage>) {}

  async positionAt(instant: EpochMs): Promise<Position> {
    if (this.latest <= instant) await this.readOn();
    let low = 0;
    for (let high = this.marks.length - 1; low < high;) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.marks[middle]?.latest ?? Infinity) <= instant) low = middle;
      else high = middle - 1;
    }
    const mark = this.marks[low] ?? { position: LOG_START, latest: -Infinity };
    let found = mark.position;
    let latest = mark.latest;
    for (
      let page = await this.readAll({ after: found, limit: EVERY });
      ;
      page = await this.readAll({ after: page.through, limit: EVERY })
    ) {
      for (const event of page.events) {
        latest = Math.max(latest, event.recordedAt);
        if (latest > instant) return found;
        found = event.position;
      }
      if (page.end) return found;
    }
  }

  private async readOn(): Promise<void> {
    this.reading ??= this.readToTheEnd().finally(() => (this.reading = undefined));
    await this.reading;
  }

  private async readToTheEnd(): Promise<void> {
    for (let end = false; !end;) {
      const page = await this.readAll({ after: this.through, limit: PAGE });
      for (const event of page.events) {
        this.latest = Math.max(this.latest, event.recordedAt);
        this.sinceMark += 1;
        if (this.sinceMark === EVERY) {
          this.marks.push({ position: event.position, latest: this.latest });
          this.sinceMark = 0;
        }
      }
      this.through = page.through;
      end = page.end;
    }
  }
}
