import type { DealFact } from './deal.events.js';
import type { Deal, DealStatus } from './deal.evolve.js';

/** The status, with requests that went out told from deals that did: a request closed is never reopened, a deal can be (RQ20). */
export type DealPhase =
  'none' | Exclude<DealStatus, 'marketing' | 'filed'> | 'request-to-marketing' | 'request-filed' | 'deal-to-marketing' | 'deal-filed';
export type DealFactType = DealFact['type'];

export function phaseOf(deal: Deal): DealPhase {
  switch (deal.status) {
    case 'marketing':
      return deal.inPipeline === null ? 'request-to-marketing' : 'deal-to-marketing';
    case 'filed':
      return deal.inPipeline === null ? 'request-filed' : 'deal-filed';
    default:
      return deal.status;
  }
}

const REQUEST = ['requested', 'contacted'] as const;
const LIVE = ['open', 'postponed'] as const;
const CLOSED_DEAL = ['won', 'lost', 'deal-to-marketing', 'deal-filed'] as const;
const CLOSED_REQUEST = ['request-to-marketing', 'request-filed'] as const;

/**
 * The one table of legal transitions: which event is legal in which phase. Deciders and the check of corrected histories both ask it.
 * Moves are not linear (RV02): skips and returns are all StageAdvanced or StageReturned here; which stages exist is the process's matter.
 */
export const LEGAL_IN: Readonly<Record<DealFactType, readonly DealPhase[]>> = {
  RequestRegistered: ['none'],
  RequestContacted: ['requested'],
  // A quote may follow a first telephone call, and a deal the first question (RV05).
  LeadQualified: REQUEST,
  RequestRoutedToMarketing: [...REQUEST, ...LIVE],
  RequestFiled: [...REQUEST, ...LIVE],
  OwnerAssigned: LIVE,
  // Who asked and for what may turn out at any time, closed or not; it moves nothing.
  CompanyIdentified: [...REQUEST, ...LIVE, ...CLOSED_DEAL, ...CLOSED_REQUEST],
  ProductIdentified: [...REQUEST, ...LIVE, ...CLOSED_DEAL, ...CLOSED_REQUEST],
  ExpectedValueEstimated: [...REQUEST, ...LIVE],
  DecisionDateExpected: [...REQUEST, ...LIVE],
  ChanceAssessed: [...REQUEST, ...LIVE],
  StageAdvanced: ['open'],
  StageReturned: ['open'],
  StageReassigned: LIVE,
  DealTransferred: ['open'],
  // Postponed again: another wake-up date.
  DealPostponed: LIVE,
  DealResumed: ['postponed'],
  DealWon: LIVE,
  DealLost: LIVE,
  DealReopened: CLOSED_DEAL,
};

export function isLegal(deal: Deal, type: DealFactType): boolean {
  return LEGAL_IN[type].includes(phaseOf(deal));
}

/** What a refusal says would have been legal. */
export function legalNow(deal: Deal): DealFactType[] {
  const phase = phaseOf(deal);
  return (Object.keys(LEGAL_IN) as DealFactType[]).filter((type) => LEGAL_IN[type].includes(phase)); // the table has these keys and no other
}
