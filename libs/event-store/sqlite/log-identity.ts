import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import type { LogIdentified, LogMoved } from '../../domain/log/log.events.js';
import { checkEvents } from '../appendable.js';
import type { CheckStored } from '../appendable.js';
import { LogRefused } from '../event-store.port.js';
import type { Clock, EventBytes, IdSource, LogIdentity } from '../event-store.port.js';
import { IDENTITY_STREAM, identityEvent, refuseOtherIdentity } from '../log-identity.js';
import { ownPrefix } from '../stream-prefix.js';
import type { LogFile } from './log-file.js';
import type { RawEvent } from './log-reads.js';

export interface IdentityOptions {
  readonly clock: Clock;
  readonly ids?: IdSource;
  readonly checkStored: CheckStored;
  readonly streamPrefix?: string;
  readonly keyStoreId: string;
  readonly readOnly?: boolean;
}

/** Reads who this log is, or writes it as the first of our events. @throws LogRefused */
export function establishIdentity(log: LogFile, options: IdentityOptions): LogIdentity {
  const streamPrefix = options.streamPrefix ?? '';
  const stream = ownPrefix(streamPrefix) + IDENTITY_STREAM;
  const stored = identityEvents(log, stream).find((event) => event.type === 'LogIdentified');
  if (stored === undefined) {
    if (log.lastOwn().position > 0) {
      throw new LogRefused(
        `the log ${log.file} holds streams named like ours but no identity: they are somebody else's; set DEALTRAIL_STREAM_PREFIX, or use another log`,
      );
    }
    if (options.readOnly === true) throw new LogRefused(`the log ${log.file} is empty: start what writes to it first`);
    const identity = { logId: randomUUID(), keyStoreId: options.keyStoreId, streamPrefix };
    const at = options.clock.now();
    const eventId = options.ids?.eventId(at) ?? v7({ msecs: at });
    const events = checkEvents([identityEvent(eventId, identity, at)], options.checkStored);
    log.performNow((transaction) => transaction.append(stream, events));
    return identity;
  }
  const identity = parse<LogIdentified['data']>(stored.data);
  refuseOtherIdentity(identity, { streamPrefix, keyStoreId: options.keyStoreId }, log.file);
  return { logId: identity.logId, keyStoreId: identity.keyStoreId, streamPrefix: identity.streamPrefix };
}

/** Where the log went, if it was moved. */
export function movedTo(log: LogFile, prefix: string): string | undefined {
  const moved = identityEvents(log, prefix + IDENTITY_STREAM).find((event) => event.type === 'LogMoved');
  return moved && parse<LogMoved['data']>(moved.data).to;
}

function identityEvents(log: LogFile, stream: string): RawEvent[] {
  return log.read((reads) => {
    const id = reads.stream(stream)?.id;
    return id === undefined ? [] : reads.readStream(id, 0, false, Number.MAX_SAFE_INTEGER);
  });
}

/** The catalog checked these events when they were appended. */
function parse<T>(data: EventBytes): T {
  return JSON.parse(typeof data === 'string' ? data : Buffer.from(data).toString('utf8')) as T;
}
