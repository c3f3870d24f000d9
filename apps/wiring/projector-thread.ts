import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '../../libs/domain/shared/position.js';
import type { LogFile } from '../../libs/event-store/sqlite/log-file.js';
import { backoff } from '../../libs/projection-engine/faults.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import type { ReadModels, ReplayAsked } from '../../libs/projection-engine/read-models.js';
import { ProjectorLife, noProjector } from './projector-life.js';
import type { Asked, KeptTold, ProjectorWork } from './projector-messages.js';
import { projections } from './projections.js';

/** Who keeps the read models for this process: a projector here, or one in a thread of its own. */
export interface ModelKeeper extends ReadModels, Pick<Projector, 'start' | 'stop' | 'catchUp'> {
  members(): readonly KeptTold[] | Promise<readonly KeptTold[]>;
}

export interface ProjectorThreadOptions extends Omit<ProjectorWork, 'looking'> {
  /** The log as this process has it. */
  readonly log: LogFile;
  readonly note: (note: ProjectorNote) => void;
}

/** Between the end of a thread and the next, in ms: the first pause, doubled with each that did not live long, and the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** Begins the thread. @throws AnotherHistory where the read models were not made from this log, and what the stores throw */
export async function openProjectorThread(options: ProjectorThreadOptions): Promise<ProjectorThread> {
  const projector = new ProjectorThread(options);
  await projector.opened;
  return projector;
}

/**
 * A projector in a thread of its own, with connections of its own: answering and deciding do not wait for projecting. A thread that ends by itself is begun again, as often
 * as it takes; until then nobody keeps the models, and what is asked is refused.
 */
class ProjectorThread implements ModelKeeper {
  /** The first has been opened. @throws why the read models cannot be kept; none is begun then */
  readonly opened: Promise<void>;
  private life: ProjectorLife;
  /** Null while it answers. */
  private absent: string | null = 'it has not begun';
  private started = false;
  private readonly stopping = new AbortController();
  private readonly stopWatching: () => void;

  constructor(private readonly options: ProjectorThreadOptions) {
    this.life = this.begin();
    // What the log's own thread commits, it tells the projector itself.
    this.stopWatching = options.log.watch((isOwn) => {
      if (isOwn && this.absent === null) this.life.look();
    });
    this.opened = this.life.opened.then(() => this.answers());
    this.opened.then(
      () => void this.keep(),
      () => this.forget(),
    );
  }

  get names(): readonly string[] {
    return projections.map(({ model }) => model.name);
  }

  start(): void {
    this.started = true;
    if (this.absent === null) this.life.start();
  }

  async stop(): Promise<void> {
    const { life } = this;
    this.forget();
    await life.opened.catch(() => undefined);
    if (life.isOver) return;
    await life.ask('stop');
    await life.ended;
  }

  catchUp(): Promise<void> {
    return this.ask('catchUp');
  }

  waitFor(position: Position, timeoutMs: number, models?: readonly string[]) {
    return this.ask('waitFor', position, timeoutMs, models);
  }

  lag() {
    return this.ask('lag');
  }

  async unkept(): Promise<readonly string[]> {
    return this.absent === null ? this.ask('unkept') : this.names;
  }

  parked() {
    return this.ask('parked');
  }

  replayParked(only?: ReplayAsked) {
    return this.ask('replayParked', only);
  }

  rebuild(...names: string[]): Promise<void> {
    return this.ask('rebuild', ...names);
  }

  pause(name?: string): Promise<void> {
    return this.ask('pause', name);
  }

  resume(name?: string): Promise<void> {
    return this.ask('resume', name);
  }

  members(): Promise<readonly KeptTold[]> {
    return this.absent === null ? this.ask('members') : Promise.resolve([]);
  }

  private ask<K extends keyof Asked>(what: K, ...args: Parameters<Asked[K]>): Promise<Awaited<ReturnType<Asked[K]>>> {
    return this.absent === null ? this.life.ask(what, ...args) : Promise.reject(noProjector(this.absent));
  }

  private begin(): ProjectorLife {
    const { log: _, note, ...work } = this.options;
    return new ProjectorLife({ ...work, looking: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) }, note);
  }

  private forget(): void {
    this.stopping.abort();
    this.stopWatching();
  }

  /** One thread after the other, from the first, which has been opened. */
  private async keep(): Promise<void> {
    const { note } = this.options;
    const { signal } = this.stopping;
    for (let shortLives = 0; ;) {
      const began = performance.now();
      const how = await this.life.ended;
      this.absent = how;
      if (signal.aborted) return;
      shortLives = performance.now() - began > LONGEST_PAUSE_MS ? 1 : shortLives + 1;
      const pause = backoff(shortLives, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      note({ kind: 'failed', error: `the thread that keeps the read models is begun again in ${pause} ms (${how})` });
      await sleep(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.life = this.begin();
      // Where it cannot be opened it ends, and says why.
      this.life.opened.then(
        () => this.answers(),
        () => undefined,
      );
    }
  }

  /** It was opened, and goes on where the one before it was. */
  private answers(): void {
    this.absent = null;
    if (this.started) this.life.start();
  }
}
