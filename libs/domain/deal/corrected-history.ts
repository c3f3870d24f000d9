import { inForceAt, stageIds, stageIndex } from '../pipeline/process-timeline.js';
import type { Fact } from '../shared/history.js';
import type { EventId, PipelineId, StageId } from '../shared/ids.js';
import type { DealFact } from './deal.events.js';
import type { Deal } from './deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from './deal.evolve.js';
import { DealRefusal } from './deal.refusals.js';
import { isLegal } from './deal.transitions.js';
import type { Processes } from './process-in-force.js';

/** The state just before the first fact that is `here`; the state after all where none is. */
export function foldBefore(facts: readonly Fact<DealFact>[], here: (fact: Fact<DealFact>) => boolean): Deal {
  let deal: Deal = noDeal;
  for (const fact of facts) {
    if (here(fact)) return deal;
    deal = evolve(deal, fact);
  }
  return deal;
}

/** The stage that a fact puts the deal in; undefined where it moves nothing. */
function stageEntered(deal: Deal, fact: DealFact): { readonly pipelineId: PipelineId; readonly stageId: StageId } | undefined {
  if (fact.type === 'LeadQualified' || fact.type === 'DealTransferred') return fact.data;
  const pipelineId = pipelinePartOf(deal)?.pipelineId;
  if (pipelineId === undefined) return undefined;
  switch (fact.type) {
    case 'StageAdvanced':
    case 'StageReturned':
    case 'StageReassigned':
      return { pipelineId, stageId: fact.data.to };
    case 'DealReopened':
      return { pipelineId, stageId: fact.data.stageId };
    default:
      return undefined;
  }
}

/** Why the process in force at the time has no place for a fact; undefined where it has. */
function stageFault(deal: Deal, fact: Fact<DealFact>, processes: Processes): string | undefined {
  const entered = stageEntered(deal, fact);
  if (entered === undefined) return undefined;
  const timeline = processes.get(entered.pipelineId);
  if (timeline === undefined) return `there is no pipeline ${entered.pipelineId}`;
  const version = inForceAt(timeline, fact.effectiveAt);
  if (version === undefined) return `pipeline ${entered.pipelineId} had no process in force then`;
  if (stageIndex(version, entered.stageId) !== undefined) return undefined;
  return `the process in force then has no stage ${entered.stageId}; it has ${stageIds(version).join(', ')}`;
}

/** Facts that name a stage which was not there, in the form in which they stand: a later revision of the process may have made them so. */
function strayFacts(facts: readonly Fact<DealFact>[], processes: Processes): Set<EventId> {
  const stray = new Set<EventId>();
  let deal: Deal = noDeal;
  for (const fact of facts) {
    if (stageFault(deal, fact, processes) !== undefined) stray.add(fact.source.eventId);
    deal = evolve(deal, fact);
  }
  return stray;
}

/**
 * Strict on the status: every event must be legal where it now stands. Strict on stages too, but for those that did not fit before the correction
 * either. Which way a move goes is not checked: reports derive it from the state before it. @throws Refusal naming the first event that no longer fits
 */
export function checkHistory(
  id: string,
  before: readonly Fact<DealFact>[],
  corrected: readonly Fact<DealFact>[],
  processes: Processes,
  correction: EventId,
): void {
  const stray = strayFacts(before, processes);
  let deal: Deal = noDeal;
  for (const fact of corrected) {
    const broken = { event: fact.source.eventId === correction ? null : fact.id, type: fact.type, at: fact.effectiveAt };
    if (!isLegal(deal, fact.type)) throw DealRefusal.correctionBreaksHistory(id, broken, deal);
    const fault = stray.has(fact.source.eventId) ? undefined : stageFault(deal, fact, processes);
    if (fault !== undefined) throw DealRefusal.correctionBreaksHistory(id, broken, deal, fault);
    deal = evolve(deal, fact);
  }
}
