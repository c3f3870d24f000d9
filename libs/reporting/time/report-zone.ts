import { IANAZone } from 'luxon';
import type { Brand } from '../../domain/shared/brand.js';

/** An IANA zone such as `Europe/Amsterdam`, checked. */
export type ReportZone = Brand<string, 'ReportZone'>;

export const UTC = 'UTC' as ReportZone;

/** What a person said about time cannot be read; the message says what can. */
export class TimeNotUnderstood extends Error {
  override readonly name = 'TimeNotUnderstood';
}

/**
 * The zone in which days begin and end: the option, else the configured one, else UTC; never the machine's (design section 2).
 * @throws TimeNotUnderstood for a zone that does not exist
 */
export function reportZone(option?: string, configured?: string): ReportZone {
  const name = option ?? configured ?? UTC;
  if (name.toUpperCase() === 'UTC' || name === 'Z') return UTC;
  if (!IANAZone.isValidZone(name))
    throw new TimeNotUnderstood(`no time zone is called '${name}'; name one such as Europe/Amsterdam or UTC`);
  return name as ReportZone;
}
