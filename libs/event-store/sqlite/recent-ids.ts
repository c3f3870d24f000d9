import type { LogReads } from './log-reads.js';

export interface Place {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

const KEPT = 65_536;
const PAGE = 4_096;

/**
 * Where the ids of the log's latest 65,536 events stand, for appends that name no revision to look at. Unlike the real server's cache it is read
 * from the log, so that a restart forgets nothing; it is filled at the first such append, and a log that never sees one pays nothing.
 */
export class RecentIds {
  private places: Map<string, Place> | undefined;

  constructor(private readonly reads: LogReads) {}

  find(eventId: string, lastPosition: number): Place | undefined {
    this.places ??= this.load(lastPosition);
    return this.places.get(eventId.toLowerCase());
  }

  add(eventId: string, position: number, stream: string, revision: number): void {
    if (this.places === undefined) return;
    const id = eventId.toLowerCase();
    this.places.delete(id); // the same id again moves to the end: the Map's order is the age
    this.places.set(id, { stream, revision, position });
    if (this.places.size <= KEPT) return;
    for (const oldest of this.places.keys()) {
      this.places.delete(oldest);
      break;
    }
  }

  clear(): void {
    this.places = undefined;
  }

  private load(lastPosition: number): Map<string, Place> {
    const places = new Map<string, Place>();
    for (let after = Math.max(0, lastPosition - KEPT); after < lastPosition; after += PAGE) {
      const through = Math.min(after + PAGE, lastPosition);
      for (const event of this.reads.readRange({ after, through, backwards: false, limit: PAGE })) {
        places.set(event.eventId, { stream: event.stream, revision: event.revision, position: event.position });
      }
    }
    return places;
  }
}
