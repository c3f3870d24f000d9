import type { Pipeline } from '../domain/pipeline/pipeline.evolve.js';
import { processTimeline } from '../domain/pipeline/pipeline.evolve.js';
import type { PipelineEvent } from '../domain/pipeline/pipeline.events.js';
import type { ProcessTimeline } from '../domain/pipeline/process-timeline.js';
import { processVersionName } from '../domain/pipeline/process-timeline.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { EventId, PipelineId } from '../domain/shared/ids.js';
import { streamName } from '../domain/shared/ids.js';
import type { StreamLoader } from './loading.js';

/** What deciders get to know of pipelines. */
export interface Processes {
  /** Those asked for; one that was never defined is not among them. */
  readonly timelines: ReadonlyMap<PipelineId, ProcessTimeline>;
  /** By `<pipelineId>@<version>`: the event that brought the version. */
  readonly causes: ReadonlyMap<string, EventId>;
}

/**
 * The process definitions that one run of commands needs as an argument, each read once in the run. Kept like any other stream; before a kept one is used, one read looks
 * for events behind it: nothing else would notice a version that another process recorded, because no append of ours is expected on a pipeline's stream.
 */
export class ProcessBook implements Processes {
  readonly timelines = new Map<PipelineId, ProcessTimeline>();
  readonly causes = new Map<string, EventId>();
  readonly #asked = new Set<PipelineId>();

  constructor(private readonly loader: StreamLoader) {}

  knows(pipelineId: PipelineId): boolean {
    return this.#asked.has(pipelineId);
  }

  async fetch(pipelineId: PipelineId): Promise<void> {
    const stream = streamName('pipeline', pipelineId);
    const kept = this.loader.kept(stream);
    const state = kept === undefined || (await this.loader.isBehind(kept)) ? await this.loader.load(stream) : kept;
    this.#asked.add(pipelineId);
    if (state.revision === -1) return;
    this.timelines.set(pipelineId, processTimeline(pipelineId, state.folded.state as Pipeline)); // the state of the kind `pipeline`
    const history = (state.history ?? []) as readonly RecordedEvent<PipelineEvent>[]; // a pipeline's stream holds a pipeline's events
    for (const { eventId, data } of history) this.causes.set(processVersionName(pipelineId, data), eventId);
  }
}
