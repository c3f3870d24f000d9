import type { DealFact } from '../../domain/deal/deal.events.js';
import type { MoneyOrUnknown } from '../../domain/shared/money.js';
import { moneyText } from '../../domain/shared/money.js';
import type { PlanFact } from './deal-plan.js';
import type { ImportFact } from './moment.js';

const STAGE_FACTS: readonly DealFact['type'][] = [
  'LeadQualified',
  'StageAdvanced',
  'StageReturned',
  'StageReassigned',
  'DealTransferred',
  'DealReopened',
];
const OUTCOME_FACTS = {
  won: 'DealWon',
  lost: 'DealLost',
  postponed: 'DealPostponed',
  marketing: 'RequestRoutedToMarketing',
  filed: 'RequestFiled',
} as const;
const REOPENS: readonly DealFact['type'][] = ['DealReopened', 'DealResumed'];

/** The events in which an imported fact is recorded. */
export function factTypes(fact: ImportFact): readonly DealFact['type'][] {
  switch (fact.is) {
    case 'registered':
      return ['RequestRegistered'];
    case 'stage':
      return STAGE_FACTS;
    case 'owner':
      return ['OwnerAssigned'];
    case 'company':
      return ['CompanyIdentified'];
    case 'product':
      return ['ProductIdentified'];
    case 'value':
      return ['ExpectedValueEstimated'];
    case 'decision':
      return ['DecisionDateExpected'];
    case 'chance':
      return ['ChanceAssessed'];
    default:
      return [OUTCOME_FACTS[fact.is]];
  }
}

export function isOutcome(fact: ImportFact): fact is ImportFact & { is: keyof typeof OUTCOME_FACTS } {
  return fact.is in OUTCOME_FACTS;
}

/** Whether a recorded fact is the one that the source speaks of, whatever its date; of a stage: whether it enters that stage. */
export function enters(recorded: DealFact, fact: ImportFact): boolean {
  if (!factTypes(fact).includes(recorded.type)) return false;
  if (fact.is !== 'stage') return true;
  switch (recorded.type) {
    case 'LeadQualified':
    case 'DealTransferred':
      return recorded.data.pipelineId === fact.pipelineId && recorded.data.stageId === fact.stageId;
    case 'DealReopened':
      return recorded.data.stageId === fact.stageId;
    case 'StageAdvanced':
    case 'StageReturned':
    case 'StageReassigned':
      return recorded.data.to === fact.stageId;
    default:
      return false;
  }
}

/** The fact that closed (or postponed) the deal as it stands; undefined while it is open. */
export function closingOf(facts: readonly PlanFact[]): PlanFact | undefined {
  const types: readonly string[] = Object.values(OUTCOME_FACTS);
  const last = facts.findLast(({ fact }) => types.includes(fact.type) || REOPENS.includes(fact.type));
  return last !== undefined && types.includes(last.fact.type) ? last : undefined;
}

function money(value: MoneyOrUnknown): string {
  if (value === 'unknown') return 'an unknown value';
  const { amount, currency } = moneyText(value);
  return `${amount} ${currency}`;
}

/** A recorded fact in a few words, for the report. */
export function describe(fact: DealFact): string {
  switch (fact.type) {
    case 'DealWon':
      return `won for ${money(fact.data.value)}`;
    case 'DealLost':
      return 'lost';
    case 'DealPostponed':
      return 'postponed';
    case 'RequestRoutedToMarketing':
      return 'handed to marketing';
    case 'RequestFiled':
      return 'filed';
    case 'ExpectedValueEstimated':
      return `worth ${money(fact.data.value)}`;
    case 'DecisionDateExpected':
      return `a decision expected on ${fact.data.decisionDate ?? 'no date'}`;
    case 'ChanceAssessed':
      return `chances ${JSON.stringify(fact.data)}`;
    case 'LeadQualified':
    case 'DealTransferred':
    case 'DealReopened':
      return `in stage ${fact.data.stageId}`;
    case 'StageAdvanced':
    case 'StageReturned':
    case 'StageReassigned':
      return `in stage ${fact.data.to}`;
    case 'OwnerAssigned':
      return `owned by ${fact.data.ownerId}`;
    case 'CompanyIdentified':
      return `of company ${fact.data.companyId}`;
    case 'ProductIdentified':
      return `for product ${fact.data.productId}`;
    default:
      return fact.type;
  }
}

/** What a source says in a few words, beside `describe`. */
export function describeSaid(fact: ImportFact): string {
  switch (fact.is) {
    case 'value':
      return `worth ${money(fact.value)}`;
    case 'won':
      return fact.value === undefined ? 'won' : `won for ${money(fact.value)}`;
    case 'stage':
      return `in stage ${fact.stageId}`;
    case 'owner':
      return `owned by ${fact.ownerId}`;
    case 'decision':
      return `a decision expected on ${fact.decisionDate ?? 'no date'}`;
    case 'chance':
      return 'other chances';
    default:
      return fact.is;
  }
}
