import type { Clock } from '../../event-store.port.js';
import type { LogFile } from '../../sqlite/log-file.js';
import { matcher } from '../filters.js';
import { resolve } from '../links.js';
import type { ResolvedEvent } from '../messages.js';
import type { From } from '../read-options.js';
import { readVisible, viewStream } from '../stream-view.js';
import { ALL } from './group-settings.js';
import type { GroupConfig } from './group-settings.js';

/** An event of a group's source and where it stands there: a revision, or a position of `$all`. */
export interface SourceEvent {
  readonly place: number;
  readonly resolved: ResolvedEvent;
}

/** What the group keeps for itself is not delivered to groups on `$all`: each would make the next. */
const KEPT_BY_GROUPS = /^\$persistentsubscription-\$all::|^\$persistentSubscriptionConfig$/;
const PAGE = 256;

/** The source of a group, read forwards by page from a cursor of its own. */
export class GroupSource {
  private next: number;

  constructor(
    private readonly log: LogFile,
    private readonly clock: Clock,
    private readonly config: GroupConfig,
    checkpoint: number | undefined,
  ) {
    this.next = checkpoint === undefined ? this.first(config.startFrom) : checkpoint + 1;
  }

  /** The last event of the source; undefined where there is none. */
  lastKnown(): number | undefined {
    if (this.config.source === ALL) return this.log.last().position;
    const { lastRevision } = this.log.read((reads) => viewStream(reads, this.config.source));
    return lastRevision < 0 ? undefined : lastRevision;
  }

  /** Up to `limit` events more; none where the end is reached. */
  read(limit: number): readonly SourceEvent[] {
    return this.config.source === ALL ? this.readAll(limit) : this.readStream(limit);
  }

  private readStream(limit: number): readonly SourceEvent[] {
    return this.log.read((reads) => {
      const view = viewStream(reads, this.config.source);
      if (view.tombstoned) return [];
      for (let from: number | undefined = this.next; from !== undefined;) {
        const page = readVisible(reads, view, from, false, limit, this.clock.now());
        const last = page.events.at(-1);
        this.next = last === undefined ? (page.next ?? this.next) : last.revision + 1;
        if (page.events.length > 0) return page.events.map((event) => ({ place: event.revision, resolved: this.resolved(event) }));
        from = page.next;
      }
      return [];
    });
  }

  private readAll(limit: number): readonly SourceEvent[] {
    const { filter } = this.config;
    const matches = filter && matcher(filter.regex, filter.prefixes);
    const end = this.log.last().position;
    const found: SourceEvent[] = [];
    while (found.length < limit && this.next <= end) {
      const after = this.next - 1;
      const page = this.log.read((reads) => reads.readRange({ after, through: end, backwards: false, limit: PAGE }));
      for (const event of page) {
        if (found.length === limit) break;
        this.next = event.position + 1;
        if (KEPT_BY_GROUPS.test(event.stream)) continue;
        if (matches !== undefined && !matches(filter?.by === 'type' ? event.type : event.stream)) continue;
        found.push({ place: event.position, resolved: this.resolved(event) });
      }
    }
    return found;
  }

  private resolved(event: Parameters<typeof resolve>[1]): ResolvedEvent {
    return this.log.read((reads) => resolve(reads, event, this.config.settings.resolveLinks, this.clock.now()));
  }

  private first(from: From<number>): number {
    if (from === 'start') return 0;
    if (from !== 'end') return from;
    return (this.lastKnown() ?? -1) + 1;
  }
}
