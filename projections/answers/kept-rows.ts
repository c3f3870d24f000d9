import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { ReadModel, ReadStore, Row } from '../../libs/read-store/read-store.port.js';
import { DealColumns } from '../../libs/reporting/deal-columns/deal-columns.js';
import type { DealSelection } from '../../libs/reporting/deal-columns/selection.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import type { DealHistory } from '../../libs/reporting/paths/deal-history.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import { scanDeals } from './deal-scan.js';
import { modelInUse } from './model-in-use.js';

export interface KeptRowsOptions {
  readonly readStore: ReadStore;
  /** More are not kept: the read store then answers each question, as it does without. Default 12 million (some 900 MB). */
  readonly most?: number;
  /** So many are made before anybody asks (`warm`), and stay. Default 2 million (some 150 MB). */
  readonly always?: number;
  /** How long more than that stay when nobody asks; default ten minutes. */
  readonly idleMs?: number;
  /** How many rows of changed deals are kept as they are before they are put into columns; for tests. */
  readonly freshRows?: number;
  /** Looked at time and again while deals are read: throws where the question need not be answered any more. */
  readonly goOn?: () => void;
}

interface Kept {
  readonly model: ReadModel;
  readonly columns: DealColumns;
  position: number;
  replays: number;
}

const MOST = 12_000_000;
const ALWAYS = 2_000_000;
const IDLE_MS = 600_000;

/**
 * The rows of `pipeline-snapshot` in the memory of a process that answers many questions, deal by deal and column by column: reports that follow deals (waterfall, funnel, lead times, …)
 * read all of them, and reading a row from the store costs ten times what working with it does. Made when the first of them is asked, then brought further by position: right for any K
 * at or below it, as every row says since when and until when it is known. A cache: without it the same rows come from the read store.
 */
export class KeptRows {
  private kept: Kept | undefined;
  /** A version of the model with more rows than are kept. */
  private tooMany: number | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: KeptRowsOptions) {}

  /** The histories, as known at K, of deals that a question looks at, by their ids; undefined where there are too many rows to keep. */
  async histories(knownAt: number, selection?: DealSelection): Promise<readonly DealHistory[] | undefined> {
    const kept = await this.inTurn(() => this.upTo(knownAt));
    return kept?.columns.histories(knownAt, selection);
  }

  /** Rows that count at (T, K), to be walked at once; undefined where they are not there yet: for one instant the store reads fewer. */
  async asOf(asOf: EpochMs, knownAt: number): Promise<Iterable<DealInterval> | undefined> {
    if (this.kept === undefined) return undefined;
    const kept = await this.inTurn(() => this.upTo(knownAt));
    return kept?.columns.asOf(asOf, knownAt);
  }

  /** What is kept; nothing: 0 of both. */
  get size(): { readonly rows: number; readonly bytes: number } {
    return { rows: this.kept?.columns.rows ?? 0, bytes: this.kept?.columns.bytes ?? 0 };
  }

  /** Makes them before the first question, where there are so few of them that they may always be there. `rows`: how many there will be. */
  async warm(rows: number): Promise<void> {
    if (rows <= this.always) await this.inTurn(() => this.upTo(0));
  }

  private get always(): number {
    return this.options.always ?? ALWAYS;
  }

  private async upTo(knownAt: number): Promise<Kept | undefined> {
    const model = await modelInUse(this.options.readStore, pipelineSnapshotModel);
    if (this.tooMany === model.version) return undefined;
    try {
      if (this.kept?.model.version !== model.version) this.kept = await this.load(model, knownAt);
      if (this.kept !== undefined) await this.follow(this.kept, knownAt);
    } catch (error) {
      this.kept = undefined; // half of a step may be in it
      throw error;
    }
    if (this.kept === undefined || this.kept.columns.rows > this.most) {
      this.tooMany = model.version;
      this.kept = undefined;
      return undefined;
    }
    clearTimeout(this.idle);
    if (this.kept.columns.rows > this.always) this.idle = setTimeout(() => (this.kept = undefined), this.options.idleMs ?? IDLE_MS).unref();
    return this.kept;
  }

  private get most(): number {
    return this.options.most ?? MOST;
  }

  /** All rows there are, also where K is long past: what lies behind K is then not taken row by row when somebody asks about now. */
  private async load(model: ReadModel, knownAt: number): Promise<Kept | undefined> {
    const { readStore } = this.options;
    const replays = (await readStore.replays(0)).at(-1)?.number ?? 0;
    const checkpoint = await readStore.lowestCheckpoint(model);
    const position = Math.max(knownAt, checkpoint === null ? 0 : positionNumber(checkpoint.position));
    const columns = new DealColumns(this.options.freshRows, this.options.goOn);
    return (await columns.load(scanDeals(readStore, model, position), this.most)) ? { model, columns, position, replays } : undefined;
  }

  private async follow(kept: Kept, through: number): Promise<void> {
    const { readStore } = this.options;
    for (const replay of await readStore.replays(kept.replays)) {
      if (replay.model === kept.model.name) {
        kept.columns.replace(replay.entity, (await readStore.rowsOf(kept.model, replay.entity)) as unknown as readonly DealInterval[]); // the model's columns
      }
      kept.replays = replay.number;
    }
    if (through <= kept.position) return;
    for await (const page of this.rowsChanged(kept.model, kept.position, through)) await kept.columns.take(page);
    kept.position = through;
  }

  private rowsChanged(model: ReadModel, after: number, through: number): AsyncIterable<readonly DealInterval[]> {
    return this.options.readStore.rowsChanged(model, after, through) as AsyncIterable<readonly (Row & DealInterval)[]>; // likewise
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
