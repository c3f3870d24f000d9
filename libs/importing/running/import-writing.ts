import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { PipelineId, StageId } from '../../domain/shared/ids.js';
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
import { writeDeals } from './write-deals.js';
import { Writer } from './writer.js';
import { writeRegistrations } from './write-registrations.js';

/** One pass over what is read of a source: booked, and unless it is dry, written, while the next stretch is read. */
export class ImportWriting {
  private readonly writer: Writer;
  private readonly context: ReconcileContext;
  private readonly seen = new SeenDeals();
  private writing: Promise<void> = Promise.resolve();

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
      await this.writing;
    } finally {
      this.seen.close();
    }
  }

  readonly isRecorded: IsRecorded = async (stream) => {
    await this.writing;
    return !this.dry && (await this.input.commands.history(stream)).length > 0;
  };

  private async take(stretch: Stretch): Promise<void> {
    for (const { file, rows } of stretch.rows) this.book.read(file, rows);
    for (const { kind, place, reason } of stretch.findings) this.book.find(kind, place, reason);
    if (this.dry) return;
    if (stretch.registrations.length > 0 || stretch.deals.length > 0) {
      // One stretch is written while the next is read, never two: deals of one may be in the other.
      await this.writing;
      this.writing = this.write(stretch);
      // Awaited by the next stretch or at the end; until then a failure is not unhandled.
      this.writing.catch(() => undefined);
    }
    if (stretch.ended !== undefined) await this.findGone(stretch.ended);
  }

  private async write({ registrations, deals }: Stretch): Promise<void> {
    await writeRegistrations(registrations, this.writer);
    for (const { said } of deals) if (said.claim === 'observed') this.seen.add(said.id);
    await writeDeals(deals, this.input.commands, this.writer, this.context);
  }

  private async findGone({ file, column, contains, at }: SnapshotEnd): Promise<void> {
    await this.writing;
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
      'nothing',
    );
    const step = outcome?.steps[0];
    if (step?.status === 'refused') throw this.refused(step.error.message);
  }

  private refused(message: string): MappingRefused {
    return new MappingRefused(this.mapping.name, [{ path: 'pipeline', line: undefined, column: undefined, message }]);
  }
}
