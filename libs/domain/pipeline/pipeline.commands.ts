import type { PipelineId } from '../shared/ids.js';
import type { ProcessDefinition } from './pipeline.events.js';

/** Version 1; from the beginning of time unless the command is dated. */
export interface DefinePipeline {
  readonly type: 'DefinePipeline';
  readonly id: PipelineId;
  readonly process: ProcessDefinition;
}
/** The next version, in force from the command's effectiveAt, which may lie ahead. `process.removedStages` says where the deals of a removed stage go. */
export interface RevisePipeline {
  readonly type: 'RevisePipeline';
  readonly id: PipelineId;
  readonly process: ProcessDefinition;
}

export type PipelineCommand = DefinePipeline | RevisePipeline;
