import { setImmediate as turned } from 'node:timers/promises';
import type { EventStore } from '../../libs/event-store/event-store.port.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { positionNumber, positionOf } from '../../libs/domain/shared/position.js';
import type { Checkpoint, ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import type { PipelineQuestion, PipelineState } from '../../libs/reporting/pipeline/tally.js';
import { IndexLoader } from '../../libs/reporting/timeline-index/index-loader.js';
import { INDEXED_FIELDS } from '../../libs/reporting/timeline-index/index-row.js';
import type { IndexedRow } from '../../libs/reporting/timeline-index/index-row.js';
import type { Pieces } from '../../libs/reporting/timeline-index/pieces.js';
import type { IndexSize, TimelineIndex } from '../../libs/reporting/timeline-index/timeline-index.js';
import type { PipelineStates, StatePoint } from '../answers/sources.js';
import { modelInUse } from '../answers/model-in-use.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';
import type { ImageOrigin } from './index-file.js';
import { readIndexFile, writeIndexFile } from './index-file.js';

export interface IndexedStatesOptions {
  readonly readStore: ReadStore;
  readonly eventStore: Pick<EventStore, 'eventAt'>;
  /** Where the snapshot file stands; left out: none is read or written. */
  readonly file?: string;
  /** Answers what the index cannot hold: too many groups. */
  readonly fallback: PipelineStates;
  /** How often the index looks for what is new when nobody asks; default 200 ms. */
  readonly followMs?: number;
  /** How many positions may lie behind the snapshot file before it is written again; default 200,000: what a warm start then reads takes a second or two. */
  readonly saveAfter?: number;
  /** Told of what went wrong in the background; the store then answers. */
  readonly onError?: (problem: unknown) => void;
}

/** Positions followed in one step: some milliseconds. */
const STEP = 2_000;
const SAVE_AFTER = 200_000;
/** How long rows are ordered, keyframes and lists made at once, in ms: who asks meanwhile waits no longer. */
const SLICE_MS = 5;

async function inSlices<T>(work: Pieces<T>): Promise<T> {
  for (let end = performance.now() + SLICE_MS; ;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (performance.now() < end) continue;
    await turned();
    end = performance.now() + SLICE_MS;
  }
}

function* allPieces(index: TimelineIndex): Pieces<void> {
  while (index.doPiece()) yield;
}

interface Current {
  readonly index: TimelineIndex;
  readonly model: ReadModel;
  readonly logId: string;
  replays: number;
}

export interface IndexStatus {
  readonly state: 'off' | 'loading' | 'ready';
  /** Where it was loaded from, and how long that took. */
  readonly loadedFrom: 'file' | 'store' | null;
  readonly loadMs: number | null;
  readonly size: IndexSize | null;
  /** Why it could not be loaded or brought further when that was last tried; null where it could. The read store answers meanwhile. */
  readonly error: string | null;
}

/**
 * The timeline index of one process: loaded in the background from its snapshot file or the read store, kept current by position. Until it is ready, and where it cannot tell,
 * the read store answers, with the same answer.
 */
export class IndexedStates implements PipelineStates {
  private current: Current | undefined;
  private status: Omit<IndexStatus, 'size'> = { state: 'off', loadedFrom: null, loadMs: null, error: null };
  /** When it was last brought as far as its read model. */
  private currentAt: number | null = null;
  /** Everything that changes the index runs after what was asked before it. */
  private turn: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private preparing = false;
  /** Position of the snapshot file that stands there; null where none does. */
  private savedAt: number | null = null;
  /** One file is written at a time. */
  private saving: Promise<void> = Promise.resolve();

  constructor(private readonly options: IndexedStatesOptions) {}

  /** Loads the index; resolves when it is ready, or when it could not be loaded or there is nothing to load yet: that is tried again as often as it follows. */
  async start(): Promise<void> {
    await this.told(this.inTurn(() => this.load()));
    this.schedule();
  }

  states(question: PipelineQuestion, points: readonly StatePoint[], knownAt: number): Promise<readonly PipelineState[]> | null {
    // The index adds up values in their own currencies: what is converted deal by deal is the rows' to tell.
    if (this.current === undefined || this.stopped || question.convertTo !== undefined) return null;
    return this.answer(question, points, knownAt);
  }

  firstInstant(knownAt: number): Promise<EpochMs | null> | null {
    if (this.current === undefined || this.stopped) return null;
    return this.reach(knownAt).then(() => {
      const index = this.current?.index;
      if (index !== undefined && index.position >= knownAt) return index.firstInstant(knownAt);
      return this.options.fallback.firstInstant(knownAt);
    });
  }

  info(): IndexStatus {
    return { ...this.status, size: this.current?.index.size ?? null };
  }

  /** Whether keyframes and lists are being made in the background. */
  get isPreparing(): boolean {
    return this.preparing;
  }

  /** How long ago it was last brought as far as its read model, in ms; null before it was ready. */
  ageMs(): number | null {
    return this.currentAt === null ? null : performance.now() - this.currentAt;
  }

  /** Stops following, and leaves a snapshot file for a warm start. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.save();
  }

  /** Makes in the background what the questions so far have begun. */
  private prepare(): void {
    if (this.preparing || this.current?.index.hasPieces !== true) return;
    this.preparing = true;
    const slice = (): void => {
      const end = performance.now() + SLICE_MS;
      while (!this.stopped && this.current?.index.doPiece() === true) {
        if (performance.now() < end) continue;
        setImmediate(slice).unref();
        return;
      }
      this.preparing = false;
    };
    setImmediate(slice).unref();
  }

  private async answer(question: PipelineQuestion, points: readonly StatePoint[], knownAt: number): Promise<readonly PipelineState[]> {
    await this.reach(knownAt);
    const index = this.current?.index;
    if (index !== undefined && index.position >= knownAt) {
      const states = points.map(({ asOf, view }) => index.state(question, view, asOf, knownAt));
      this.prepare();
      if (states.every((state) => state !== undefined)) return states;
    }
    return (await this.options.fallback.states(question, points, knownAt)) ?? [];
  }

  /** Brings the index to K and not further, so that K is its present and keyframes answer. */
  private async reach(knownAt: number): Promise<void> {
    const { current } = this;
    if (current !== undefined && current.index.position < knownAt) await this.inTurn(() => this.follow(current, knownAt));
  }

  private async follow(current: Current, through: number): Promise<void> {
    const { readStore } = this.options;
    for (const replay of await readStore.replays(current.replays)) {
      if (replay.model === current.model.name)
        current.index.reload((await readStore.rowsOf(current.model, replay.entity)) as unknown as IndexedRow[]); // the model's columns
      current.replays = replay.number;
    }
    // In steps, so that whoever asks while an import runs waits for one of them and not for all.
    while (current.index.position < through) {
      const next = Math.min(through, current.index.position + STEP);
      const rows: IndexedRow[] = [];
      for await (const page of readStore.rowsChanged(current.model, current.index.position, next)) {
        rows.push(...(page as unknown as readonly IndexedRow[])); // likewise
      }
      current.index.follow(rows, next);
      await inSlices(current.index.tidy());
      if (next < through) await turned();
    }
  }

  private async checkpoint(model: ReadModel): Promise<Checkpoint | null> {
    return this.options.readStore.lowestCheckpoint(model);
  }

  private async load(): Promise<void> {
    const { readStore } = this.options;
    const model = await modelInUse(readStore, pipelineSnapshotModel);
    const checkpoint = await this.checkpoint(model);
    if (checkpoint === null) return;
    const began = performance.now();
    this.status = { ...this.status, state: this.current === undefined ? 'loading' : 'ready' };
    const fromFile = await this.fromFile(model, checkpoint);
    const loaded = fromFile ?? (await this.fromStore(model, checkpoint));
    // Lists first: without them the questions that come at once would look at every row. The old version, or the store, answers meanwhile.
    loaded.index.begin();
    await inSlices(allPieces(loaded.index));
    this.current = loaded;
    await this.follow(this.current, positionNumber(checkpoint.position));
    this.currentAt = performance.now();
    this.status = {
      ...this.status,
      state: 'ready',
      loadedFrom: fromFile === undefined ? 'store' : 'file',
      loadMs: performance.now() - began,
    };
    this.savedAt = fromFile === undefined ? null : fromFile.index.position;
  }

  private async fromStore(model: ReadModel, checkpoint: Checkpoint): Promise<Current> {
    const { readStore } = this.options;
    const replays = (await readStore.replays(0)).at(-1)?.number ?? 0;
    const through = positionNumber(checkpoint.position);
    const loader = new IndexLoader(through);
    for await (const page of readStore.scan(model, INDEXED_FIELDS, { after: 0, through })) loader.add(page);
    return { index: await inSlices(loader.finish()), model, logId: checkpoint.logId, replays };
  }

  /** Undefined where the file is none, torn, of another history, of another version of the model or of a read store that is no more. */
  private async fromFile(model: ReadModel, checkpoint: Checkpoint): Promise<Current | undefined> {
    const { file, eventStore } = this.options;
    if (file === undefined) return undefined;
    const image = await readIndexFile(file).catch((problem: unknown) => {
      this.options.onError?.(problem);
      return undefined;
    });
    if (image === undefined) return undefined;
    const { index, origin } = image;
    if (origin.logId !== checkpoint.logId || origin.modelVersion !== model.version || index.position > positionNumber(checkpoint.position))
      return undefined;
    const event = index.position === 0 ? null : ((await eventStore.eventAt(positionOf(index.position)))?.eventId ?? null);
    // A store made anew counts its replays from the beginning: what the file says it has seen is then of another one.
    const seen = origin.replays === 0 || (await this.options.readStore.replays(origin.replays - 1)).length > 0;
    return event === origin.eventId && seen ? { index, model, logId: origin.logId, replays: origin.replays } : undefined;
  }

  private save(): Promise<void> {
    const saved = this.saving.then(() => this.saveNow());
    this.saving = saved.catch(() => undefined);
    return saved;
  }

  /** Writes the snapshot file. Who asks for what the index has come to is answered meanwhile; it follows on when the arrays are written, before the disk has them. */
  private async saveNow(): Promise<void> {
    const { file, eventStore } = this.options;
    if (file === undefined) return;
    const written = await this.inTurn(async () => {
      const { current } = this;
      if (current === undefined) return null;
      const { position } = current.index;
      // Said before it is: where the disk is full, it is tried again after as much as ever, and not at once.
      this.savedAt = position;
      const event = position === 0 ? null : ((await eventStore.eventAt(positionOf(position)))?.eventId ?? null);
      const origin: ImageOrigin = { logId: current.logId, modelVersion: current.model.version, eventId: event, replays: current.replays };
      return writeIndexFile(file, current.index, origin);
    });
    await written?.place();
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.told(this.inTurn(() => this.refresh()).then(() => this.saveWhenBehind())).finally(() => this.schedule());
    }, this.options.followMs ?? 200);
    this.timer.unref();
  }

  private async saveWhenBehind(): Promise<void> {
    const { current } = this;
    if (this.stopped || current === undefined) return;
    if (this.savedAt === null || current.index.position - this.savedAt >= (this.options.saveAfter ?? SAVE_AFTER)) await this.save();
  }

  /** What goes wrong in the background is told, and the read store answers meanwhile. */
  private async told(work: Promise<unknown>): Promise<void> {
    try {
      await work;
      this.tellError(null);
    } catch (problem) {
      this.tellError(problem);
      this.options.onError?.(problem);
    }
  }

  private tellError(problem: unknown): void {
    this.status = { ...this.status, error: problem === null ? null : problem instanceof Error ? problem.message : String(problem) };
  }

  /** What is new is taken in without being asked, a new version of the model loaded beside the old. */
  private async refresh(): Promise<void> {
    const { current } = this;
    const model = await modelInUse(this.options.readStore, pipelineSnapshotModel);
    if (current === undefined || current.model.version !== model.version) return this.load();
    const checkpoint = await this.checkpoint(model);
    if (checkpoint !== null) await this.follow(current, positionNumber(checkpoint.position));
    this.currentAt = performance.now();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work, work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}
