import { Worker } from 'node:worker_threads';
import type { Position } from '../../libs/domain/shared/position.js';
import { builtBeside } from '../../libs/event-store/built-beside.js';
import type { LogFile } from '../../libs/event-store/sqlite/log-file.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import type { ReadModels, ReplayAsked } from '../../libs/projection-engine/read-models.js';
import { ReadStoreUnavailable } from '../../libs/read-store/read-store.port.js';
import type { Asked, FromProjector, KeptTold, ProjectorWork, ToProjector } from './projector-messages.js';
import { OPENING } from './projector-messages.js';
import { projections } from './projections.js';
import { errorFrom } from './thread-errors.js';

/** Who keeps the read models for this process: a projector here, or one in a thread of its own. */
export interface ModelKeeper extends ReadModels, Pick<Projector, 'start' | 'stop' | 'catchUp'> {
  members(): readonly KeptTold[] | Promise<readonly KeptTold[]>;
}

export interface ProjectorThreadOptions extends Omit<ProjectorWork, 'looking'> {
  /** The log as this process has it, which tells when it has grown. */
  readonly log: LogFile;
  readonly note: (note: ProjectorNote) => void;
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Begins the thread. @throws AnotherHistory where the read models were not made from this log, and what the stores throw */
export async function openProjectorThread({ log, note, ...rest }: ProjectorThreadOptions): Promise<ProjectorThread> {
  const looking = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: ProjectorWork = { ...rest, looking };
  const worker = new Worker(builtBeside(import.meta.url, 'projector.worker.js'), { workerData });
  const projector = new ProjectorThread(worker, looking, log, note);
  try {
    await projector.opened;
  } catch (error) {
    projector.forget();
    throw error;
  }
  return projector;
}

/** A projector in a thread of its own, with connections of its own: answering and deciding do not wait for projecting. */
class ProjectorThread implements ModelKeeper {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private stopping = false;
  /** Why the thread is no more. */
  private ended: string | null = null;
  private readonly exited: Promise<unknown>;
  /** @throws why the read models cannot be kept */
  readonly opened: Promise<void>;
  private readonly stopWatching: () => void;

  constructor(
    private readonly worker: Worker,
    looking: Int32Array,
    log: LogFile,
    private readonly note: (note: ProjectorNote) => void,
  ) {
    this.opened = new Promise((resolve, reject) => this.waiting.set(OPENING, { resolve: () => resolve(), reject }));
    worker.on('message', (message: FromProjector) => this.take(message));
    worker.on('error', (error) => this.end(`it ended: ${(error as Error).message}`)); // what a thread throws
    worker.on('exit', () => this.end('it ended'));
    this.exited = new Promise((resolve) => worker.once('exit', resolve));
    this.stopWatching = log.watch(() => {
      if (Atomics.exchange(looking, 0, 1) === 0) this.post({ kind: 'look' });
    });
  }

  get names(): readonly string[] {
    return projections.map(({ model }) => model.name);
  }

  /** Of a thread that could not begin: it has ended, or is about to. */
  forget(): void {
    this.stopping = true;
    this.stopWatching();
  }

  start(): void {
    this.post({ kind: 'start' });
  }

  async stop(): Promise<void> {
    if (this.ended !== null) return;
    this.stopping = true;
    this.stopWatching();
    await this.ask('stop');
    await this.exited;
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
    return this.ended === null ? this.ask('unkept') : this.names;
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
    return this.ended === null ? this.ask('members') : Promise.resolve([]);
  }

  private ask<K extends keyof Asked>(what: K, ...args: Parameters<Asked[K]>): Promise<Awaited<ReturnType<Asked[K]>>> {
    if (this.ended !== null) return Promise.reject(this.gone(this.ended));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      // The thread answers with what the method of that name returns.
      this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.post({ kind: 'ask', id, what, with: args });
    });
  }

  private post(message: ToProjector): void {
    this.worker.postMessage(message);
  }

  private take(message: FromProjector): void {
    if (message.kind === 'notes') return message.notes.forEach(this.note);
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.kind === 'answer') waiting?.resolve(message.answer);
    else waiting?.reject(errorFrom(message.error));
  }

  private end(how: string): void {
    if (this.ended !== null) return;
    this.ended = how;
    this.stopWatching();
    const error = this.gone(how);
    if (!this.stopping) this.note({ kind: 'failed', error: error.message });
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of left) reject(error);
  }

  private gone(how: string): ReadStoreUnavailable {
    return new ReadStoreUnavailable(`the thread that keeps the read models does not answer (${how}): start the process again`);
  }
}
