import type { TSchema } from '@sinclair/typebox';
import type { JsonObject } from '../domain/shared/envelope.js';
import type { StreamCategory } from '../domain/shared/ids.js';

/** One event type in one schema version, as it was or is written. A version once released is never changed. */
export interface EventDefinition {
  readonly type: string;
  readonly schemaVersion: number;
  /** The kind of stream it lives in. */
  readonly category: StreamCategory;
  /** Its data; personal members are marked (schemas/parts.ts). */
  readonly schema: TSchema;
  /** `data.event`, where there, is a fact of its own type and version, checked and upcast like an event (HistoryCorrected). */
  readonly carriesFact?: true;
}

/** Reads the data of one version as the next one would have written it. Pure; its input passed the schema of `from`. */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly upcast: (data: JsonObject) => JsonObject;
}

/** The catalog contradicts itself: the process must not start with it. */
export class CatalogContradiction extends Error {
  override readonly name = 'CatalogContradiction';
  constructor(readonly faults: readonly string[]) {
    super(`the event catalog contradicts itself: ${faults.join('; ')}`);
  }
}

/** All versions of each type, types in the order of their first definition. */
export function definitionsByType(definitions: readonly EventDefinition[]): ReadonlyMap<string, readonly EventDefinition[]> {
  const byType = new Map<string, EventDefinition[]>();
  for (const definition of definitions) {
    const versions = byType.get(definition.type);
    if (versions === undefined) byType.set(definition.type, [definition]);
    else versions.push(definition);
  }
  return byType;
}

function repeated<T>(items: readonly T[], nameOf: (item: T) => string): string[] {
  const seen = new Set<string>();
  const names = items.map(nameOf).filter((name) => seen.size === seen.add(name).size);
  return [...new Set(names)];
}

function chainFaults(type: string, versions: readonly number[], upcasters: readonly Upcaster[]): string[] {
  const newest = Math.max(...versions);
  const faults: string[] = [];
  for (let version = 1; version <= newest; version += 1) {
    if (!versions.includes(version)) faults.push(`${type} has no schema for version ${version} (gap)`);
    if (version < newest && !upcasters.some(({ from }) => from === version))
      faults.push(`${type} has no upcaster from version ${version} (gap)`);
  }
  for (const { from, to } of upcasters) {
    if (to <= from) faults.push(`the upcaster of ${type} from version ${from} leads back to ${to} (cycle)`);
    else if (to !== from + 1) faults.push(`the upcaster of ${type} from version ${from} jumps to ${to} (gap)`);
    else if (to > newest) faults.push(`the upcaster of ${type} from version ${from} leads to version ${to}, which has no schema (gap)`);
  }
  return faults;
}

/** @throws CatalogContradiction naming every gap, cycle and duplicate in the schema versions and upcaster chains. */
export function checkDefinitions(definitions: readonly EventDefinition[], upcasters: readonly Upcaster[]): void {
  const faults = [
    ...repeated(definitions, ({ type, schemaVersion }) => `${type} version ${schemaVersion}`).map(
      (name) => `${name} is defined twice (duplicate)`,
    ),
    ...repeated(upcasters, ({ type, from }) => `${type} from version ${from}`).map((name) => `${name} has two upcasters (duplicate)`),
  ];
  const types = definitionsByType(definitions);
  for (const [type, versions] of types) {
    const own = upcasters.filter((upcaster) => upcaster.type === type);
    faults.push(
      ...chainFaults(
        type,
        versions.map(({ schemaVersion }) => schemaVersion),
        own,
      ),
    );
    if (new Set(versions.map(({ category }) => category)).size > 1) faults.push(`${type} lives in two kinds of stream`);
  }
  for (const { type } of upcasters) if (!types.has(type)) faults.push(`an upcaster is for ${type}, which has no schema (gap)`);
  if (faults.length > 0) throw new CatalogContradiction(faults);
}
