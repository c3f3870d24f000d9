import type { LogReads, RawEvent } from '../sqlite/log-reads.js';
import { LINK_TYPE, isMadeLink } from './link-streams.js';
import type { ResolvedEvent } from './messages.js';
import { readVisible, viewStream } from './stream-view.js';

/** A link's data is `<revision>@<stream>`. The target may be gone: then the link stands alone. */
export function resolve(reads: LogReads, event: RawEvent, resolveLinks: boolean, now: number): ResolvedEvent {
  if (!resolveLinks || event.type !== LINK_TYPE) return { event };
  return { link: event, event: isMadeLink(event) ? event.target : targetOf(reads, event, now) };
}

function targetOf(reads: LogReads, link: RawEvent, now: number): RawEvent | undefined {
  const text = typeof link.data === 'string' ? link.data : Buffer.from(link.data).toString('utf8');
  const at = text.indexOf('@');
  const revision = Number(text.slice(0, at));
  if (at < 1 || !Number.isSafeInteger(revision)) return undefined;
  const view = viewStream(reads, text.slice(at + 1));
  const found = view.tombstoned ? undefined : readVisible(reads, view, revision, false, 1, now).events[0];
  return found?.revision === revision ? found : undefined;
}
