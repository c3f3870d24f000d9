import { streamName } from '../../domain/shared/ids.js';
import type { StreamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { ChangePerRow, DatedSnapshots, Mapping, PipelineMapping, RowPerDeal } from '../mapping/mapping.js';
import { MappingRefused } from '../mapping/mapping-node.js';
import type { Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import { DateReader } from '../reading/dates.js';
import type { Hashing } from '../reconciling/fact-hash.js';
import { hashed } from '../reconciling/fact-hash.js';
import type { Place, SaidOfDeal } from '../reconciling/moment.js';
import type { ChangeRow } from '../translating/change-per-row.js';
import { ChangePerRowTranslator } from '../translating/change-per-row.js';
import { Identities } from '../translating/identities.js';
import type { RegisterKind } from '../translating/registers.js';
import { RegisterTranslator } from '../translating/registers.js';
import { RowPerDealTranslator } from '../translating/row-per-deal.js';
import { SnapshotTranslator } from '../translating/snapshots.js';
import { ReadRegisters } from './read-registers.js';
import type { SourceFiles } from './source-files.js';
import { Spool } from './spool.js';
import type { Stretch } from './stretch.js';
import { Stretches } from './stretch.js';

/** What reading asks of the record: whether a stream is there, once all that was read before is written. */
export type IsRecorded = (stream: StreamName) => Promise<boolean>;

/** A source that is read while its stretches are taken, and what ends that early. */
export interface SourceBeingRead {
  readonly stretches: AsyncIterable<Stretch>;
  close(): Promise<void>;
}

/** How many changes are put aside at once. */
const CHANGES_A_TURN = 1_000;

type Odd = Pick<RowPerDeal, 'odd' | 'path'>;
type Section = Odd & { readonly file: string };

interface Dated {
  readonly file: string;
  readonly columns: Columns;
  readonly at: EpochMs;
  readonly translator: SnapshotTranslator;
}

type Take = (row: readonly string[], place: Place) => void;
type Reading = () => AsyncGenerator<Stretch>;

/** One pass over the source: all of it read, translated and hashed, stretch by stretch. Nothing is written here, and the record is not looked at. */
export class SourceReading {
  private readonly identities: Identities;
  private readonly dates: DateReader;
  private readonly stretches: Stretches;
  private readonly registers: ReadRegisters;
  private readonly readings: readonly Reading[];
  private readonly employees = new Map<string, Place>();
  private rows = 0;
  private file = '';

  /** @throws MappingRefused where a column is not there: before the first row is read, so that nothing was written then */
  constructor(
    private readonly mapping: Mapping,
    private readonly files: SourceFiles,
    private readonly hashing: Hashing,
    /** The import's. */
    private readonly instant: EpochMs,
    private readonly isRecorded: IsRecorded,
  ) {
    this.identities = new Identities(hashing.source, hashing);
    this.dates = new DateReader(mapping.dateFormats, mapping.timeZone);
    this.stretches = new Stretches(() => ({ file: this.file, rows: this.rows, ...files.progress() }));
    this.registers = new ReadRegisters(mapping, this.identities, hashing, this.stretches);
    const { products, companies, employees, contacts, deals, pipeline } = mapping;
    this.readings = [
      ...(products === undefined ? [] : [this.register('product', products)]),
      ...(companies === undefined ? [] : [this.register('company', companies)]),
      ...(employees === undefined ? [] : [this.register('employee', employees)]),
      ...(contacts === undefined ? [] : [this.register('contact', contacts)]),
      ...(pipeline === undefined ? [] : deals.map((section) => this.deals(section, pipeline))),
    ];
  }

  async *read(): AsyncGenerator<Stretch> {
    for (const reading of this.readings) yield* reading();
    this.withoutDeals();
    this.stretches.close();
    yield* this.stretches.whole();
  }

  private get tools() {
    return {
      mapping: this.mapping,
      dates: this.dates,
      references: this.registers,
      identities: this.identities,
      instant: this.instant,
      odd: (place: Place, reason: string) => this.stretches.find('odd', place, reason),
    };
  }

  private refuse(place: Place, reason: string): void {
    this.stretches.find('refused', place, reason);
  }

  /** Reads a file; a row that cannot be read is refused with its place, and the rest goes on. */
  private async *eachRow(file: string, columns: Columns, { odd, path }: Odd, take: Take): AsyncGenerator<Stretch> {
    const oddities = columns.oddities(odd, path);
    this.file = file;
    for await (const { rows, faults } of this.files.read(file)) {
      this.stretches.rows(file, rows.length + faults.length);
      for (const { line, column, reason } of faults) this.refuse({ file, line, column }, reason);
      for (const { line, cells } of rows) {
        this.rows += 1;
        const place = { file, line, column: null };
        try {
          take(cells, place);
          for (const rule of oddities(cells)) this.stretches.find('odd', { ...place, column: rule.column ?? null }, rule.say);
        } catch (error) {
          if (!(error instanceof CellProblem)) throw error;
          this.refuse({ ...place, column: error.column }, error.message);
        }
      }
      yield* this.stretches.whole();
      yield this.stretches.news();
    }
  }

  private register(kind: RegisterKind, section: NonNullable<Mapping['products' | 'companies' | 'employees' | 'contacts']>): Reading {
    const columns = this.files.columns(section.file);
    const translator = new RegisterTranslator(kind, section, columns, this.tools);
    const take: Take = (row, place) => {
      const register = translator.translate(row, place);
      this.registers.add(register);
      if (kind === 'employee') this.employees.set(register.id, { ...place, column: section.key });
      this.stretches.endOfRegister();
    };
    return () => this.wholeFile(section, columns, take);
  }

  private async *wholeFile(section: Section, columns: Columns, take: Take): AsyncGenerator<Stretch> {
    yield* this.eachRow(section.file, columns, section, take);
    yield* this.all();
  }

  /** Five agents own no deal: true, or a name spelt differently in the two files. */
  private withoutDeals(): void {
    if (this.mapping.deals.length === 0) return;
    for (const [id, place] of this.employees)
      if (!this.registers.owners.has(id)) this.stretches.find('odd', place, 'owns no deal of this source');
  }

  private deals(section: Mapping['deals'][number], pipeline: PipelineMapping): Reading {
    switch (section.shape) {
      case 'row-per-deal':
        return this.rowPerDeal(section, pipeline);
      case 'change-per-row':
        return this.changePerRow(section, pipeline);
      case 'snapshots':
        return this.snapshots(section, pipeline);
    }
  }

  private deal(said: SaidOfDeal, row?: Place): void {
    this.stretches.deal({ said: hashed(said, this.hashing), ...(row === undefined ? {} : { row }) });
  }

  /** Everything read so far, whatever its size. */
  private *all(): Generator<Stretch> {
    this.stretches.close();
    yield* this.stretches.whole();
  }

  private rowPerDeal(section: RowPerDeal, pipeline: PipelineMapping): Reading {
    const columns = this.files.columns(section.file);
    const translator = new RowPerDealTranslator(section, pipeline, columns, this.tools);
    return () => this.wholeFile(section, columns, (row, place) => this.deal(translator.translate(row, place), place));
  }

  private changePerRow(section: ChangePerRow, pipeline: PipelineMapping): Reading {
    const columns = this.files.columns(section.file);
    const translator = new ChangePerRowTranslator(section, pipeline, columns, this.tools);
    return () => this.readChanges(section, columns, translator);
  }

  private async *readChanges(section: ChangePerRow, columns: Columns, translator: ChangePerRowTranslator): AsyncGenerator<Stretch> {
    const spool = new Spool();
    try {
      let rows: ChangeRow[] = [];
      yield* this.eachRow(section.file, columns, section, (row, { line }) => {
        const change = translator.read(row, line);
        if (change === undefined) return;
        rows.push(change);
        if (rows.length < CHANGES_A_TURN) return;
        spool.addChanges(rows);
        rows = [];
      });
      spool.addChanges(rows);
      for (const deal of spool.deals()) {
        // Where no row says when it was made, its changes count only if it is recorded already.
        const recorded = !translator.isMade(deal.rows) && (await this.isRecorded(streamName('deal', this.identities.ofKey(deal.key))));
        const said = translator.translate(deal.key, deal.rows, recorded, (place, reason) => this.refuse(place, reason));
        if (said !== undefined) this.deal(said);
        yield* this.stretches.whole();
      }
      yield* this.all();
    } finally {
      spool.close();
    }
  }

  private snapshots(section: DatedSnapshots, pipeline: PipelineMapping): Reading {
    const dated = section.snapshots.map(({ file, at, path }) => {
      // A day's snapshot shows its end, and today's what is so now.
      const instant = Math.min(this.snapshotInstant(at, `${path}.at`), this.instant);
      const columns = this.files.columns(file);
      return { file, columns, at: instant, translator: new SnapshotTranslator(section, pipeline, columns, instant, this.tools) };
    });
    dated.sort((a, b) => a.at - b.at);
    return () => this.readSnapshots(section, dated);
  }

  private async *readSnapshots(section: DatedSnapshots, dated: readonly Dated[]): AsyncGenerator<Stretch> {
    for (const { file, columns, at, translator } of dated) {
      yield* this.eachRow(file, columns, section, (row, place) => this.deal(translator.translate(row, place), place));
      this.stretches.close({ file, column: section.key, contains: section.contains, at });
      yield* this.stretches.whole();
    }
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
