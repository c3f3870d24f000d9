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
 * from the log, so that a restart forgets nothing; it is filled at the first such append, and a log that never sees one pays nothing. What other connections
 * have appended since is read on from there.
 */
export class RecentIds {
  private readonly places = new Map<string, Place>();
  /** The last position that was looked at; undefined until somebody asks. */
  private through: number | undefined;

  constructor(private readonly reads: LogReads) {}

  find(eventId: string, lastPosition: number): Place | undefined {
    const from = Math.max(this.through ?? 0, lastPosition - KEPT, 0);
    if (from < lastPosition) this.load(from, lastPosition);
    this.through = lastPosition;
    return this.places.get(eventId.toLowerCase());
  }

  add(eventId: string, position: number, stream: string, revision: number): void {
    // Behind what has not been looked at yet: read with that.
    if (this.through !== position - 1) return;
    this.put(eventId.toLowerCase(), { stream, revision, position });
    this.through = position;
  }

  clear(): void {
    this.places.clear();
    this.through = undefined;
  }

  private load(from: number, lastPosition: number): void {
    for (let after = from; after < lastPosition; after += PAGE) {
      const through = Math.min(after + PAGE, lastPosition);
      for (const { eventId, stream, revision, position } of this.reads.readRange({ after, through, backwards: false, limit: PAGE }))
        this.put(eventId, { stream, revision, position });
    }
  }

  private put(id: string, place: Place): void {
    this.places.delete(id); // the same id again moves to the end: the Map's order is the age
    this.places.set(id, place);
    if (this.places.size <= KEPT) return;
    for (const oldest of this.places.keys()) {
      this.places.delete(oldest);
      break;
    }
  }
}
