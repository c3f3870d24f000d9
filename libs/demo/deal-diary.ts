import type { Command } from '../domain/commands.js';
import type { Correction } from '../domain/deal/deal.commands.js';
import type { DealId, EmployeeId, EventId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { DemoStep } from './demo-step.js';
import type { Random } from './random.js';
import { DAY, atWork, later } from './working-time.js';

type WithoutTarget<C> = C extends { readonly kind: 'insert' } ? never : Omit<C, 'target'>;

/**
 * Who entered what of one deal, and when: steps in time order, dates never before the deal's latest fact, now and then entered days late.
 * Everything in it is deterministic; its keys are the deal's own.
 */
export class DealDiary {
  /** The clock: nothing more is entered before this. */
  at: EpochMs;
  /** When the deal's latest fact happened. */
  latest: EpochMs;
  #number = 0;

  constructor(
    readonly id: DealId,
    readonly random: Random,
    begins: EpochMs,
    private readonly seed: number,
  ) {
    this.at = begins;
    this.latest = begins;
  }

  wait(days: number): EpochMs {
    this.at = later(this.at, days, this.random);
    return this.at;
  }

  waitUntil(at: EpochMs): EpochMs {
    this.at = atWork(Math.max(at, this.at), this.random);
    return this.at;
  }

  /** A fact of this deal. One in twenty is entered late, dated when it happened. */
  fact(by: EmployeeId, command: Command, how: { readonly remembered?: true; readonly punctual?: true } = {}): DemoStep {
    const late = how.punctual === undefined && this.random.chance(0.05);
    const happened = late ? Math.floor((this.at - this.random.between(0.2, 3) * DAY) / 1000) * 1000 : this.at;
    this.latest = Math.max(this.latest, happened);
    return this.#step(by, command, this.latest, how.remembered === undefined ? {} : { remembered: true });
  }

  /** Of another stream: what becomes known of a customer on the way. */
  news(by: EmployeeId, command: Command): DemoStep {
    return this.#step(by, command, this.at);
  }

  insert(by: EmployeeId, event: Extract<Correction, { kind: 'insert' }>['event'], happened: EpochMs, reason: string): DemoStep {
    return this.#step(
      by,
      { type: 'CorrectHistory', id: this.id, correction: { kind: 'insert', event, effectiveAt: happened }, reason },
      this.at,
    );
  }

  /** Replaces or voids what an earlier step made: an event of `type`, a correction included. */
  correct(
    by: EmployeeId,
    earlier: DemoStep,
    type: string,
    correction: WithoutTarget<Correction>,
    reason: string,
    how: { remembered?: true } = {},
  ): DemoStep {
    const target = '' as EventId; // the runner puts the event's id here (`corrects`)
    const command: Command = { type: 'CorrectHistory', id: this.id, correction: { ...correction, target } as Correction, reason };
    return this.#step(by, command, this.at, { corrects: { step: earlier.key, type }, ...how });
  }

  #step(by: EmployeeId, command: Command, effectiveAt: EpochMs, more: Partial<DemoStep> = {}): DemoStep {
    this.#number += 1;
    const key = `demo/${this.seed}/${this.id}/${this.#number}`;
    return { key, at: this.at, effectiveAt, actor: { id: by, kind: 'person' }, command, ...more };
  }
}
