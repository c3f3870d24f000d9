import type { CorrectedFact } from '../domain/shared/correction.js';
import type { EventMetadata, JsonObject, RecordedEvent } from '../domain/shared/envelope.js';
import type { EventId, StreamCategory, StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import type { Check } from './checks.js';
import { checkOf, refuse } from './checks.js';
import type { EventDefinition, Upcaster } from './definition.js';
import { checkDefinitions, definitionsByType } from './definition.js';
import { InvalidEvent, UnknownEventType } from './errors.js';
import type { FieldPath } from './forms.js';
import { clearForm, personalPaths, storedForm } from './forms.js';
import { newestMetadata } from './schemas/newest.js';

/** An event as any store hands it out (`StoredEvent` of the event-store port). */
export interface EncodedEvent {
  readonly eventId: EventId;
  readonly stream: StreamName;
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: EpochMs;
  readonly type: string;
  readonly data: string | Uint8Array;
  readonly metadata: string | Uint8Array;
}

/** What the log may hold, per event type and version. */
export interface Catalog {
  /** Every type, in the order of their definition. */
  readonly types: readonly string[];
  readonly definitions: readonly EventDefinition[];
  has(type: string): boolean;
  /** The kind of stream that events of this type live in. @throws UnknownEventType */
  categoryOf(type: string): StreamCategory;
  /** The newest version, which is the one that is written. @throws UnknownEventType */
  schemaVersionOf(type: string): number;
  /** What a decider wrote: newest version, personal fields in clear. @throws InvalidEvent */
  checkClear(type: string, data: unknown): void;
  /** What a log may hold: a known version, personal fields sealed, metadata complete. @throws InvalidEvent, UnknownEventType */
  checkStored(type: string, schemaVersion: unknown, data: unknown, metadata: unknown): void;
  /** Parses, checks the stored form, upcasts to the newest version, the fact inside a correction too. @throws InvalidEvent, UnknownEventType */
  decode(stored: EncodedEvent): RecordedEvent;
  /** Personal fields of a type's newest data. Those of the fact inside a correction are that type's, under `event.data`. @throws UnknownEventType */
  personalFields(type: string): readonly FieldPath[];
}

interface Version {
  readonly clear: Check;
  readonly stored: Check;
  readonly upcast: ((data: JsonObject) => JsonObject) | undefined;
}

interface Entry {
  readonly type: string;
  readonly category: StreamCategory;
  readonly carriesFact: boolean;
  /** Index 0 is version 1. */
  readonly versions: readonly Version[];
  readonly newest: number;
  readonly personal: readonly FieldPath[];
}

type Nesting = { readonly event?: CorrectedFact };

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: string | Uint8Array, what: string, stored: EncodedEvent): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : utf8.decode(bytes));
  } catch (cause) {
    throw new InvalidEvent(`the ${what} of ${stored.type} ${stored.stream}@${stored.revision} is no JSON: ${(cause as Error).message}`);
  }
}

function entryOf(versions: readonly EventDefinition[], upcasters: readonly Upcaster[]): Entry {
  const sorted = versions.toSorted((a, b) => a.schemaVersion - b.schemaVersion);
  const last = sorted.at(-1);
  if (last === undefined) throw new TypeError('an event type without a version');
  return {
    type: last.type,
    category: last.category,
    carriesFact: last.carriesFact === true,
    newest: last.schemaVersion,
    personal: personalPaths(last.schema),
    versions: sorted.map(({ type, schemaVersion, schema }) => ({
      clear: checkOf(clearForm(schema)),
      stored: checkOf(storedForm(type, schema)),
      upcast: upcasters.find((upcaster) => upcaster.type === type && upcaster.from === schemaVersion)?.upcast,
    })),
  };
}

