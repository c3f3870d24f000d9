const AT_ONCE = 'a sentence at once (INVALID_ARGUMENT), where the real server throws inside and says UNKNOWN';
const EMPTY = 'nothing to read is an empty answer, where the real server fails with "Unexpected ReadStreamResult"';

const KEPT = 'a repeat under any revision is recognised after a restart too, where the real server stores it twice';

/** Recorded answers that this server betters on purpose (protocol notes section 15), each with the reason. */
export const BETTERED: ReadonlyMap<string, string> = new Map([
  ['idempotency/batch/ANY/reversed order', 'all ids are known, so it is a repeat; the real server never answers'],
  ['append raw/empty type', AT_ONCE],
  ['append raw/nil uuid', AT_ONCE],
  ['append raw/no stream identifier', AT_ONCE],
  ['append raw/options twice', AT_ONCE],
  ['batchAppend raw/bad message', 'the sentence names what is missing, where the real server speaks of a dictionary'],
  ['restart/idempotency ANY', KEPT],
  ['restart/idempotency ANY single middle event', KEPT],
  ['names/empty', AT_ONCE],
  ['read stream/forwards from END', EMPTY],
  ['read stream/forwards maxCount 0', EMPTY],
  ['read missing stream/forwards maxCount 0', 'the stream is missing, whatever the count'],
  ['read raw compat 0/forwards from end', EMPTY],
  ['read raw compat 1/forwards from end', EMPTY],
  ['read raw compat 1/count 0', EMPTY],
  ['read raw options/empty stream name', AT_ONCE],
  ['read raw options/no revision option', AT_ONCE],
  ['read raw options/revision U64MAX forwards', EMPTY],
  ['$all filtered read/bad regex/Forwards', AT_ONCE],
  ['$all filtered read/bad regex/Backwards', AT_ONCE],
]);

/** Members of a recorded answer that are bettered on purpose, each with the reason; the rest of the answer is compared. */
export const BETTERED_IN_PART: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    'persistent/ack twice and unknown',
    new Map([['parkedMessageCount', 'a parked event is counted with its parking, where the real server counts it some time later']]),
  ],
]);

const SHOWN_BY_ORDER =
  'the messages and their order are compared through the client in the cases of the same family; this is the same answer in wire form';

/** Recorded cases that no test repeats as they are, each with the reason. */
export const NOT_REPEATED: ReadonlyMap<string, string> = new Map([
  ['append/position relation', 'every other case shows its positions, and positions are compared by rank there'],
  ['$all/from position not an event boundary', 'the real server fails inside; this one seeks to the next event, as newer clients need'],
  ['subscribe $all/from positions off boundary', 'the real server fails inside; this one seeks to the next event, as newer clients need'],
  ['read/event shape', 'the append cases read whole events back'],
  ['read/event shape raw', SHOWN_BY_ORDER],
  ['$all/raw messages', SHOWN_BY_ORDER],
  ['subscribe stream/raw messages', SHOWN_BY_ORDER],
  ['subscribe $all/raw messages', SHOWN_BY_ORDER],
  ['tombstoneStream/raw read', SHOWN_BY_ORDER],
  ['persistent/raw confirmation', SHOWN_BY_ORDER],
  [
    'batchAppend raw/never final',
    'answered with the time-out at once when the client half-closes, where the real server waits and leaves the call open',
  ],
  ['batchAppend raw/no options', 'the real server never answers; nothing can be answered without an append to answer for'],
  ['persistent/resolveLinkTos', 'links through groups are repeated by the Java client, replayed ones included'],
  ['persistent/checkpoint stream', 'the stream is read in persistent/checkpoint and subsystem restart'],
  ['persistent/bufferSize zero and negative raw', 'negative: a sentence at once; zero: a client that takes nothing gets nothing'],
]);
