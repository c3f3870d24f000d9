import type { StageId } from '../shared/ids.js';
import type { BasisPoints } from '../shared/money.js';

export interface Stage {
  readonly id: StageId;
  readonly label: string;
  /** Null: this process weighs nothing, and answers have no `weighted`. Non-decreasing along the stages where given (FC02). */
  readonly weight: BasisPoints | null;
  /** Fields that must be known before a deal enters (QL10). */
  readonly requiredFields: readonly RequiredField[];
  /** Days in the stage after which a deal stagnates (RV12); null: never. */
  readonly stagnatesAfterDays: number | null;
  readonly buyerPhase?: 'awareness' | 'consideration' | 'decision';
  readonly actions: readonly string[];
}
export const REQUIRED_FIELDS = ['value', 'decisionDate', 'projectStart', 'chanceToGet', 'chanceToGo', 'company', 'product'] as const;
export type RequiredField = (typeof REQUIRED_FIELDS)[number];

export interface ProcessDefinition {
  readonly name: string;
  readonly stages: readonly Stage[];
  /** `bant`: all four yes; `scotsman`: at least so many of eight; `quoteChance`: least chance to get for a quote. */
  readonly gates: { readonly bant?: boolean; readonly scotsmanAtLeast?: number; readonly quoteChanceAtLeast?: BasisPoints };
  /** Where the deals of a removed stage go. */
  readonly removedStages: readonly { readonly stageId: StageId; readonly to: StageId }[];
}

/** Version 1. Dated from the beginning of time unless a date is given. */
export type PipelineDefined = {
  readonly type: 'PipelineDefined';
  readonly data: { readonly version: 1; readonly process: ProcessDefinition };
};
/** A new version in force from its own `effectiveAt` (CF03), which may lie ahead. */
export type PipelineRevised = {
  readonly type: 'PipelineRevised';
  readonly data: { readonly version: number; readonly process: ProcessDefinition };
};
export type PipelineEvent = PipelineDefined | PipelineRevised;
