const AT_ONCE = 'a sentence at once (INVALID_ARGUMENT), where the real server throws inside and says UNKNOWN';
const EMPTY = 'nothing to read is an empty answer, where the real server fails with "Unexpected ReadStreamResult"';

/** Recorded answers that this server betters on purpose (protocol notes section 15), each with the reason. */
export const BETTERED: ReadonlyMap<string, string> = new Map([
  ['idempotency/batch/ANY/reversed order', 'all ids are known, so it is a repeat; the real server never answers'],
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
