import { Type } from '@sinclair/typebox';
import type { CorrectedFact } from '../../domain/shared/correction.js';
import {
  basisPointsOrUnknown,
  calendarDate,
  campaignId,
  companyId,
  contactId,
  dealId,
  employeeId,
  eventId,
  exact,
  isoInstant,
  listOf,
  moneyOrUnknown,
  notInSource,
  orNull,
  personal,
  pipelineId,
  productId,
  stageId,
} from './parts.js';

/** The fact that a correction brings in. Its data is checked by the catalog against the schema of its own type and version. */
const correctedFact = Type.Unsafe<CorrectedFact>(
  exact({
    type: Type.String(),
    schemaVersion: Type.Integer({ minimum: 1 }),
    data: Type.Object({}, { description: 'As the schema of `type` in `schemaVersion` says.' }),
    effectiveAt: isoInstant,
    dated: Type.Optional(Type.Literal(false)),
    processVersion: Type.Optional(Type.String()),
  }),
);

/** One deal from request to end, in one stream. */
export const dealSchemas = {
  RequestRegistered: exact(
    {
      contactId: Type.Union([contactId, notInSource]),
      companyId: Type.Union([companyId, notInSource]),
      summary: Type.Union([personal(), notInSource]),
      source: Type.Union([
        exact({ kind: Type.Literal('known'), source: Type.String() }),
        exact({ kind: Type.Union([Type.Literal('unknown'), Type.Literal('not-asked'), notInSource]) }),
      ]),
      origin: Type.Union([
        exact({ kind: Type.Literal('spontaneous') }),
        exact({ kind: Type.Literal('provoked'), campaignId }),
        exact({ kind: notInSource }),
      ]),
      receivedBy: Type.Union([exact({ employeeId, department: Type.String() }), notInSource]),
      productId: Type.Optional(productId),
      earlierRequest: Type.Optional(dealId),
    },
    { description: 'Somebody asked for something that we consider a quote for (RQ01 to RQ07).' },
  ),
  RequestContacted: exact(
    { channel: Type.String(), note: Type.Optional(personal()) },
    { description: 'Sales spoke to the requester for the first time (AS16).' },
  ),
  RequestRoutedToMarketing: exact(
    { lists: listOf(Type.String()), reason: personal() },
    { description: 'Nothing to win now: marketing keeps in touch (AS02, RV03).' },
  ),
  RequestFiled: exact({ reason: personal() }, { description: 'Filed without further action, the exception (AS03).' }),
  LeadQualified: exact(
    { pipelineId, stageId, ownerId: Type.Union([employeeId, notInSource]) },
    { description: 'The request became a deal, in one stage of one pipeline (AS10, RV01, QL14).' },
  ),
  OwnerAssigned: exact({ ownerId: employeeId }, { description: 'One person of sales is responsible from here on (QL14).' }),
  CompanyIdentified: exact({ companyId }, { description: 'The company behind the deal became known.' }),
  ProductIdentified: exact({ productId }, { description: 'What is asked for became known.' }),
  ExpectedValueEstimated: exact({ value: moneyOrUnknown }, { description: 'What the deal is expected to bring (QL01).' }),
  DecisionDateExpected: exact(
    { decisionDate: orNull(calendarDate), projectStart: Type.Optional(orNull(calendarDate)) },
    { description: 'When the customer decides and, possibly, when the project starts (QL02).' },
  ),
  ChanceAssessed: exact(
    { get: Type.Optional(basisPointsOrUnknown), go: Type.Optional(basisPointsOrUnknown) },
    { description: 'Two chances: that we get it (QL07), that it goes ahead at all (QL08).' },
  ),
  StageAdvanced: exact(
    { from: stageId, to: stageId, skipped: listOf(stageId), reason: Type.Optional(personal()) },
    { description: 'Forward, with the stages skipped (RV02).' },
  ),
  StageReturned: exact(
    { from: stageId, to: stageId, reason: Type.Optional(personal()) },
    { description: 'Back to an earlier stage (RV02).' },
  ),
  StageReassigned: exact(
    { from: stageId, to: stageId },
    { description: 'Moved by a rule: a version of the process removed its stage (CF03).' },
  ),
  DealTransferred: exact(
    { fromPipelineId: pipelineId, fromStageId: stageId, pipelineId, stageId, reason: Type.Optional(personal()) },
    { description: 'Over to another pipeline (RV16).' },
  ),
  DealPostponed: exact(
    { wakeUp: orNull(calendarDate), reason: Type.Optional(personal()) },
    { description: 'Waits for the customer, with a date to wake up (RV06).' },
  ),
  DealResumed: exact({ reason: Type.Optional(personal()) }, { description: 'The waiting is over (RV06).' }),
  DealWon: exact(
    { value: moneyOrUnknown, reasons: listOf(Type.String()), note: Type.Optional(personal()) },
    { description: 'Won, at this value, for these reasons (CL04).' },
  ),
  DealLost: exact(
    { reasons: listOf(Type.String()), note: Type.Optional(personal()) },
    { description: 'Lost, for these reasons (CL04, RV07).' },
  ),
  DealReopened: exact(
    { stageId, reason: Type.Optional(personal()) },
    { description: 'A closed deal is worked on again; a request never is (RQ20).' },
  ),
  HistoryCorrected: Type.Union(
    [
      exact({ kind: Type.Literal('insert'), event: correctedFact, after: Type.Optional(eventId), reason: personal() }),
      exact({ kind: Type.Literal('replace'), target: eventId, event: correctedFact, reason: personal() }),
      exact({ kind: Type.Literal('void'), target: eventId, reason: personal() }),
    ],
    { description: 'Inserts, replaces or voids one event of this stream; what it corrects stays in the log.' },
  ),
};
