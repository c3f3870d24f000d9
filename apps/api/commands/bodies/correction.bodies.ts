import type { CorrectableFact, Correction } from '../../../../libs/domain/deal/deal.commands.js';
import type { CompanyId, ContactId, DealId, EventId, ProductId, StageId } from '../../../../libs/domain/shared/ids.js';
import { checked } from '../../http/checked.pipe.js';
import { AnyObject, FreeText, Id, Instant, Nested, OneOf } from '../../http/fields.js';
import type { Fault } from '../../http/problem.js';
import { RequestProblem, malformed } from '../../http/problem.js';
import * as deal from './deal.bodies.js';
import { ReceivedByBody, RequestOriginBody, RequestSourceBody, originOf, requestFaults, sourceOf } from './request.bodies.js';
import { CommandBody, ReasonBody, moneyOrUnknownOf, said } from './shared.bodies.js';

class RegisteredFactBody extends CommandBody {
  @Id()
  contactId!: ContactId;
  @Id()
  companyId!: CompanyId;
  @FreeText()
  summary!: string;
  @Nested(() => RequestSourceBody)
  source!: RequestSourceBody;
  @Nested(() => RequestOriginBody)
  origin!: RequestOriginBody;
  @Nested(() => ReceivedByBody)
  receivedBy!: ReceivedByBody;
  @Id({ optional: true })
  productId?: ProductId;
  @Id({ optional: true })
  earlierRequest?: DealId;
}
class QualifiedFactBody extends deal.QualifyLeadBody {
  @Id()
  declare stageId: StageId;
}
class MovedFactBody extends ReasonBody {
  @Id()
  to!: StageId;
}
class ReopenedFactBody extends ReasonBody {
  @Id()
  stageId!: StageId;
}

/** What the data of a fact looks like from outside: as the command that would have made it. Where a move came from is filled in from the history. */
const FACTS = {
  RequestRegistered: RegisteredFactBody,
  RequestContacted: deal.RecordFirstContactBody,
  RequestRoutedToMarketing: deal.RouteRequestToMarketingBody,
  RequestFiled: deal.FileRequestBody,
  LeadQualified: QualifiedFactBody,
  OwnerAssigned: deal.AssignOwnerBody,
  CompanyIdentified: deal.IdentifyCompanyBody,
  ProductIdentified: deal.IdentifyProductBody,
  ExpectedValueEstimated: deal.EstimateValueBody,
  DecisionDateExpected: deal.ExpectDecisionBody,
  ChanceAssessed: deal.AssessChanceBody,
  StageAdvanced: MovedFactBody,
  StageReturned: MovedFactBody,
  DealTransferred: deal.TransferDealBody,
  DealPostponed: deal.PostponeDealBody,
  DealResumed: ReasonBody,
  DealWon: deal.WinDealBody,
  DealLost: deal.LoseDealBody,
  DealReopened: ReopenedFactBody,
} as const;
type FactType = keyof typeof FACTS;

export class CorrectedEventBody {
  @OneOf(Object.keys(FACTS), { example: 'DealWon' })
  type!: FactType;
  @AnyObject({
    about: 'The fields of the command that makes such an event; a move has `to`, and where it came from is filled in from the history.',
    example: { value: { amount: '11900.00', currency: 'EUR' }, reasons: ['relationship'] },
  })
  data!: object;
}
export class CorrectionBody {
  @OneOf(['insert', 'replace', 'void'], { example: 'replace' })
  kind!: 'insert' | 'replace' | 'void';
  @Id({
    optional: true,
    about: 'With replace and void: the id of the event, or of the correction.',
    example: '0192d3a4-7c3e-7b60-9f3c-3c1a5f0e9a11',
  })
  target?: EventId;
  @Nested(() => CorrectedEventBody, { optional: true, about: 'With insert and replace.' })
  event?: CorrectedEventBody;
  @Instant({
    optional: true,
    about: "With insert: when it happened. With replace: as the target's where left out.",
    example: '2026-02-27T15:00:00Z',
  })
  effectiveAt?: string;
  @Id({ optional: true, about: 'With insert: the fact of the same instant that it comes after.' })
  after?: EventId;
}
export class CorrectHistoryBody {
  @Nested(() => CorrectionBody)
  correction!: CorrectionBody;
  @FreeText({ example: 'the win entered on Monday happened on Friday' })
  reason!: string;
}

