import type { DecideContext } from './shared/decide-context.js';
import type { DomainEvent, RecordedEvent } from './shared/envelope.js';
import type { PipelineId, StreamCategory } from './shared/ids.js';
import type { EpochMs } from './shared/instant.js';

/** When a command's events happened in the business. `dated` is false where nobody gave a date and none may be made up. */
export interface EffectiveInstant {
  readonly at: EpochMs;
  readonly dated: boolean;
}

/** What command handling needs of a kind of stream: nothing in it does I/O, reads a clock or makes an id. */
export interface StreamKind<State, Command, Event extends DomainEvent, Folded extends DomainEvent = Event> {
  readonly category: Exclude<StreamCategory, 'log'>;
  readonly initial: State;
  /** Never throws. Folds facts in the order of the law (effectiveAt, then tie). */
  readonly evolve: (state: State, fact: Folded & { readonly effectiveAt: EpochMs; readonly dated: boolean }) => State;
  /** The events that the command makes, none where it asks for what is already so. @throws Refusal */
  readonly decide: (state: State, command: Command, context: DecideContext) => Event[];
  /** The command's effectiveAt: as asked, else what design section 2 says. Set anew on each attempt. */
  readonly effectiveAt: (
    state: State,
    command: Command,
    asked: EpochMs | undefined,
    clock: { readonly now: EpochMs; readonly latestAt: EpochMs | null },
  ) => EffectiveInstant;
  /** The pipelines whose timelines `decide` needs in `DecideContext.processes`. */
  readonly pipelinesNeeded: (state: State, command: Command, history: () => readonly RecordedEvent[]) => readonly PipelineId[];
}
