import type { StageId } from '../shared/ids.js';
import type { BasisPoints } from '../shared/money.js';
import type { ProcessDefinition, Stage } from './pipeline.events.js';

interface StageSketch {
  readonly id: string;
  readonly label: string;
  readonly weight: BasisPoints | null;
  readonly requiredFields?: Stage['requiredFields'];
  readonly stagnatesAfterDays?: number;
  readonly buyerPhase?: NonNullable<Stage['buyerPhase']>;
  readonly actions?: readonly string[];
}

function stage({ id, label, weight, requiredFields, stagnatesAfterDays, buyerPhase, actions }: StageSketch): Stage {
  return {
    id: id as StageId,
    label,
    weight,
    requiredFields: requiredFields ?? [],
    stagnatesAfterDays: stagnatesAfterDays ?? null,
    ...(buyerPhase === undefined ? {} : { buyerPhase }),
    actions: actions ?? [],
  };
}

/** S3's four stages, with the weights of metrics.md section 1; what belongs to a stage comes from RV13, RV15 and KK06. */
export const FOUR_STAGES: ProcessDefinition = {
  name: 'Four stages',
  stages: [
    stage({
      id: 'qualification',
      label: 'Qualification',
      weight: 1_000,
      stagnatesAfterDays: 21,
      buyerPhase: 'awareness',
      actions: ['call'],
    }),
    stage({ id: 'meeting', label: 'Meeting', weight: 3_000, stagnatesAfterDays: 30, buyerPhase: 'consideration', actions: ['demo'] }),
    stage({ id: 'proposal', label: 'Proposal', weight: 6_000, stagnatesAfterDays: 30, buyerPhase: 'decision', actions: ['quote'] }),
    stage({ id: 'closing', label: 'Closing', weight: 8_000, stagnatesAfterDays: 21, buyerPhase: 'decision', actions: ['negotiate'] }),
  ],
  gates: {},
  removedStages: [],
};

/**
 * The standard request-to-quote process (CF06): register requests, assess requests, register qualified leads, assess qualified leads and quotes.
 * Steps 1 and 2 are the statuses `requested` and `contacted` of a deal; steps 3 and 4 are the stages here.
 */
export const REQUEST_TO_QUOTE: ProcessDefinition = {
  name: 'Request to quote',
  stages: [
    stage({
      id: 'qualified-lead',
      label: 'Qualified lead registered',
      weight: 2_000,
      stagnatesAfterDays: 30,
      buyerPhase: 'consideration',
      actions: ['call', 'visit'],
    }),
    stage({
      id: 'quote',
      label: 'Qualified lead and quote assessed',
      weight: 6_000,
      requiredFields: ['value', 'decisionDate'],
      stagnatesAfterDays: 45,
      buyerPhase: 'decision',
      actions: ['quote', 'follow up'],
    }),
  ],
  gates: { scotsmanAtLeast: 5 },
  removedStages: [],
};

/** By the name under which a mapping file or a command asks for them. */
export const PIPELINE_TEMPLATES: Readonly<Record<string, ProcessDefinition>> = {
  'four-stages': FOUR_STAGES,
  'request-to-quote': REQUEST_TO_QUOTE,
};
