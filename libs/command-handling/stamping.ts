import type { Deal } from '../domain/deal/deal.evolve.js';
import type { RequestRegistered } from '../domain/deal/deal.events.js';
import type { ForecastSubmitted } from '../domain/forecast/forecast.events.js';
import type { CorrectedFact, HistoryCorrected } from '../domain/shared/correction.js';
import type { Actor, DomainEvent, EventMetadata } from '../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../domain/shared/envelope.js';
import type { ContactId, StreamName } from '../domain/shared/ids.js';
import { categoryOf, streamName } from '../domain/shared/ids.js';
import { isoInstant } from '../domain/shared/instant.js';
import type { EffectiveInstant } from '../domain/stream-kind.js';
import type { KeyHolder } from '../privacy/key-store.port.js';
import type { CommandContext } from './command.js';

export interface Stamp {
  readonly context: CommandContext;
  readonly actor: Actor;
  readonly causationId: string;
  readonly schemaVersion: number;
  readonly instant: EffectiveInstant;
  readonly processVersion: string | undefined;
  readonly requestHash: string | undefined;
}

/** Members in the order of canonical JSON, so that writing them out needs no sorting. */
export function metadataOf({ context, actor, causationId, schemaVersion, instant, processVersion, requestHash }: Stamp): EventMetadata {
  const { correlationId, idempotencyKey, importHash } = context;
  // Written member by member: this runs for every event of an import, and spreading each optional member made it several times dearer.
  const metadata: { -readonly [K in keyof EventMetadata]?: EventMetadata[K] } = {
    actor: { id: actor.id, kind: actor.kind },
    causationId,
    correlationId,
  };
  if (!instant.dated) metadata.dated = false;
  metadata.effectiveAt = isoInstant(instant.at);
  if (idempotencyKey !== undefined) metadata.idempotencyKey = idempotencyKey;
  if (importHash !== undefined) metadata.importHash = importHash;
  if (processVersion !== undefined) metadata.processVersion = processVersion;
  if (requestHash !== undefined) metadata.requestHash = requestHash;
  metadata.schemaVersion = schemaVersion;
  return metadata as EventMetadata; // every member that must be there is
}

function contactNamedBy(event: DomainEvent | CorrectedFact): ContactId | typeof NOT_IN_SOURCE | undefined {
  if (event.type === 'RequestRegistered') return (event.data as RequestRegistered['data']).contactId;
  if (event.type !== 'HistoryCorrected') return undefined;
  const data = event.data as HistoryCorrected['data'];
  return data.kind === 'void' ? undefined : contactNamedBy(data.event);
}

/**
 * Under whose key an event's personal fields go: a person's own facts under their own, a submission's note under the submitter's, a deal's texts under its contact's
 * or, where it has none, its own.
 */
export function holderOf(stream: StreamName, state: unknown, event: DomainEvent): KeyHolder {
  switch (categoryOf(stream)) {
    case 'deal': {
      const deal = state as Deal; // of the kind `deal`, by its stream
      const contactId = contactNamedBy(event) ?? (deal.status === 'none' ? undefined : deal.contactId);
      return contactId === undefined || contactId === NOT_IN_SOURCE ? stream : streamName('contact', contactId);
    }
    case 'forecast':
      return streamName('employee', (event.data as ForecastSubmitted['data']).submitterId); // its one event with a personal field
    default:
      return stream;
  }
}