/** Builds the catalog and proves its upcaster chains whole. @throws CatalogContradiction */
export function buildCatalog(definitions: readonly EventDefinition[], upcasters: readonly Upcaster[]): Catalog {
  checkDefinitions(definitions, upcasters);
  const entries = new Map<string, Entry>();
  for (const [type, versions] of definitionsByType(definitions)) entries.set(type, entryOf(versions, upcasters));
  const metadataCheck = checkOf(newestMetadata);

  function entry(type: string, schemaVersion?: unknown): Entry {
    const found = entries.get(type);
    if (found === undefined) throw new UnknownEventType(type, schemaVersion ?? 'any', 'no such type');
    return found;
  }

  function versionOf(found: Entry, schemaVersion: unknown): Version {
    const version = typeof schemaVersion === 'number' ? found.versions[schemaVersion - 1] : undefined;
    if (version === undefined) throw new UnknownEventType(found.type, schemaVersion, `versions 1 to ${found.newest} are known`);
    return version;
  }

  /** The entry of the fact inside a correction: of the same kind of stream, and no correction itself. */
  function nestedEntry(outer: Entry, fact: CorrectedFact): Entry {
    const nested = entry(fact.type, fact.schemaVersion);
    if (nested.category !== outer.category || nested.carriesFact)
      refuse(outer.type, [{ path: '/data/event/type', message: `${fact.type} is no fact that ${outer.type} can bring in` }]);
    return nested;
  }

  function checkForm(form: 'clear' | 'stored', found: Entry, schemaVersion: unknown, data: unknown): void {
    const check = versionOf(found, schemaVersion)[form];
    if (!check(data)) refuse(found.type, check.faults(data, '/data'));
    if (!found.carriesFact) return;
    const { event: fact } = data as Nesting;
    if (fact === undefined) return;
    const nested = nestedEntry(found, fact);
    if (form === 'clear' && fact.schemaVersion !== nested.newest)
      refuse(found.type, [{ path: '/data/event/schemaVersion', message: `Expected ${nested.newest}` }]);
    const nestedCheck = versionOf(nested, fact.schemaVersion)[form];
    if (!nestedCheck(fact.data)) refuse(`${found.type} with ${fact.type}`, nestedCheck.faults(fact.data, '/data/event/data'));
  }

  function upcastFrom(found: Entry, schemaVersion: number, data: JsonObject): JsonObject {
    let current = data;
    for (let version = schemaVersion; version < found.newest; version += 1)
      current = versionOf(found, version).upcast?.(current) ?? current;
    return current;
  }

  function upcastFact(outer: Entry, data: object): object {
    const { event: fact } = data as Nesting;
    if (fact === undefined) return data;
    const nested = nestedEntry(outer, fact);
    if (fact.schemaVersion === nested.newest) return data;
    const upcast = upcastFrom(nested, fact.schemaVersion, fact.data as JsonObject);
    return { ...data, event: { ...fact, schemaVersion: nested.newest, data: upcast } };
  }

  function decode(stored: EncodedEvent): RecordedEvent {
    const parsed = parse(stored.metadata, 'metadata', stored);
    if (!metadataCheck(parsed)) refuse(`${stored.type} ${stored.stream}@${stored.revision}`, metadataCheck.faults(parsed, '/metadata'));
    let metadata = parsed as EventMetadata;
    const found = entry(stored.type, metadata.schemaVersion);
    let data = parse(stored.data, 'data', stored) as object;
    checkForm('stored', found, metadata.schemaVersion, data);
    if (metadata.schemaVersion !== found.newest) {
      data = upcastFrom(found, metadata.schemaVersion, data as JsonObject);
      metadata = { ...metadata, schemaVersion: found.newest };
    }
    if (found.carriesFact) data = upcastFact(found, data);
    const effectiveAt = Date.parse(metadata.effectiveAt);
    if (Number.isNaN(effectiveAt)) refuse(stored.type, [{ path: '/metadata/effectiveAt', message: 'Expected an instant that exists' }]);
    const { eventId, stream, revision, position, recordedAt, type } = stored;
    return { eventId, stream, revision, position, recordedAt, type, data, effectiveAt, metadata };
  }

  return {
    types: [...entries.keys()],
    definitions,
    has: (type) => entries.has(type),
    categoryOf: (type) => entry(type).category,
    schemaVersionOf: (type) => entry(type).newest,
    checkClear(type, data) {
      const found = entry(type);
      checkForm('clear', found, found.newest, data);
    },
    checkStored(type, schemaVersion, data, metadata) {
      const found = entry(type, schemaVersion);
      if (!metadataCheck(metadata)) refuse(type, metadataCheck.faults(metadata, '/metadata'));
      // Two versions for one event: the one that is read later would not be the one that was checked.
      if ((metadata as EventMetadata).schemaVersion !== schemaVersion)
        refuse(type, [{ path: '/metadata/schemaVersion', message: `Expected ${String(schemaVersion)}` }]);
      checkForm('stored', found, schemaVersion, data);
      if (Number.isNaN(Date.parse((metadata as EventMetadata).effectiveAt)))
        refuse(type, [{ path: '/metadata/effectiveAt', message: 'Expected an instant that exists' }]);
    },
    decode,
    personalFields: (type) => entry(type).personal,
  };
}
