import type { Command } from '../domain/commands.js';
import { streamOf } from '../domain/commands.js';
import { streamKinds } from '../domain/kinds.js';
import type { Pipeline } from '../domain/pipeline/pipeline.evolve.js';
import { processTimeline } from '../domain/pipeline/pipeline.evolve.js';
import type { Actor, DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import { factsAsKnown } from '../domain/shared/history.js';
import type { PipelineId, StreamName } from '../domain/shared/ids.js';
import { categoryOf, idOf, streamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import { LOG_START } from '../domain/shared/position.js';
import type { StreamKind } from '../domain/stream-kind.js';
import { Telling } from './tell.js';

type AnyKind = StreamKind<unknown, Command, DomainEvent>;

/** Deciders and the history law, with nothing around them: what a history of commands comes to before any store, catalog or key has a say. */
export class DecidedHistory {
  readonly #streams = new Map<StreamName, Telling>();
  /** Every event, in the order in which it was recorded. */
  readonly events: RecordedEvent[] = [];

  /** @throws Refusal */
  send(command: Command, by: { readonly actor: Actor; readonly at: EpochMs; readonly effectiveAt?: EpochMs }): readonly RecordedEvent[] {
    const stream = streamOf(command);
    const kind = kindOf(stream);
    const history = this.of(stream);
    const { state, latestAt, withdrawn } = this.load(stream);
    const { at, dated } = kind.effectiveAt(state, command, by.effectiveAt, { now: by.at, latestAt });
    const timelines = kind.pipelinesNeeded(state, command, () => history).map((id) => [id, this.#timeline(id)] as const);
    const decided = kind.decide(state, command, {
      ...{ actor: by.actor, now: by.at, at, latestAt, withdrawn, processes: new Map(timelines) },
      history: () => history,
      schemaVersionOf: () => 1,
    });
    const telling = this.#streams.get(stream) ?? new Telling();
    this.#streams.set(stream, telling);
    const told = decided.map((event) =>
      telling.tell(stream, at, event, { recordedAt: by.at, actor: by.actor, ...(dated ? {} : { dated: false }) }),
    );
    this.events.push(...told);
    return told;
  }

  of(stream: StreamName): readonly RecordedEvent[] {
    return this.#streams.get(stream)?.events ?? [];
  }

  streams(): StreamName[] {
    return [...this.#streams.keys()];
  }

  load(stream: StreamName): { state: unknown; latestAt: EpochMs | null; withdrawn: boolean } {
    const kind = kindOf(stream);
    const history = this.of(stream);
    const { facts, withdrawn } = factsAsKnown(history, history.at(-1)?.position ?? LOG_START);
    if (withdrawn) return { state: kind.initial, latestAt: null, withdrawn };
    return {
      state: facts.reduce<unknown>((folded, fact) => kind.evolve(folded, fact), kind.initial),
      latestAt: facts.at(-1)?.effectiveAt ?? null,
      withdrawn,
    };
  }

  #timeline(id: PipelineId) {
    return processTimeline(id, this.load(streamName('pipeline', id)).state as Pipeline); // a pipeline's stream folds to one
  }
}

function kindOf(stream: StreamName): AnyKind {
  const kind = (streamKinds as Readonly<Record<string, unknown>>)[categoryOf(stream)];
  if (kind === undefined) throw new TypeError(`${idOf(stream)} takes no commands`);
  return kind as AnyKind; // the stream's commands and events are of its own kind
}
