import { ID_PATTERN } from '../domain/shared/ids.js';
import { personIdFromName } from '../privacy/hashing.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** As an import makes ids of people: its source and 16 hex digits. */
const HASHED = /^[A-Za-z0-9._~-]+-[0-9a-f]{16}$/;
const LETTERS = /\p{L}{4,}/u;
const DIGIT = /\d/;

/**
 * What stands in the log for a token's subject. A number of staff (`E17`, `4711`, `hr-0042`) or a UUID stays as it is; what may be a name or an address (four
 * letters on end, no digit, a character that no id has) becomes an HMAC under the log's key, the same for the same subject in the same log (design section 3).
 */
export function actorIdOf(subject: string, logKey: Buffer): string {
  const isId = ID_PATTERN.test(subject) && (UUID.test(subject) || HASHED.test(subject) || (DIGIT.test(subject) && !LETTERS.test(subject)));
  return isId ? subject : personIdFromName(logKey, 'subject', subject);
}
