import type { Static, TSchema } from '@sinclair/typebox';
import type { DealtrailEvent, EventType } from '../../domain/events.js';
import type { EventMetadata } from '../../domain/shared/envelope.js';
import type { StreamCategory } from '../../domain/shared/ids.js';
import { dealSchemas } from './deal.schemas.js';
import { campaignSchemas, companySchemas, productSchemas } from './firm.schemas.js';
import { metadataSchema } from './metadata.schema.js';
import { contactSchemas, employeeSchemas } from './people.schemas.js';
import { forecastSchemas, logSchemas, pipelineSchemas, quotaSchemas, rateSchemas } from './process.schemas.js';

/** Readonly at every level, so that a schema's type and a domain type can be compared member by member; texts and brands stay as they are. */
type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : { readonly [K in keyof T]: Frozen<T[K]> };
/** The same type, optional members and all; mutual assignability would let a forgotten optional member pass. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Describes<S extends TSchema, T> = Same<Frozen<Static<S>>, Frozen<T>> extends true ? TSchema : { readonly theSchemaDiffersFrom: T };
type DataOf<T extends EventType> = Extract<DealtrailEvent, { readonly type: T }>['data'];

const schemas = {
  ...logSchemas,
  ...dealSchemas,
  ...contactSchemas,
  ...companySchemas,
  ...employeeSchemas,
  ...productSchemas,
  ...campaignSchemas,
  ...pipelineSchemas,
  ...quotaSchemas,
  ...forecastSchemas,
  ...rateSchemas,
};
type Schemas = typeof schemas;

/**
 * The newest schema of every event type. Compiles only where each schema says exactly what the domain's type says: that is its use.
 * @public
 */
export const newestSchemas: { readonly [T in EventType]: Describes<Schemas[T], DataOf<T>> } & {
  readonly [T in Exclude<keyof Schemas, EventType>]: never;
} = schemas;

export const newestMetadata: Describes<typeof metadataSchema, EventMetadata> = metadataSchema;

/** Which kind of stream an event type lives in. */
export const CATEGORY_SCHEMAS: Readonly<Record<StreamCategory, Readonly<Record<string, TSchema>>>> = {
  log: logSchemas,
  deal: dealSchemas,
  contact: contactSchemas,
  company: companySchemas,
  employee: employeeSchemas,
  product: productSchemas,
  campaign: campaignSchemas,
  pipeline: pipelineSchemas,
  quota: quotaSchemas,
  forecast: forecastSchemas,
  rate: rateSchemas,
};
