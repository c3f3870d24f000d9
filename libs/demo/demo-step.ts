import type { Command } from '../domain/commands.js';
import type { Actor } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';

/** One thing that somebody entered: the command, who, when it was entered, and when it had happened. */
export interface DemoStep {
  /** The same in every run of the same plan: a run that is taken up again finds by it what is there. */
  readonly key: string;
  /** When it was entered: the simulated clock. Never decreasing from step to step. */
  readonly at: EpochMs;
  /** When it happened; left out: since the beginning of time, as the first known value of anything but a deal. */
  readonly effectiveAt?: EpochMs;
  readonly actor: Actor;
  readonly command: Command;
  /** For a correction: the event that an earlier step made takes the place of the command's target. */
  readonly corrects?: { readonly step: string; readonly type: string };
  /** A later step corrects what this one makes. */
  readonly remembered?: true;
}
