import type { ObjectOptions, Static, TObject, TProperties, TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { NotInSource, Personal } from '../../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type {
  CampaignId,
  CompanyId,
  ContactId,
  DealId,
  EmployeeId,
  EventId,
  PipelineId,
  ProductId,
  StageId,
} from '../../domain/shared/ids.js';
import { ID_PATTERN } from '../../domain/shared/ids.js';
import type { CalendarDate } from '../../domain/shared/instant.js';

// What event schemas are made of. A schema is written once; its clear and its stored form differ in the fields marked `personal()` alone (forms.ts).

/** An object that takes no member it does not name: what an immutable log once holds, it holds for ever. */
export function exact<P extends TProperties>(properties: P, options: ObjectOptions = {}): TObject<P> {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** No members at all. */
export function nothing(options: ObjectOptions = {}) {
  return Type.Unsafe<Record<string, never>>(exact({}, options));
}

export function listOf<S extends TSchema>(items: S) {
  return Type.Unsafe<readonly Static<S>[]>(Type.Array(items));
}

export function orNull<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

/** Marks a member of a schema as personal: clear text towards deciders, an envelope from the log on. */
export const PERSONAL = 'x-personal';

export function personal() {
  return Type.Unsafe<Personal>(Type.String({ [PERSONAL]: true }));
}

function id<T extends string>(of: string) {
  return Type.Unsafe<T>(Type.String({ pattern: ID_PATTERN.source, description: `The id of a ${of}.` }));
}
export const dealId = id<DealId>('deal');
export const contactId = id<ContactId>('contact');
export const companyId = id<CompanyId>('company');
export const employeeId = id<EmployeeId>('colleague');
export const productId = id<ProductId>('product');
export const campaignId = id<CampaignId>('campaign');
export const pipelineId = id<PipelineId>('pipeline');
export const stageId = id<StageId>('stage');
export const eventId = Type.Unsafe<EventId>(Type.String({ minLength: 1, maxLength: 64, description: 'The id of an event.' }));

export const notInSource = Type.Unsafe<NotInSource>(
  Type.Literal(NOT_IN_SOURCE, { description: 'The imported source does not hold it. Only an import may say so.' }),
);

export const calendarDate = Type.Unsafe<CalendarDate>(
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'A calendar date without a zone.' }),
);
export const isoInstant = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$',
  description: 'ISO 8601, UTC, milliseconds.',
});

export const money = exact(
  {
    minor: Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
    currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  },
  { description: 'Whole minor units of an ISO 4217 currency.' },
);
export const moneyOrUnknown = Type.Union([money, Type.Literal('unknown')]);
export const basisPoints = Type.Integer({ minimum: 0, maximum: 10_000, description: 'Whole basis points: 10,000 is certainty.' });
export const basisPointsOrUnknown = Type.Union([basisPoints, Type.Literal('unknown')]);
