import type { PipelineEvent } from '../../domain/pipeline/pipeline.events.js';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { PipelineId, StageId } from '../../domain/shared/ids.js';
import { streamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { ChangePerRow, DatedSnapshots, Mapping, PipelineMapping, RowPerDeal } from '../mapping/mapping.js';
import { MappingRefused } from '../mapping/mapping-node.js';
import { readMapping } from '../mapping/read-mapping.js';
import type { Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import { DateReader } from '../reading/dates.js';
import type { Place } from '../reconciling/moment.js';
import type { ImportReport } from '../report/import-report.js';
import { ReportBook } from '../report/import-report.js';
import { ChangePerRowTranslator } from '../translating/change-per-row.js';
import { Identities } from '../translating/identities.js';
import type { RegisterKind } from '../translating/registers.js';
import { RegisterTranslator } from '../translating/registers.js';
import { RowPerDealTranslator } from '../translating/row-per-deal.js';
import { SnapshotTranslator } from '../translating/snapshots.js';
import { DealBatches } from './deal-batches.js';
import { findGoneDeals } from './gone-deals.js';
import type { ImportInput } from './import-input.js';
import { Registering } from './registering.js';
import { SourceFiles } from './source-files.js';
import { Spool } from './spool.js';
import { Writer } from './writer.js';

/** How many rows of a register go into one commit. */
const REGISTERS_A_COMMIT = 500;

/**
 * Reads a source as its mapping says and writes what is new of it, through the same deciders as everybody. Streaming: memory does not grow with the
 * files. Killed at any instant and run again it ends as if it had not been: what is in a stream already is known by its hash.
 * @throws MappingRefused before anything is written; what the stores throw
 */
export async function runImport(input: ImportInput): Promise<ImportReport> {
  const mapping = readMapping(input.mappingText, input.mappingName);
  const files = new SourceFiles(mapping, input);
  await files.prepare();
  const instant = input.clock.now();
  if (input.options?.strict === true) {
    const checked = new ReportBook();
    await new ImportRun(input, mapping, files, instant, checked, true).run();
    if (checked.refusedRows > 0) return checked.report(mapping.source, mapping.name, true);
    files.startOver();
  }
  const book = new ReportBook();
  await new ImportRun(input, mapping, files, instant, book, false).run();
  return book.report(mapping.source, mapping.name, false);
}

/** One pass over the source: all of it read and translated, and unless it is dry, written. */
class ImportRun {
  private readonly identities: Identities;
  private readonly dates: DateReader;
  private readonly writer: Writer;
  private readonly registering: Registering;
  private rows = 0;

  constructor(
    private readonly input: ImportInput,
    private readonly mapping: Mapping,
    private readonly files: SourceFiles,
    private readonly instant: EpochMs,
    private readonly book: ReportBook,
    dry: boolean,
  ) {
    this.identities = new Identities(mapping.source, input.keyStore);
    this.dates = new DateReader(mapping.dateFormats, mapping.timeZone);
    this.writer = new Writer(mapping.source, input.commands, book, dry);
    this.registering = new Registering(mapping, this.identities, this.writer, input.keyStore.logKey);
  }

  async run(): Promise<void> {
    const { products, companies, employees, contacts, deals, pipeline } = this.mapping;
    // Built before the first row is read, so that a column that is not there stops the import before it wrote anything.
    const registers = [
      ...(products === undefined ? [] : [this.register('product', products)]),
      ...(companies === undefined ? [] : [this.register('company', companies)]),
      ...(employees === undefined ? [] : [this.register('employee', employees)]),
      ...(contacts === undefined ? [] : [this.register('contact', contacts)]),
    ];
    const readings = pipeline === undefined ? [] : deals.map((section) => this.reading(section, pipeline));
    if (pipeline !== undefined) await this.definePipeline(pipeline);
    for (const register of registers) await register();
    for (const reading of readings) await reading();
    await this.registering.flush();
    this.withoutDeals();
  }

  private get tools() {
    return {
      mapping: this.mapping,
      dates: this.dates,
      references: this.registering,
      identities: this.identities,
      instant: this.instant,
      odd: (place: Place, reason: string) => this.writer.odd(place, reason),
    };
  }

  private readonly told = () => ({
    phase: this.writer.dry ? ('checking' as const) : ('importing' as const),
    rows: this.rows,
    events: this.book.events,
  });

  /** Reads a file; a row that cannot be read is refused with its place, and the rest goes on. */
  private async eachRow(
    file: string,
    columns: Columns,
    odd: RowPerDeal['odd'],
    path: string,
    take: (row: readonly string[], place: Place) => Promise<void> | void,
  ): Promise<void> {
    const oddities = columns.oddities(odd, path);
    for await (const { rows, faults } of this.files.read(file, this.told)) {
      this.book.read(file, rows.length + faults.length);
      for (const { line, column, reason } of faults) this.writer.refuse({ file, line, column }, reason);
      for (const { line, cells } of rows) {
        this.rows += 1;
        const place = { file, line, column: null };
        try {
          const taken = take(cells, place);
          if (taken !== undefined) await taken;
          for (const rule of oddities(cells)) this.writer.odd({ ...place, column: rule.column ?? null }, rule.say);
        } catch (error) {
          if (!(error instanceof CellProblem)) throw error;
          this.writer.refuse({ ...place, column: error.column }, error.message);
        }
      }
    }
  }

  private register(
    kind: RegisterKind,
    section: NonNullable<Mapping['products' | 'companies' | 'employees' | 'contacts']>,
  ): () => Promise<void> {
    const columns = this.files.columns(section.file);
    const translator = new RegisterTranslator(kind, section, columns, this.tools);
    return async () => {
      let waiting = 0;
      await this.eachRow(section.file, columns, section.odd, section.path, (row, place) => {
        const register = translator.translate(row, place);
        this.registering.add(register);
        if (kind === 'employee') this.employees.set(register.id, { ...place, column: section.key });
        waiting += 1;
        if (waiting < REGISTERS_A_COMMIT) return;
        waiting = 0;
        return this.registering.flush();
      });
      await this.registering.flush();
    };
  }

  private readonly employees = new Map<string, Place>();

  /** Five agents own no deal: true, or a name spelt differently in the two files. */
  private withoutDeals(): void {
    if (this.mapping.deals.length === 0) return;
    for (const [id, place] of this.employees) if (!this.registering.owners.has(id)) this.writer.odd(place, 'owns no deal of this source');
  }

  private async definePipeline({ id, name, stages }: PipelineMapping): Promise<void> {
    if (this.writer.dry) return;
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

  private batches(pipeline: PipelineMapping): DealBatches {
    return new DealBatches(this.input.commands, this.writer, this.registering, {
      logKey: this.input.keyStore.logKey,
      source: this.mapping.source,
      stages: pipeline.stages.map((stage) => stage.id as StageId), // checked against ID_PATTERN
      instant: this.instant,
      asCorrections: this.input.options?.asCorrections === true,
    });
  }

  private reading(section: Mapping['deals'][number], pipeline: PipelineMapping): () => Promise<void> {
    switch (section.shape) {
      case 'row-per-deal':
        return this.rowPerDeal(section, pipeline);
      case 'change-per-row':
        return this.changePerRow(section, pipeline);
      case 'snapshots':
        return this.snapshots(section, pipeline);
    }
  }

  private rowPerDeal(section: RowPerDeal, pipeline: PipelineMapping): () => Promise<void> {
    const columns = this.files.columns(section.file);
    const translator = new RowPerDealTranslator(section, pipeline, columns, this.tools);
    return async () => {
      const batches = this.batches(pipeline);
      await this.eachRow(section.file, columns, section.odd, section.path, (row, place) =>
        batches.add(translator.translate(row, place), place),
      );
      await batches.finish();
    };
  }

  private changePerRow(section: ChangePerRow, pipeline: PipelineMapping): () => Promise<void> {
    const columns = this.files.columns(section.file);
    const translator = new ChangePerRowTranslator(section, pipeline, columns, this.tools);
    return async () => {
      const spool = new Spool();
      try {
        let rows: Parameters<Spool['addChanges']>[0][number][] = [];
        await this.eachRow(section.file, columns, section.odd, section.path, (row, { line }) => {
          const change = translator.read(row, line);
          if (change === undefined) return;
          rows.push(change);
          if (rows.length < 1_000) return;
          spool.addChanges(rows);
          rows = [];
        });
        spool.addChanges(rows);
        const batches = this.batches(pipeline);
        for (const deal of spool.deals()) {
          const registered = !this.writer.dry && (await this.isRegistered(deal.key));
          const said = translator.translate(deal.key, deal.rows, registered, (place, reason) => this.writer.refuse(place, reason));
          if (said !== undefined) await batches.add(said);
        }
        await batches.finish();
      } finally {
        spool.close();
      }
    };
  }

  private async isRegistered(key: string): Promise<boolean> {
    return (await this.input.commands.history(streamName('deal', this.identities.ofKey(key)))).length > 0;
  }

  private snapshots(section: DatedSnapshots, pipeline: PipelineMapping): () => Promise<void> {
    const dated = section.snapshots.map(({ file, at, path }) => {
      // A day's snapshot shows its end, and today's what is so now.
      const instant = Math.min(this.snapshotInstant(at, `${path}.at`), this.instant);
      const columns = this.files.columns(file);
      return { file, columns, at: instant, translator: new SnapshotTranslator(section, pipeline, columns, instant, this.tools) };
    });
    dated.sort((a, b) => a.at - b.at);
    return async () => {
      for (const { file, columns, at, translator } of dated) {
        const spool = new Spool();
        try {
          const batches = this.batches(pipeline);
          await this.eachRow(file, columns, section.odd, section.path, (row, place) => {
            const said = translator.translate(row, place);
            spool.see(said.id);
            return batches.add(said, place);
          });
          await batches.finish();
          if (this.writer.dry) continue;
          const gone = {
            eventStore: this.input.eventStore,
            commands: this.input.commands,
            source: this.mapping.source,
            contains: section.contains,
            at,
          };
          await findGoneDeals(gone, spool, (reason) =>
            this.book.find('gone from source', { file, line: null, column: section.key }, reason),
          );
        } finally {
          spool.close();
        }
      }
    };
  }

  private snapshotInstant(text: string, path: string): EpochMs {
    try {
      return this.dates.endInstant(text);
    } catch (error) {
      if (!(error instanceof CellProblem)) throw error;
      throw new MappingRefused(this.mapping.name, [{ path, line: undefined, column: undefined, message: error.message }]);
    }
  }
}
