import type { StreamCategory } from '../domain/shared/ids.js';
import { buildCatalog } from './build-catalog.js';
import type { EventDefinition, Upcaster } from './definition.js';
import { CATEGORY_SCHEMAS } from './schemas/newest.js';

// A changed shape: the schema that stood here moves to `earlierVersions` under its number, the new one takes the next number in `NEWEST_VERSION`,
// and an upcaster leads from the one to the other. A start refuses a chain that is not whole.

/** Types whose newest schema is no longer version 1. */
const NEWEST_VERSION: Readonly<Record<string, number>> = {};
const earlierVersions: readonly EventDefinition[] = [];
const upcasters: readonly Upcaster[] = [];

/** The one that carries a fact of another type inside. */
const CARRIES_FACT = 'HistoryCorrected';

const newest: readonly EventDefinition[] = Object.entries(CATEGORY_SCHEMAS).flatMap(([category, schemas]) =>
  Object.entries(schemas).map(([type, schema]) => ({
    type,
    schemaVersion: NEWEST_VERSION[type] ?? 1,
    category: category as StreamCategory, // the keys of CATEGORY_SCHEMAS
    schema,
    ...(type === CARRIES_FACT && { carriesFact: true as const }),
  })),
);

/** Every event that Dealtrail writes or has written. */
export const catalog = buildCatalog([...earlierVersions, ...newest], upcasters);
