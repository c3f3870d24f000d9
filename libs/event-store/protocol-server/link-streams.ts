import { v5 } from 'uuid';
import type { LogFile } from '../sqlite/log-file.js';
import type { LogReads, RawEvent } from '../sqlite/log-reads.js';
import type { Numbered } from '../sqlite/own-numbering.js';

/** A link made when it was read: what it stands for was read with it, and is never deleted. */
export interface MadeLink extends RawEvent {
  readonly target: RawEvent;
}

export function isMadeLink(event: RawEvent): event is MadeLink {
  return 'target' in event;
}

/** An event that stands for another one; its data is `<revision>@<stream>`. */
export const LINK_TYPE = '$>';
const CATEGORY = '$ce-';
const TYPE = '$et-';
const STREAMS = '$streams';

/**
 * What the links of a stream are made from: `$ce-<category>` and `$et-<type>` of our own events, `$streams` of the first event of each of our streams. Undefined for
 * every other stream. They are what a real server's projections would write; here they are made when they are read, are not in `$all`, and take no appends.
 */
export function linksOf(reads: LogReads, stream: string): Numbered | undefined {
  if (stream === STREAMS) return { of: 'streams' };
  if (stream.startsWith(TYPE)) return { of: 'type', type: stream.slice(TYPE.length) };
  const number = stream.startsWith(CATEGORY) ? reads.ownCategoryNumber(stream.slice(CATEGORY.length)) : undefined;
  return number === undefined ? undefined : { of: 'category', number };
}

/** Resolves when a stream of links shows everything that is committed now; at once for every other stream. */
export async function linksAreThere(log: LogFile, stream: string): Promise<void> {
  if (log.read((reads) => linksOf(reads, stream)) !== undefined) await log.reads.own.catchUp();
}

/** Links at and after (backwards: at and before) a number, at most `limit`. */
export function readLinks(reads: LogReads, stream: string, source: Numbered, from: number, backwards: boolean, limit: number): MadeLink[] {
  const links: MadeLink[] = [];
  const last = reads.own.length(source) - 1;
  const step = backwards ? -1 : 1;
  for (let number = backwards ? Math.min(from, last) : from; number >= 0 && number <= last && links.length < limit; number += step) {
    const position = reads.own.positionAt(source, number);
    const target = position === undefined ? undefined : reads.eventAt(position);
    if (target !== undefined) links.push(linkTo(target, stream, number));
  }
  return links;
}

/** The same link whenever and wherever it is made: its place and time are its target's, its id is made from both names. */
function linkTo(target: RawEvent, stream: string, revision: number): MadeLink {
  return {
    target,
    position: target.position,
    stream,
    revision,
    recordedAt: target.recordedAt,
    type: LINK_TYPE,
    json: false,
    eventId: v5(stream, target.eventId),
    data: `${target.revision}@${target.stream}`,
    metadata: JSON.stringify({ $o: target.stream, $causedBy: target.eventId }),
  };
}
