import { Worker } from 'node:worker_threads';
import { builtBeside } from '../../libs/event-store/built-beside.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import { ReadStoreUnavailable } from '../../libs/read-store/read-store.port.js';
import type { Asked, FromProjector, ProjectorWork, ToProjector } from './projector-messages.js';
import { OPENING } from './projector-messages.js';
import { errorFrom } from './thread-errors.js';

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One projector's thread, from its beginning to its end. */
export class ProjectorLife {
  /** @throws AnotherHistory, what the stores throw, or that it ended before */
  readonly opened: Promise<void>;
  /** How it ended. */
  readonly ended: Promise<string>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = OPENING;
  private how: string | null = null;
  /** Why it could not begin. */
  private hindrance: string | null = null;

  constructor(
    private readonly work: ProjectorWork,
    private readonly note: (note: ProjectorNote) => void,
  ) {
    this.opened = new Promise((resolve, reject) => this.waiting.set(OPENING, { resolve: () => resolve(), reject }));
    this.worker = new Worker(builtBeside(import.meta.url, 'projector.worker.js'), { workerData: work });
    this.worker.on('message', (message: FromProjector) => this.take(message));
    this.ended = new Promise((resolve) => {
      const end = (why?: string): void => resolve(this.end(why ?? this.hindrance));
      this.worker.once('error', (error) => end((error as Error).message)); // what a thread throws
      this.worker.once('exit', () => end());
    });
  }

  get isOver(): boolean {
    return this.how !== null;
  }

  start(): void {
    this.post({ kind: 'start' });
  }

  /** The log has grown; told once until it is heard. */
  look(): void {
    if (Atomics.exchange(this.work.looking, 0, 1) === 0) this.post({ kind: 'look' });
  }

  ask<K extends keyof Asked>(what: K, ...args: Parameters<Asked[K]>): Promise<Awaited<ReturnType<Asked[K]>>> {
    if (this.how !== null) return Promise.reject(noProjector(this.how));
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
    if (message.kind === 'answer') return waiting?.resolve(message.answer);
    if (message.id === OPENING) this.hindrance = message.error.message;
    waiting?.reject(errorFrom(message.error));
  }

  private end(why: string | null): string {
    if (this.how !== null) return this.how;
    const how = why === null ? 'it ended' : `it ended: ${why}`;
    this.how = how;
    const left = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of left) reject(noProjector(how));
    return how;
  }
}

/** What who asks is told while there is no thread. */
export function noProjector(how: string): ReadStoreUnavailable {
  return new ReadStoreUnavailable(`the thread that keeps the read models does not answer (${how}): try again later`);
}
