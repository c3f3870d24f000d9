import { Type } from '@sinclair/typebox';
import type { RequiredField } from '../../domain/pipeline/pipeline.events.js';
import { REQUIRED_FIELDS } from '../../domain/pipeline/pipeline.events.js';
import { basisPoints, calendarDate, employeeId, exact, isoInstant, listOf, money, nothing, orNull, personal, stageId } from './parts.js';

const process = exact({
  name: Type.String(),
  stages: listOf(
    exact({
      id: stageId,
      label: Type.String(),
      weight: orNull(basisPoints),
      requiredFields: listOf(Type.Unsafe<RequiredField>(Type.Union(REQUIRED_FIELDS.map((field) => Type.Literal(field))))),
      stagnatesAfterDays: orNull(Type.Number({ minimum: 0 })),
      buyerPhase: Type.Optional(Type.Union([Type.Literal('awareness'), Type.Literal('consideration'), Type.Literal('decision')])),
      actions: listOf(Type.String()),
    }),
  ),
  gates: exact({
    bant: Type.Optional(Type.Boolean()),
    scotsmanAtLeast: Type.Optional(Type.Integer({ minimum: 0, maximum: 8 })),
    quoteChanceAtLeast: Type.Optional(basisPoints),
  }),
  removedStages: listOf(exact({ stageId, to: stageId })),
});

/** The process is data, in versions (CF01, CF03). */
export const pipelineSchemas = {
  PipelineDefined: exact({ version: Type.Literal(1), process }, { description: 'Version 1 of a process.' }),
  PipelineRevised: exact(
    { version: Type.Integer({ minimum: 2 }), process },
    { description: 'The next version, in force from its own effectiveAt, which may lie ahead (CF03).' },
  ),
};

export const quotaSchemas = {
  QuotaSet: exact(
    {
      holder: Type.Union([
        exact({ kind: Type.Literal('person'), employeeId }),
        exact({ kind: Type.Literal('team'), team: Type.String() }),
        exact({ kind: Type.Literal('firm') }),
      ]),
      from: calendarDate,
      to: calendarDate,
      amount: money,
    },
    { description: 'What a person, a team or the firm is to win in [from, to) (PF02).' },
  ),
  QuotaWithdrawn: nothing({ description: 'The quota no longer holds.' }),
};

export const forecastSchemas = {
  ForecastSubmitted: exact(
    {
      submitterId: employeeId,
      from: calendarDate,
      to: calendarDate,
      category: Type.Union([Type.Literal('commit'), Type.Literal('best-case'), Type.Literal('most-likely')]),
      amount: money,
      note: Type.Optional(personal()),
    },
    { description: 'What a person says will be won in [from, to); the latest one counts.' },
  ),
  ForecastWithdrawn: nothing({ description: 'The submission no longer holds.' }),
};

const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'An ISO 4217 currency.' });
export const rateSchemas = {
  RateSet: exact(
    { from: currency, to: currency, rate: Type.String({ pattern: '^[0-9]{1,9}([.][0-9]{1,10})?$' }) },
    { description: 'One unit of `from` is worth `rate` of `to` from here on.' },
  ),
  RateWithdrawn: nothing({ description: 'No rate of this pair holds from here on.' }),
};

export const logSchemas = {
  LogIdentified: exact(
    {
      logId: Type.String({ minLength: 1 }),
      keyStoreId: Type.String({ minLength: 1 }),
      streamPrefix: Type.String(),
      positionOffset: Type.Optional(Type.Integer({ minimum: 0 })),
    },
    { description: 'Who this log is: the first of our events in it.' },
  ),
  LogMoved: exact({ to: Type.String() }, { description: 'The log was copied elsewhere and takes no more.' }),
  DemoStarted: exact(
    { deals: Type.Integer({ minimum: 0 }), seed: Type.Integer(), endsAt: isoInstant, simulatedClock: Type.Boolean() },
    { description: 'A demo company is being written.' },
  ),
  DemoFinished: exact({ deals: Type.Integer({ minimum: 0 }), seed: Type.Integer() }, { description: 'The demo company is complete.' }),
};
