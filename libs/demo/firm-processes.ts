import type { ProcessDefinition, RequiredField, Stage } from '../domain/pipeline/pipeline.events.js';
import { FOUR_STAGES } from '../domain/pipeline/pipeline.templates.js';
import type { ProcessTimeline, ProcessVersion } from '../domain/pipeline/process-timeline.js';
import { inForceAt, presentStage } from '../domain/pipeline/process-timeline.js';
import type { PipelineId, StageId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { BEGINNING_OF_TIME } from '../domain/shared/instant.js';

export const NEW_BUSINESS = 'new-business' as PipelineId;
export const PROJECTS = 'projects' as PipelineId;

function stage(
  id: string,
  label: string,
  weight: number,
  stagnatesAfterDays: number,
  requiredFields: readonly RequiredField[] = [],
): Stage {
  return { id: id as StageId, label, weight, requiredFields, stagnatesAfterDays, actions: [] };
}

/** Longer and more complex than new business (CF05): a demo, a pilot room, a contract. */
const PROJECT_STAGES: ProcessDefinition = {
  name: 'Projects',
  stages: [
    stage('discovery', 'Discovery', 500, 30),
    stage('site-visit', 'Site visit', 1_500, 30),
    stage('demo', 'Demo', 2_500, 45),
    stage('concept', 'Concept', 3_500, 45),
    stage('proposal', 'Proposal', 5_500, 45, ['value']),
    stage('negotiation', 'Negotiation', 7_500, 30),
    stage('contract', 'Contract', 9_000, 21, ['decisionDate']),
  ],
  gates: {},
  removedStages: [],
};

function weighted(process: ProcessDefinition, weights: Readonly<Record<string, number>>): ProcessDefinition {
  return { ...process, stages: process.stages.map((each) => ({ ...each, weight: weights[each.id] ?? each.weight })) };
}

/** Half way the firm learns what its stages are worth, and (where the log lets it) gives up the demo: showing the pilot room is part of the concept. */
export function firmProcesses(revisedAt: EpochMs, removesStage: boolean): ReadonlyMap<PipelineId, ProcessTimeline> {
  const newBusiness = weighted({ ...FOUR_STAGES, name: 'New business' }, {});
  const projects = weighted(PROJECT_STAGES, { discovery: 400, concept: 3_000, proposal: 5_000, negotiation: 7_000 });
  const withoutDemo: ProcessDefinition = {
    ...projects,
    stages: projects.stages.filter((each) => each.id !== 'demo'),
    removedStages: [{ stageId: 'demo' as StageId, to: 'concept' as StageId }],
  };
  const versions = (first: ProcessDefinition, second: ProcessDefinition): ProcessVersion[] => [
    { version: 1, from: BEGINNING_OF_TIME, process: first },
    { version: 2, from: revisedAt, process: second },
  ];
  return new Map([
    [
      NEW_BUSINESS,
      {
        pipelineId: NEW_BUSINESS,
        versions: versions(newBusiness, weighted(newBusiness, { qualification: 800, meeting: 2_500, closing: 8_500 })),
      },
    ],
    [PROJECTS, { pipelineId: PROJECTS, versions: versions(PROJECT_STAGES, removesStage ? withoutDemo : projects) }],
  ]);
}

/** The stages in force at an instant, in order. */
export function stagesAt(timeline: ProcessTimeline, at: EpochMs): readonly Stage[] {
  return inForceAt(timeline, at)?.process.stages ?? [];
}

/** Where a deal that was put in `stageId` stands at an instant: where the process sends it, had the stage been removed. */
export function standsIn(timeline: ProcessTimeline, stageId: StageId, at: EpochMs): StageId {
  return presentStage(timeline, stageId, at) ?? stageId;
}
