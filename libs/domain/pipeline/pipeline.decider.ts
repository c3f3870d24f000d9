import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { CLOCK_SKEW_MS, dimensionInstant } from '../shared/effective-instant.js';
import { sameJson } from '../shared/same-json.js';
import type { StreamKind } from '../stream-kind.js';
import type { DefinePipeline, PipelineCommand, RevisePipeline } from './pipeline.commands.js';
import type { PipelineEvent, ProcessDefinition } from './pipeline.events.js';
import type { Pipeline } from './pipeline.evolve.js';
import { evolve, noPipeline } from './pipeline.evolve.js';
import { PipelineRefusal } from './pipeline.refusals.js';
import { checkProcess } from './process-rules.js';
import { inForceAt } from './process-timeline.js';

type PipelineContext = Pick<DecideContext, 'at' | 'now'>;

function define(pipeline: Pipeline, { id, process }: DefinePipeline): PipelineEvent[] {
  const first = pipeline.versions.find((version) => version.version === 1);
  if (first !== undefined) {
    if (sameJson(first.process, process)) return [];
    throw PipelineRefusal.alreadyDefined(id);
  }
  checkProcess(id, process);
  return [{ type: 'PipelineDefined', data: { version: 1, process } }];
}

/** Stages of `before` that are neither in `after` nor sent somewhere by it. */
function stagesLeftOut(before: ProcessDefinition, after: ProcessDefinition): { readonly removed: string[]; readonly untold: string[] } {
  const kept = new Set(after.stages.map((stage) => stage.id));
  const sent = new Set(after.removedStages.map((removed) => removed.stageId));
  const removed = before.stages.map((stage) => stage.id).filter((stage) => !kept.has(stage));
  return { removed, untold: removed.filter((stage) => !sent.has(stage)) };
}

/** A version takes its place by its date: it follows the one in force then and is followed by the next that is recorded already (CF03). */
function revise(pipeline: Pipeline, { id, process }: RevisePipeline, { at, now }: PipelineContext): PipelineEvent[] {
  if (pipeline.versions.length === 0) throw PipelineRefusal.unknown(id);
  const before = inForceAt(pipeline, at);
  if (before !== undefined && sameJson(before.process, process)) return [];
  checkProcess(id, process);
  if (before !== undefined) {
    const { removed, untold } = stagesLeftOut(before.process, process);
    if (untold.length > 0) throw PipelineRefusal.removedStageWithoutTarget(id, untold);
    if (removed.length > 0 && at < now - CLOCK_SKEW_MS) throw PipelineRefusal.removalInThePast(id, removed, now);
  }
  const after = pipeline.versions.find((version) => version.from > at);
  if (after !== undefined) {
    const { untold } = stagesLeftOut(process, after.process);
    if (untold.length > 0) throw PipelineRefusal.laterVersionLacksStage(id, after.version, untold);
  }
  const version = Math.max(...pipeline.versions.map((other) => other.version)) + 1;
  return [{ type: 'PipelineRevised', data: { version, process } }];
}

export function decide(pipeline: Pipeline, command: PipelineCommand, context: PipelineContext): PipelineEvent[] {
  switch (command.type) {
    case 'DefinePipeline':
      return define(pipeline, command);
    case 'RevisePipeline':
      return revise(pipeline, command, context);
    default:
      return assertNever(command);
  }
}

export const pipelineKind: StreamKind<Pipeline, PipelineCommand, PipelineEvent> = {
  category: 'pipeline',
  initial: noPipeline,
  evolve,
  decide,
  effectiveAt: (pipeline, command, asked, { now }) =>
    dimensionInstant(asked, now, command.type === 'DefinePipeline' && pipeline.versions.length === 0),
  pipelinesNeeded: () => [],
};
