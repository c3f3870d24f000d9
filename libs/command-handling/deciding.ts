import type { Command } from '../domain/commands.js';
import type { StageReassigned } from '../domain/deal/deal.events.js';
import type { Deal } from '../domain/deal/deal.evolve.js';
import { processVersionOf } from '../domain/deal/process-in-force.js';
import type { ProcessTimeline, ProcessVersion } from '../domain/pipeline/process-timeline.js';
import { inForceAt, presentStage, processVersionName } from '../domain/pipeline/process-timeline.js';
import type { DomainEvent, RecordedEvent } from '../domain/shared/envelope.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { EffectiveInstant } from '../domain/stream-kind.js';
import type { Catalog } from '../event-catalog/build-catalog.js';
import type { IdSource } from '../event-store/event-store.port.js';
import { SYSTEM_ACTOR } from '../event-store/event-store.port.js';
import { hasPersonal } from '../privacy/personal-fields.js';
import { personForgotten } from '../privacy/privacy.refusals.js';
import type { KeyHolder } from '../privacy/key-store.port.js';
import type { CommandContext, EventRef, Step } from './command.js';
import { IdempotencyKeyReused, RevisionMismatch } from './errors.js';
import type { Processes } from './process-timelines.js';
import { holderOf, metadataOf } from './stamping.js';
import type { DecidedEvent, KnownAnswer, UndecidedStream } from './undecided-stream.js';

export interface Decider {
  readonly catalog: Catalog;
  readonly ids: IdSource;
  /** The HMAC of a command's body. */
  readonly hashOf: (step: Step) => string;
  /** Whose key is known to be destroyed. */
  readonly forgotten: ReadonlySet<KeyHolder>;
}

export type Decision =
  { readonly kind: 'repeated'; readonly answer: KnownAnswer } | { readonly kind: 'decided'; readonly events: readonly EventRef[] };

/** The version that sent a stage's deals elsewhere: the last one in force by then that names it. */
function removalOf(timeline: ProcessTimeline, stageId: string, at: EpochMs): ProcessVersion | undefined {
  const names = (version: ProcessVersion): boolean =>
    version.from <= at && version.process.removedStages.some((removed) => removed.stageId === stageId);
  return timeline.versions.findLast(names) ?? inForceAt(timeline, at);
}

interface Stamped {
  readonly actor: CommandContext['actor'];
  readonly causationId: string;
  readonly instant: EffectiveInstant;
}

/** What `ReassignRemovedStage` decides: nothing for a deal that is closed, withdrawn or in a stage that is there. */
function reassign(deal: Deal, processes: Processes, at: EpochMs): StageReassigned[] {
  if (deal.status !== 'open' && deal.status !== 'postponed') return [];
  const timeline = processes.timelines.get(deal.pipelineId);
  const to = timeline && presentStage(timeline, deal.stageId, at);
  return to === undefined || to === deal.stageId ? [] : [{ type: 'StageReassigned', data: { from: deal.stageId, to } }];
}

/**
 * A reassignment is the process's deed, whoever's command met the deal first: dated when the version came into force or at the deal's latest event, whichever is later, and
 * caused by that version.
 */
function reassignmentStamp(
  event: StageReassigned,
  deal: Deal,
  latestAt: EpochMs | null,
  at: EpochMs,
  processes: Processes,
): Stamped | undefined {
  if (deal.status !== 'open' && deal.status !== 'postponed') return undefined;
  const timeline = processes.timelines.get(deal.pipelineId);
  const version = timeline && removalOf(timeline, event.data.from, at);
  const cause = version && processes.causes.get(processVersionName(deal.pipelineId, version));
  if (version === undefined || cause === undefined) return undefined;
  return {
    actor: SYSTEM_ACTOR,
    causationId: cause,
    instant: { at: Math.min(at, Math.max(version.from, latestAt ?? version.from)), dated: true },
  };
}

