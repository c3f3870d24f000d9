import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { ReadStore } from '../../libs/read-store/read-store.port.js';
import type { PipelineQuestion, PipelineState } from '../../libs/reporting/pipeline/tally.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import { DealRows, StatesFromRows } from './deal-rows.js';
import { Dimensions } from './dimensions.js';
import { KnownAtResolver } from './known-at.js';
import { PersonalNames } from './personal-names.js';
import type { AnswersOptions, StatePoint } from './sources.js';

/** What every family of answers is made from, put together once. */
export class AnswerSources {
  readonly eventStore: EventStore;
  readonly readStore: ReadStore;
  readonly knownAt: KnownAtResolver;
  readonly dealRows: DealRows;
  readonly dimensions: Dimensions;
  readonly personal: PersonalNames;
  private readonly fromRows: StatesFromRows;

  constructor(private readonly options: AnswersOptions) {
    this.eventStore = options.eventStore;
    this.readStore = options.readStore;
    this.knownAt = new KnownAtResolver(options);
    this.dealRows = new DealRows(options.readStore, options.keptRows, options.everyRow);
    this.dimensions = new Dimensions(options.readStore);
    this.personal = new PersonalNames(options.keyStore);
    this.fromRows = new StatesFromRows(this.dealRows);
  }

  time(): { readonly now: EpochMs; readonly zone: ReportZone } {
    return { now: this.options.clock.now(), zone: this.options.timeZone };
  }

  /** From the index where there is one that can tell, else from the read store. */
  states(question: PipelineQuestion, points: readonly StatePoint[], knownAt: number): Promise<readonly PipelineState[]> {
    return this.options.index?.states(question, points, knownAt) ?? this.fromRows.states(question, points, knownAt);
  }

  async firstInstant(knownAt: number): Promise<EpochMs | null> {
    const told = await this.options.firstInstant?.(knownAt);
    if (told !== undefined) return told;
    return this.options.index?.firstInstant(knownAt) ?? this.fromRows.firstInstant(knownAt);
  }
}
