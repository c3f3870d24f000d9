import { streamName } from '../domain/shared/ids.js';
import type { EventId } from '../domain/shared/ids.js';
import { isoInstant } from '../domain/shared/instant.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { LogRefused, SYSTEM_ACTOR } from './event-store.port.js';
import type { EventToAppend, LogIdentity } from './event-store.port.js';

export const IDENTITY_STREAM = streamName('log', 'identity');

/** `LogIdentified` as every adapter writes it. */
export function identityEvent(eventId: string, identity: LogIdentity, at: EpochMs): EventToAppend {
  return {
    eventId: eventId as EventId, // fresh from the id source
    type: 'LogIdentified',
    data: { logId: identity.logId, keyStoreId: identity.keyStoreId, streamPrefix: identity.streamPrefix },
    metadata: {
      schemaVersion: 1,
      correlationId: eventId,
      causationId: eventId,
      actor: { id: SYSTEM_ACTOR.id, kind: SYSTEM_ACTOR.kind },
      effectiveAt: isoInstant(at),
    },
  };
}

/** @throws LogRefused where this process has another KeyStore or prefix than the log was made with */
export function refuseOtherIdentity(
  identity: Omit<LogIdentity, 'logId'>,
  mine: { readonly streamPrefix: string; readonly keyStoreId: string },
  where: string,
): void {
  if (identity.streamPrefix !== mine.streamPrefix) {
    throw new LogRefused(
      `the log ${where} was made with the stream prefix '${identity.streamPrefix}', this process has '${mine.streamPrefix}': set DEALTRAIL_STREAM_PREFIX to the first`,
    );
  }
  if (identity.keyStoreId !== mine.keyStoreId) {
    throw new LogRefused(
      `the log ${where} belongs to the KeyStore ${identity.keyStoreId}, this process has ${mine.keyStoreId}: give it the first, or personal data cannot be read`,
    );
  }
}
