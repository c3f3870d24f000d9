import { Type } from '@sinclair/typebox';
import { exact, isoInstant } from './parts.js';

/** What stands beside the data of every event (names are storage format). */
export const metadataSchema = exact({
  schemaVersion: Type.Integer({ minimum: 1 }),
  correlationId: Type.String({ minLength: 1 }),
  causationId: Type.String({ minLength: 1 }),
  actor: exact({
    id: Type.String({ minLength: 1 }),
    kind: Type.Union([Type.Literal('person'), Type.Literal('rule'), Type.Literal('import')]),
  }),
  effectiveAt: isoInstant,
  dated: Type.Optional(Type.Literal(false)),
  processVersion: Type.Optional(Type.String()),
  idempotencyKey: Type.Optional(Type.String({ minLength: 1 })),
  requestHash: Type.Optional(Type.String({ minLength: 1 })),
  importHash: Type.Optional(Type.String({ minLength: 1 })),
});
