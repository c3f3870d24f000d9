import { PIPELINE_TEMPLATES } from '../../../../libs/domain/pipeline/pipeline.templates.js';
import type { ProcessDefinition, RequiredField, Stage } from '../../../../libs/domain/pipeline/pipeline.events.js';
import { REQUIRED_FIELDS } from '../../../../libs/domain/pipeline/pipeline.events.js';
import type { PipelineId, StageId } from '../../../../libs/domain/shared/ids.js';
import { Flag, Id, Name, Names, Nested, NestedList, OneOf, OneOfEach, WholeNumber } from '../../http/fields.js';
import { malformed } from '../../http/problem.js';
import { CommandBody, said } from './shared.bodies.js';

export class StageBody {
  @Id({ example: 'proposal' })
  id!: StageId;
  @Name({ example: 'Proposal' })
  label!: string;
  @WholeNumber({ least: 0, most: 10_000 }, { nullable: true, about: 'Basis points; null: this process weighs nothing.', example: 6_000 })
  weight!: number | null;
  @OneOfEach(REQUIRED_FIELDS, { optional: true, about: 'Must be known before a deal enters (QL10).', example: ['value'] })
  requiredFields?: RequiredField[];
  @WholeNumber(
    { least: 1, most: 3_650 },
    { optional: true, nullable: true, about: 'Days after which a deal stagnates (RV12).', example: 30 },
  )
  stagnatesAfterDays?: number | null;
  @OneOf(['awareness', 'consideration', 'decision'], { optional: true })
  buyerPhase?: NonNullable<Stage['buyerPhase']>;
  @Names(50, { optional: true, example: ['quote'] })
  actions?: string[];
}
export class GatesBody {
  @Flag({ optional: true })
  bant?: boolean;
  @WholeNumber({ least: 0, most: 8 }, { optional: true })
  scotsmanAtLeast?: number;
  @WholeNumber({ least: 0, most: 10_000 }, { optional: true })
  quoteChanceAtLeast?: number;
}
export class RemovedStageBody {
  @Id()
  stageId!: StageId;
  @Id()
  to!: StageId;
}
export class ProcessBody {
  @Name({ example: 'Machines' })
  name!: string;
  @NestedList(() => StageBody, 50)
  stages!: StageBody[];
  @Nested(() => GatesBody, { optional: true })
  gates?: GatesBody;
  @NestedList(() => RemovedStageBody, 50, { optional: true, about: 'Where the deals of a removed stage go.' })
  removedStages?: RemovedStageBody[];
}
export class DefinePipelineBody extends CommandBody {
  @Id({ optional: true, example: 'machines' })
  id?: PipelineId;
  @OneOf(Object.keys(PIPELINE_TEMPLATES), { optional: true, about: 'Instead of a process of one’s own.' })
  template?: string;
  @Nested(() => ProcessBody, { optional: true })
  process?: ProcessBody;
}
/** In force from effectiveAt, which may lie ahead. */
export class RevisePipelineBody extends CommandBody {
  @Nested(() => ProcessBody)
  process!: ProcessBody;
}

function stageOf({ id, label, weight, requiredFields, stagnatesAfterDays, buyerPhase, actions }: StageBody): Stage {
  return {
    id,
    label,
    weight,
    requiredFields: requiredFields ?? [],
    stagnatesAfterDays: stagnatesAfterDays ?? null,
    ...(buyerPhase === undefined ? {} : { buyerPhase }),
    actions: actions ?? [],
  };
}

export function processOf({ name, stages, gates, removedStages }: ProcessBody): ProcessDefinition {
  return {
    name,
    stages: stages.map(stageOf),
    gates: gates === undefined ? {} : said(gates),
    removedStages: (removedStages ?? []).map(({ stageId, to }) => ({ stageId, to })),
  };
}

/** @throws RequestProblem where neither or both are given */
export function definedProcess({ template, process }: DefinePipelineBody): ProcessDefinition {
  const named = template === undefined ? undefined : PIPELINE_TEMPLATES[template];
  if (process && template === undefined) return processOf(process);
  if (named && !process) return named;
  throw malformed([{ path: 'process', message: 'must be given, or a template instead' }]);
}
