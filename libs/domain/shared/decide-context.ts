import type { ProcessTimeline } from '../pipeline/process-timeline.js';
import type { Actor, RecordedEvent } from './envelope.js';
import type { PipelineId } from './ids.js';
import type { EpochMs } from './instant.js';

/** Everything a decider may know beside the state and the command: time, actor and other streams come in, nothing is looked up. */
export interface DecideContext {
  readonly actor: Actor;
  /** The clock at this attempt. */
  readonly now: EpochMs;
  /** The command's effectiveAt, as `StreamKind.effectiveAt` gave it. */
  readonly at: EpochMs;
  /** effectiveAt of the stream's latest fact as known (corrections are no facts); null where there is none. */
  readonly latestAt: EpochMs | null;
  /** The stream's first event was voided: it takes nothing but a correction that brings it back. */
  readonly withdrawn: boolean;
  /** Timelines of the pipelines that `pipelinesNeeded` named; a pipeline that was never defined is not in it. */
  readonly processes: ReadonlyMap<PipelineId, ProcessTimeline>;
  /** The stream's recorded events in stream order; asked for by corrections alone. Personal fields may be sealed. */
  readonly history: () => readonly RecordedEvent[];
  /** Newest schema version of an event type, for the fact that a correction brings in. The catalog knows it. */
  readonly schemaVersionOf: (type: string) => number;
}