/** Puts decided events behind those of the stream, with ids, times and who did it. */
function stamp(
  decider: Pick<Decider, 'catalog' | 'ids'>,
  stream: UndecidedStream,
  events: readonly DomainEvent[],
  by: Stamped & { readonly context: CommandContext; readonly requestHash: string | undefined; readonly now: EpochMs },
  processes: Processes,
): DecidedEvent[] {
  const { catalog, ids } = decider;
  const { base } = stream;
  return events.map((decided) => {
    const { state, latestAt } = stream.folded;
    const own =
      decided.type === 'StageReassigned'
        ? (reassignmentStamp(decided as StageReassigned, state as Deal, latestAt, by.instant.at, processes) ?? by)
        : by;
    const { instant } = own;
    // A correction is no fact of its own: the stream is folded again with it, and it says of the fact that it brings which process that was under.
    const after =
      decided.type === 'HistoryCorrected'
        ? undefined
        : base.kind.evolve(state, { type: decided.type, data: decided.data, effectiveAt: instant.at, dated: instant.dated });
    const processVersion =
      after === undefined || base.kind.category !== 'deal' ? undefined : processVersionOf(after as Deal, processes.timelines, instant.at);
    const schemaVersion = catalog.schemaVersionOf(decided.type);
    const event: RecordedEvent = {
      eventId: ids.eventId(by.now),
      stream: base.stream,
      revision: stream.revision + 1,
      position: stream.nextPosition(),
      recordedAt: by.now,
      type: decided.type,
      data: decided.data,
      effectiveAt: instant.at,
      metadata: metadataOf({
        context: by.context,
        requestHash: by.requestHash,
        schemaVersion,
        processVersion,
        actor: own.actor,
        causationId: own.causationId,
        instant,
      }),
    };
    const pushed = { event, holder: hasPersonal(catalog, decided) ? holderOf(base.stream, state, decided) : null };
    stream.push(pushed, after);
    return pushed;
  });
}

/**
 * Decides one command on the stream as it stands after the steps before it. Pure but for ids; puts what it decides on the stream.
 * @throws Refusal, RevisionMismatch, IdempotencyKeyReused; the stream is then as it was
 */
export function decideStep(decider: Decider, stream: UndecidedStream, step: Step, processes: Processes, now: EpochMs): Decision {
  const { context } = step;
  const { base } = stream;
  const requestHash = context.idempotencyKey === undefined ? undefined : decider.hashOf(step);
  const answer = stream.firstAnswer(context);
  if (answer !== undefined) {
    if (answer.requestHash !== requestHash) throw new IdempotencyKeyReused(context.idempotencyKey ?? '', base.stream);
    return { kind: 'repeated', answer };
  }
  if (context.importHash !== undefined && stream.hasImport(context.importHash))
    return { kind: 'repeated', answer: { events: [], requestHash: undefined } };
  if (context.expectedRevision !== undefined && context.expectedRevision !== stream.revision)
    throw new RevisionMismatch(base.stream, context.expectedRevision, stream.revision);

  const { state, latestAt, withdrawn } = stream.folded;
  // A reassignment has no decider of its own; what the deal's kind says of its time and pipelines holds for it as for any command.
  const command = step.command as Command;
  const asked = base.kind.effectiveAt(state, command, context.effectiveAt, { now, latestAt });
  const instant = context.dated === false ? { at: asked.at, dated: false } : asked;
  const events =
    step.command.type === 'ReassignRemovedStage'
      ? reassign(state as Deal, processes, instant.at)
      : base.kind.decide(state, step.command, {
          actor: context.actor,
          now,
          at: instant.at,
          latestAt,
          withdrawn,
          processes: processes.timelines,
          history: () => stream.history ?? [],
          schemaVersionOf: (type) => decider.catalog.schemaVersionOf(type),
        });
  for (const event of events) {
    decider.catalog.checkClear(event.type, event.data);
    if (decider.forgotten.size === 0 || !hasPersonal(decider.catalog, event)) continue;
    const holder = holderOf(base.stream, state, event);
    if (decider.forgotten.has(holder)) throw personForgotten(holder);
  }
  const by = { context, requestHash, now, actor: context.actor, causationId: context.causationId ?? context.correlationId, instant };
  const stamped = stamp(decider, stream, events, by, processes);
  return { kind: 'decided', events: stamped.map(({ event: { eventId, type } }) => ({ eventId, type })) };
}
