import type { StreamName } from '../../domain/shared/ids.js';
import { WrongExpectedRevision } from '../event-store.port.js';
import type { ExpectedRevision } from '../event-store.port.js';
import type { LogTransaction, RawAppendResult, StreamState } from './log-transaction.js';

/**
 * The one table of expected revisions (EventStoreDB's, protocol notes section 4). Undefined: write. A result: these events are there already.
 * What an exact revision names is compared with what stands behind it in the stream; `any` and `exists` are compared with the log's latest ids.
 * @throws WrongExpectedRevision
 */
export function judgeAppend(
  transaction: LogTransaction,
  stream: StreamState,
  expected: ExpectedRevision,
  eventIds: readonly string[],
): RawAppendResult | undefined {
  if (expected === 'exists' && stream.revision === -1) throw wrong(stream, expected);
  if (expected === 'any' || expected === 'exists') return recentlyAppended(transaction, stream, expected, eventIds);
  const last = expected === 'none' ? -1 : expected;
  if (last === stream.revision) return undefined;
  if (last > stream.revision) throw wrong(stream, expected);
  const id = transaction.reads.stream(stream.name)?.id;
  const stored = id === undefined ? [] : transaction.reads.readStream(id, last + 1, false, eventIds.length);
  const final = stored.at(-1);
  const same = stored.length === eventIds.length && stored.every((event, index) => event.eventId === eventIds[index]?.toLowerCase());
  if (!same || final === undefined) throw wrong(stream, expected);
  return { revision: final.revision, position: final.position, recordedAt: final.recordedAt };
}

/** All ids known: a repeat. The first one new: a new append. The first one known and another new: neither. */
function recentlyAppended(
  transaction: LogTransaction,
  stream: StreamState,
  expected: ExpectedRevision,
  eventIds: readonly string[],
): RawAppendResult | undefined {
  let position = 0;
  for (const [index, eventId] of eventIds.entries()) {
    const place = transaction.recent(eventId);
    const known = place !== undefined && place.stream === stream.name;
    if (!known && index === 0) return undefined;
    if (!known) throw wrong(stream, expected);
    position = place.position;
  }
  const final = transaction.reads.eventAt(position);
  return final && { revision: final.revision, position: final.position, recordedAt: final.recordedAt };
}

function wrong(stream: StreamState, expected: ExpectedRevision): WrongExpectedRevision {
  // A name as the file has it; the adapter reports its own, without the prefix.
  return new WrongExpectedRevision(stream.name as StreamName, expected, stream.revision);
}
