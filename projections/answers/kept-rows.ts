import type { ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import { rowCounts } from '../../libs/read-store/read-store.port.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import { modelInUse } from './sources.js';

export interface KeptRowsOptions {
  readonly readStore: ReadStore;
  /** More are not kept: the read store then answers each question, as it does without. Default 500,000 (some 250 MB). */
  readonly most?: number;
  /** How long they stay when nobody asks; default ten minutes. */
  readonly idleMs?: number;
}

interface Kept {
  readonly model: ReadModel;
  /** Every row that was ever opened, withdrawn ones too, deal by deal. */
  readonly deals: Map<string, DealInterval[]>;
  rows: number;
  position: number;
  replays: number;
}

const PAGE = 10_000;
const MOST = 500_000;
const IDLE_MS = 600_000;

/**
 * The rows of `pipeline-snapshot` in the memory of a process that answers many questions: reports that follow deals (waterfall, funnel, lead times, …) read all of them,
 * and reading a row costs ten times what working with it does. Made when the first of them is asked, then brought further by position: right for any K at or below it,
 * as every row says since when and until when it is known. A cache: without it the same rows come from the read store.
 */
export class KeptRows {
  private kept: Kept | undefined;
  /** A version of the model with more rows than are kept. */
  private tooMany: number | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;

  constructor(private readonly options: KeptRowsOptions) {}

  /** Rows opened by K and not withdrawn by K, in pages; undefined where there are too many to keep. */
  async knownAt(knownAt: number): Promise<Iterable<readonly DealInterval[]> | undefined> {
    const kept = await this.inTurn(() => this.upTo(knownAt));
    return kept && pagesOf(kept, (row) => row.openedBy <= knownAt && (row.withdrawnBy === null || row.withdrawnBy > knownAt));
  }

  /** Rows that count at (T, K); undefined where they are not there yet: for one instant the store reads fewer. */
  async asOf(asOf: EpochMs, knownAt: number): Promise<Iterable<readonly DealInterval[]> | undefined> {
    if (this.kept === undefined) return undefined;
    const kept = await this.inTurn(() => this.upTo(knownAt));
    return kept && pagesOf(kept, (row) => rowCounts(row, asOf, knownAt));
  }

  get size(): number {
    return this.kept?.rows ?? 0;
  }

  private async upTo(knownAt: number): Promise<Kept | undefined> {
    const { readStore } = this.options;
    const model = await modelInUse(readStore, pipelineSnapshotModel);
    if (this.tooMany === model.version) return undefined;
    if (this.kept?.model.version !== model.version) {
      const replays = (await readStore.replays(0)).at(-1)?.number ?? 0;
      this.kept = { model, deals: new Map(), rows: 0, position: 0, replays };
    }
    const { kept } = this;
    try {
      await this.follow(kept, knownAt);
    } catch (error) {
      this.kept = undefined; // half of a step may be in it
      throw error;
    }
    if (kept.rows > (this.options.most ?? MOST)) {
      this.tooMany = model.version;
      this.kept = undefined;
      return undefined;
    }
    clearTimeout(this.idle);
    this.idle = setTimeout(() => (this.kept = undefined), this.options.idleMs ?? IDLE_MS).unref();
    return kept;
  }

  private async follow(kept: Kept, through: number): Promise<void> {
    const { readStore } = this.options;
    for (const replay of await readStore.replays(kept.replays)) {
      if (replay.model === kept.model.name) {
        kept.rows -= kept.deals.get(replay.entity)?.length ?? 0;
        kept.deals.delete(replay.entity);
        take(kept, (await readStore.rowsOf(kept.model, replay.entity)) as unknown as readonly DealInterval[]); // the model's columns
      }
      kept.replays = replay.number;
    }
    if (through <= kept.position) return;
    for await (const page of readStore.rowsChanged(kept.model, kept.position, through)) {
      take(kept, page as unknown as readonly DealInterval[]); // likewise
      if (kept.rows > (this.options.most ?? MOST)) return;
    }
    kept.position = through;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

/** A row that is there is the same one, completed since. */
function take(kept: Kept, rows: readonly DealInterval[]): void {
  for (const row of rows) {
    const own = kept.deals.get(row.entity);
    if (own === undefined) {
      kept.deals.set(row.entity, [row]);
      kept.rows += 1;
      continue;
    }
    const place = own.findLastIndex(({ openedBy, ordinal }) => openedBy === row.openedBy && ordinal === row.ordinal);
    if (place === -1) {
      own.push(row);
      kept.rows += 1;
    } else own[place] = row;
  }
}

function* pagesOf({ deals }: Kept, counts: (row: DealInterval) => boolean): Iterable<readonly DealInterval[]> {
  let page: DealInterval[] = [];
  for (const own of deals.values()) {
    for (const row of own) if (counts(row)) page.push(row);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  yield page;
}
