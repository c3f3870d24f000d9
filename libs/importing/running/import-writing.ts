import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { PipelineId, StageId, StreamName } from '../../domain/shared/ids.js';
import { streamName } from '../../domain/shared/ids.js';
import type { PipelineEvent } from '../../domain/pipeline/pipeline.events.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Mapping, PipelineMapping } from '../mapping/mapping.js';
import { MappingRefused } from '../mapping/mapping-node.js';
import type { ReconcileContext } from '../reconciling/reconciling.js';
import type { ReportBook } from '../report/import-report.js';
import { findGoneDeals } from './gone-deals.js';
import type { ImportInput } from './import-input.js';
import { SeenDeals } from './seen-deals.js';
import type { IsRecorded } from './source-reading.js';
import type { SnapshotEnd, Stretch } from './stretch.js';
import { streamsOf } from './stretch.js';
import { writeDeals } from './write-deals.js';
import { Writer } from './writer.js';
import { writeRegistrations } from './write-registrations.js';

/** A stretch that is being decided or written. */
interface UnderWay {
  readonly streams: ReadonlySet<StreamName>;
  /** Its last event is on the disk, and all that was before it. */
  readonly written: Promise<void>;
}

const NOTHING: UnderWay = { streams: new Set(), written: Promise.resolve() };

/** One pass over what is read of a source: booked, and unless it is dry, decided and written, while the next stretches are read. */
export class ImportWriting {
  private readonly writer: Writer;
  private readonly context: ReconcileContext;
  private readonly seen = new SeenDeals();
  /** At most two are under way: one is decided while the one before it is written. */
  private earlier = NOTHING;
  private latest = NOTHING;

  constructor(
    private readonly input: ImportInput,
    private readonly mapping: Mapping,
    instant: EpochMs,
    private readonly book: ReportBook,
    private readonly dry: boolean,
  ) {
    this.writer = new Writer(mapping.source, input.commands, book, dry);
    this.context = {
      logKey: input.keyStore.logKey,
      source: mapping.source,
      stages: (mapping.pipeline?.stages ?? []).map((stage) => stage.id as StageId), // checked against ID_PATTERN
      instant,
      asCorrections: input.options?.asCorrections === true,
    };
  }

  async all(stretches: AsyncIterable<Stretch>): Promise<void> {
    try {
      const { pipeline } = this.mapping;
      if (pipeline !== undefined && !this.dry) await this.definePipeline(pipeline);
      for await (const stretch of stretches) {
        this.input.signal?.throwIfAborted();
        await this.take(stretch);
        this.tell(stretch);
      }
      await this.latest.written;
    } finally {
      // Given up or failed, nothing of it is written any more once this has returned.
      await Promise.allSettled([this.earlier.written, this.latest.written]);
      this.seen.close();
    }
  }

  readonly isRecorded: IsRecorded = async (stream) => {
    await this.latest.written;
    return !this.dry && (await this.input.commands.history(stream)).length > 0;
  };

  private async take(stretch: Stretch): Promise<void> {
    for (const { file, rows } of stretch.rows) this.book.read(file, rows);
    for (const { kind, place, reason } of stretch.findings) this.book.find(kind, place, reason);
    if (this.dry) return;
    if (stretch.registrations.length > 0 || stretch.deals.length > 0) await this.begin(stretch);
    if (stretch.ended !== undefined) await this.findGone(stretch.ended);
  }

  private async begin(stretch: Stretch): Promise<void> {
    await this.earlier.written;
    const before = this.latest;
    const streams = streamsOf(stretch);
    // What is decided on a stream must have been told what is in it.
    if (streams.some((stream) => before.streams.has(stream))) await before.written;
    this.earlier = before;
    this.latest = { streams: new Set(streams), written: this.write(stretch, before.written) };
    // Awaited by one of the next stretches or at the end; until then a failure is not unhandled.
    this.latest.written.catch(() => undefined);
  }

  private async write({ registrations, deals }: Stretch, after: Promise<void>): Promise<void> {
    await writeRegistrations(registrations, this.writer, after);
    for (const { said } of deals) if (said.claim === 'observed') this.seen.add(said.id);
    await writeDeals(deals, this.input.commands, this.writer, this.context, after);
  }

  private async findGone({ file, column, contains, at }: SnapshotEnd): Promise<void> {
    await this.latest.written;
    const { eventStore, commands } = this.input;
    await findGoneDeals({ eventStore, commands, source: this.mapping.source, contains, at }, this.seen, (reason) =>
      this.book.find('gone from source', { file, line: null, column }, reason),
    );
    this.seen.forget();
  }

  private tell({ progress: { file, rows, bytes, totalBytes } }: Stretch): void {
    const phase = this.dry ? 'checking' : 'importing';
    this.input.onProgress?.({ phase, rows, events: this.book.events, file, bytes, totalBytes });
  }

  private async definePipeline({ id, name, stages }: PipelineMapping): Promise<void> {
    const pipelineId = id as PipelineId; // checked against ID_PATTERN
    const stream = streamName('pipeline', id);
    const known = (await this.input.commands.history(stream)) as readonly RecordedEvent<PipelineEvent>[]; // a pipeline's stream
    const process = known.at(-1)?.data.process;
    if (process !== undefined) {
      const missing = stages.filter((stage) => !process.stages.some((other) => other.id === stage.id));
      if (missing.length > 0) throw this.refused(`pipeline ${id} exists without the stage ${missing.map((stage) => stage.id).join(', ')}`);
      return;
    }
    const definition = {
      name,
      stages: stages.map((stage) => ({
        id: stage.id as StageId, // checked against ID_PATTERN
        label: stage.label,
        weight: stage.weight,
        requiredFields: [],
        stagnatesAfterDays: stage.stagnatesAfterDays,
        actions: [],
      })),
      gates: {},
      removedStages: [],
    };
    const [outcome] = await this.writer.execute(
      [{ stream, steps: [{ command: { type: 'DefinePipeline', id: pipelineId, process: definition }, context: this.writer.base }] }],
      { onRefusal: 'nothing', after: this.latest.written },
    );
    const step = outcome?.steps[0];
    if (step?.status === 'refused') throw this.refused(step.error.message);
  }

  private refused(message: string): MappingRefused {
    return new MappingRefused(this.mapping.name, [{ path: 'pipeline', line: undefined, column: undefined, message }]);
  }
}
