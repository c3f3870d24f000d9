import type { PipelineId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import type { PipelineEvent } from './pipeline.events.js';
import type { ProcessTimeline, ProcessVersion } from './process-timeline.js';

/** Versions in order of what they are in force from; of two from the same instant the later recorded is in force. */
export interface Pipeline {
  readonly versions: readonly ProcessVersion[];
}

export const noPipeline: Pipeline = { versions: [] };

export function evolve(pipeline: Pipeline, fact: PipelineEvent & { readonly effectiveAt: EpochMs }): Pipeline {
  switch (fact.type) {
    case 'PipelineDefined':
    case 'PipelineRevised': {
      const { version, process } = fact.data;
      const place = pipeline.versions.findLastIndex((other) => other.from <= fact.effectiveAt) + 1;
      return { versions: pipeline.versions.toSpliced(place, 0, { version, from: fact.effectiveAt, process }) };
    }
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return pipeline;
  }
}

export function processTimeline(pipelineId: PipelineId, pipeline: Pipeline): ProcessTimeline {
  return { pipelineId, versions: pipeline.versions };
}
