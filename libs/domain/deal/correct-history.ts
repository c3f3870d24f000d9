import { inForceAt, stageIds, stageIndex } from '../pipeline/process-timeline.js';
import type { HistoryCorrected } from '../shared/correction.js';
import type { DecideContext } from '../shared/decide-context.js';
import { CLOCK_SKEW_MS } from '../shared/effective-instant.js';
import type { RecordedEvent } from '../shared/envelope.js';
import type { Fact, KnownHistory } from '../shared/history.js';
import { factsAsKnown, holdingCorrections, isCorrection } from '../shared/history.js';
import type { EventId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import { isoInstant } from '../shared/instant.js';
import { positionNumber, positionOf } from '../shared/position.js';
import { sameJson } from '../shared/same-json.js';
import { checkHistory, foldBefore } from './corrected-history.js';
import type { CorrectableFact, CorrectHistory, Correction } from './deal.commands.js';
import type { DealFact } from './deal.events.js';
import type { Deal, DealFactAt } from './deal.evolve.js';
import { evolve, pipelinePartOf } from './deal.evolve.js';
import { checkFact, checkNotInSource, checkReason, notInSourceFields } from './deal.fields.js';
import { DealRefusal } from './deal.refusals.js';
import type { Processes } from './process-in-force.js';
import { processVersionOf } from './process-in-force.js';

type Bringing = Exclude<Correction, { kind: 'void' }>;
type CorrectContext = Pick<DecideContext, 'actor' | 'now' | 'processes' | 'history' | 'schemaVersionOf'>;
/** What a fact says, wherever it stands now. */
type Said = DealFactAt;

/** The stream and what it comes to before the correction. */
interface Before {
  readonly events: readonly RecordedEvent[];
  readonly known: KnownHistory<DealFact>;
}

/** Stands for the id that the correction gets when it is recorded. */
const THIS_CORRECTION = 'this correction' as EventId;

/** What a move says of where it came from: believed at recording, never folded. */
const BELIEVED: readonly string[] = ['from', 'skipped', 'fromPipelineId', 'fromStageId'];

/** What the correction names must be there, and be something that it can correct. @throws Refusal */
function checkTarget(id: string, correction: Correction, { events, known }: Before): void {
  if (correction.kind === 'insert') {
    const { after, effectiveAt } = correction;
    if (after !== undefined && !known.facts.some((fact) => fact.id === after && fact.effectiveAt === effectiveAt)) {
      throw DealRefusal.correctionAfterElsewhere(id, after);
    }
    return;
  }
  const target = events.find((event) => event.eventId === correction.target);
  if (target === undefined) throw DealRefusal.correctionTargetUnknown(id, correction.target);
  if (correction.kind === 'replace' && isCorrection(target) && target.data.kind !== 'insert') {
    throw DealRefusal.correctionTargetNoFact(id, correction.target, target.data.target);
  }
}

/** What the target of a replacement says now or, where it is voided, said when it was recorded. */
function saidBy(target: EventId, { events, known }: Before): Said | undefined {
  const fact = known.facts.find((other) => other.id === target);
  if (fact !== undefined) return fact;
  const event = events.find((other) => other.eventId === target);
  if (event === undefined) return undefined;
  const said = isCorrection(event)
    ? event.data.kind === 'void'
      ? undefined
      : { ...event.data.event, effectiveAt: Date.parse(event.data.event.effectiveAt), dated: event.data.event.dated !== false }
    : { type: event.type, data: event.data, effectiveAt: event.effectiveAt, dated: event.metadata.dated !== false };
  return said as Said | undefined; // a deal's stream holds a deal's facts
}

/** When the corrected fact happened. A clock's small error is no claim about the future. @throws Refusal */
function instantOf(
  id: string,
  correction: Bringing,
  target: Said | undefined,
  { known }: Before,
  now: EpochMs,
): { at: EpochMs; dated: boolean } {
  const asked = correction.effectiveAt;
  if (asked === undefined) return { at: target?.effectiveAt ?? now, dated: correction.dated !== false && (target?.dated ?? true) };
  const latest = Math.max(now, known.facts.at(-1)?.effectiveAt ?? now);
  if (asked > Math.max(now + CLOCK_SKEW_MS, latest)) throw DealRefusal.effectiveInFuture(id, asked, now);
  return { at: Math.min(asked, latest), dated: correction.dated !== false };
}

function saysTheSame(said: CorrectableFact, fact: Fact<DealFact>): boolean {
  const given: Readonly<Record<string, unknown>> = { ...said.data };
  const there: Readonly<Record<string, unknown>> = { ...fact.data };
  const fields = new Set([...Object.keys(given), ...Object.keys(there)]);
  return (
    said.type === fact.type &&
    [...fields].every((field) => (BELIEVED.includes(field) && !(field in given)) || sameJson(given[field], there[field]))
  );
}

/** The same correction again: what it asks for is so already. */
function isSoAlready(correction: Correction, when: { at: EpochMs; dated: boolean } | undefined, { events, known }: Before): boolean {
  if (correction.kind !== 'void') {
    const named = correction.kind === 'insert' ? known.facts : known.facts.filter((fact) => fact.id === correction.target);
    return named.some((fact) => fact.effectiveAt === when?.at && fact.dated === when.dated && saysTheSame(correction.event, fact));
  }
  const target = events.find((event) => event.eventId === correction.target);
  if (target !== undefined && isCorrection(target) && target.data.kind !== 'insert') {
    return !holdingCorrections(events.filter(isCorrection)).some((holding) => holding.eventId === correction.target);
  }
  return !known.facts.some((fact) => fact.id === correction.target);
}

/** The history as it will read, with this correction recorded last. */
function withCorrection(events: readonly RecordedEvent[], data: HistoryCorrected['data'], now: EpochMs): KnownHistory<DealFact> {
  const last = events.at(-1) as RecordedEvent; // a stream without events was refused
  const position = positionOf(positionNumber(last.position) + 1);
  const correction: RecordedEvent = {
    ...{ eventId: THIS_CORRECTION, stream: last.stream, revision: last.revision + 1, position, recordedAt: now },
    ...{ type: 'HistoryCorrected', data, effectiveAt: now, metadata: last.metadata },
  };
  return factsAsKnown<DealFact>([...events, correction], position);
}

/** Where the move came from and what it skipped, as the corrected history has it; what the correction itself says stays. */
function believed(event: CorrectableFact, before: Deal, processes: Processes, at: EpochMs): DealFact {
  const part = pipelinePartOf(before);
  if (part === null) return event as DealFact; // a move of a deal outside any pipeline: the check below refuses it
  switch (event.type) {
    case 'StageAdvanced': {
      const timeline = processes.get(part.pipelineId);
      const version = timeline && inForceAt(timeline, at);
      const from = version && stageIndex(version, part.stageId);
      const to = version && stageIndex(version, event.data.to);
      const skipped =
        version === undefined || from === undefined || to === undefined ? [] : stageIds(version).slice(from + 1, Math.max(to, from + 1));
      return { type: event.type, data: { from: part.stageId, skipped, ...event.data } };
    }
    case 'StageReturned':
      return { type: event.type, data: { from: part.stageId, ...event.data } };
    case 'DealTransferred':
      return { type: event.type, data: { fromPipelineId: part.pipelineId, fromStageId: part.stageId, ...event.data } };
    default:
      return event;
  }
}

/** The fact as the correction will carry it, for its place in the corrected history. */
function carried(
  correction: Bringing,
  when: { at: EpochMs; dated: boolean },
  reason: string,
  { events }: Before,
  context: CorrectContext,
): HistoryCorrected['data'] {
  const { at, dated } = when;
  const draft = (event: DealFact, processVersion?: string): HistoryCorrected['data'] => {
    const fact = {
      ...{ type: event.type, schemaVersion: context.schemaVersionOf(event.type), data: event.data, effectiveAt: isoInstant(at) },
      ...(dated ? {} : { dated: false as const }),
      ...(processVersion === undefined ? {} : { processVersion }),
    };
    if (correction.kind === 'replace') return { kind: 'replace', target: correction.target, event: fact, reason };
    return { kind: 'insert', event: fact, ...(correction.after === undefined ? {} : { after: correction.after }), reason };
  };
  const rough = withCorrection(events, draft(correction.event as DealFact), context.now); // only its place is read: what a move believes is not folded
  const before = foldBefore(rough.facts, (fact) => fact.source.eventId === THIS_CORRECTION);
  const event = believed(correction.event, before, context.processes, at);
  const after = evolve(before, { ...event, effectiveAt: at, dated });
  return draft(event, processVersionOf(after, context.processes, at));
}

/**
 * Inserts, replaces or voids one event. The wrong fact stays in the log; the corrected history must be one that could have happened: every event of it
 * legal in the status before it. Corrections of corrections, ties and what "the last one wins" means are the history law's (shared/history.ts).
 */
export function correctHistory({ id, correction, reason }: CorrectHistory, context: CorrectContext): HistoryCorrected[] {
  const events = context.history();
  const last = events.at(-1);
  if (last === undefined) throw DealRefusal.unknown(id);
  checkReason(id, 'reason', reason, context.actor);
  const before: Before = { events, known: factsAsKnown<DealFact>(events, last.position) };
  checkTarget(id, correction, before);

  let data: HistoryCorrected['data'];
  if (correction.kind === 'void') {
    if (isSoAlready(correction, undefined, before)) return [];
    data = { kind: 'void', target: correction.target, reason };
  } else {
    const target = correction.kind === 'replace' ? saidBy(correction.target, before) : undefined;
    const when = instantOf(id, correction, target, before, context.now);
    if (isSoAlready(correction, when, before)) return [];
    checkFact(id, correction.event);
    // What an import left open in the fact that is replaced may stay open.
    checkNotInSource(id, correction.event, context.actor, target === undefined ? [] : notInSourceFields(target));
    data = carried(correction, when, reason, before, context);
  }

  const corrected = withCorrection(events, data, context.now);
  if (corrected.withdrawn && before.known.withdrawn) throw DealRefusal.withdrawn(id);
  if (!corrected.withdrawn) checkHistory(id, before.known.facts, corrected.facts, context.processes, THIS_CORRECTION);
  return [{ type: 'HistoryCorrected', data }];
}