const FIELDS_OF_KIND = {
  insert: { needed: ['event', 'effectiveAt'], allowed: ['event', 'effectiveAt', 'after'] },
  replace: { needed: ['event', 'target'], allowed: ['event', 'target', 'effectiveAt'] },
  void: { needed: ['target'], allowed: ['target'] },
} as const satisfies Record<string, { needed: readonly (keyof CorrectionBody)[]; allowed: readonly (keyof CorrectionBody)[] }>;

function kindFaults(body: CorrectionBody): Fault[] {
  const { needed, allowed } = FIELDS_OF_KIND[body.kind];
  const faults: Fault[] = needed
    .filter((name) => body[name] === undefined)
    .map((name) => ({ path: `correction.${name}`, message: `is needed with kind ${body.kind}` }));
  for (const name of ['target', 'event', 'effectiveAt', 'after'] as const)
    if (body[name] !== undefined && !(allowed as readonly string[]).includes(name))
      faults.push({ path: `correction.${name}`, message: `does not go with kind ${body.kind}` });
  return faults;
}

const AT = 'correction.event.data';

function checkedFact(type: FactType, data: object): object {
  try {
    return checked<object>(FACTS[type]).transform(data);
  } catch (error) {
    if (!(error instanceof RequestProblem) || !error.problem.errors) throw error;
    throw malformed(error.problem.errors.map(({ path, message }) => ({ path: path === '' ? AT : `${AT}.${path}`, message })));
  }
}

function factOf({ type, data }: CorrectedEventBody): CorrectableFact {
  const body = checkedFact(type, data);
  const faults: Fault[] = [];
  if ('effectiveAt' in body && body.effectiveAt !== undefined)
    faults.push({ path: `${AT}.effectiveAt`, message: 'stands beside the event, in correction.effectiveAt' });
  let fields: Record<string, unknown> = said(body) as Record<string, unknown>;
  if (body instanceof RegisteredFactBody) {
    faults.push(...requestFaults(body).map(({ path, message }) => ({ path: `${AT}.${path}`, message })));
    fields = { ...fields, source: sourceOf(body.source), origin: originOf(body.origin), receivedBy: said(body.receivedBy) };
  }
  if (body instanceof deal.WinDealBody || body instanceof deal.EstimateValueBody) {
    if (body.value === undefined) faults.push({ path: `${AT}.value`, message: "must be said, 'unknown' where it is not known" });
    else fields = { ...fields, value: moneyOrUnknownOf(body.value) };
  }
  if (faults.length > 0) throw malformed(faults);
  return { type, data: fields } as CorrectableFact; // FACTS says which data goes with which type
}

/** @throws RequestProblem with the path of each fault */
export function correctionOf(body: CorrectionBody): Correction {
  const faults = kindFaults(body);
  if (faults.length > 0) throw malformed(faults);
  const { kind, target, event, after } = body;
  const effectiveAt = body.effectiveAt === undefined ? undefined : Date.parse(body.effectiveAt);
  if (kind === 'void' && target !== undefined) return { kind, target };
  if (event === undefined) throw new TypeError(`unchecked correction of kind ${kind}`);
  if (kind === 'insert' && effectiveAt !== undefined)
    return { kind, event: factOf(event), effectiveAt, ...(after === undefined ? {} : { after }) };
  if (kind === 'replace' && target !== undefined)
    return { kind, target, event: factOf(event), ...(effectiveAt === undefined ? {} : { effectiveAt }) };
  throw new TypeError(`unchecked correction of kind ${kind}`);
}
