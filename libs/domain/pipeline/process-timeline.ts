import type { PipelineId, StageId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import type { ProcessDefinition } from './pipeline.events.js';

/** One version of a pipeline's process, in force from `from` until the next version's. */
export interface ProcessVersion {
  readonly version: number;
  readonly from: EpochMs;
  readonly process: ProcessDefinition;
}

/** A pipeline's versions as known, in order of what they are in force from. */
export interface ProcessTimeline {
  readonly pipelineId: PipelineId;
  readonly versions: readonly ProcessVersion[];
}

/** The version in force at an instant; undefined before the first, where that one is dated. */
export function inForceAt(timeline: Pick<ProcessTimeline, 'versions'>, at: EpochMs): ProcessVersion | undefined {
  return timeline.versions.findLast((version) => version.from <= at);
}

/** How metadata and a basis name a version: `<pipelineId>@<version>`. */
export function processVersionName(pipelineId: PipelineId, version: Pick<ProcessVersion, 'version'>): string {
  return `${pipelineId}@${version.version}`;
}

export function stageIndex(version: ProcessVersion, stageId: StageId): number | undefined {
  const index = version.process.stages.findIndex((stage) => stage.id === stageId);
  return index === -1 ? undefined : index;
}

export function stageIds(version: ProcessVersion): StageId[] {
  return version.process.stages.map((stage) => stage.id);
}

/**
 * Where a deal that stands in `stageId` is, seen from the version in force: the stage itself where that still exists, else where the versions
 * up to then sent its deals. Undefined where no version says.
 */
export function presentStage(timeline: ProcessTimeline, stageId: StageId, at: EpochMs): StageId | undefined {
  const current = inForceAt(timeline, at);
  if (current === undefined) return undefined;
  if (stageIndex(current, stageId) !== undefined) return stageId;
  let stage = stageId;
  for (const version of timeline.versions) {
    if (version.from > at) break;
    stage = version.process.removedStages.find((removed) => removed.stageId === stage)?.to ?? stage;
  }
  return stageIndex(current, stage) === undefined ? undefined : stage;
}
