import type { RecordedEvent } from '../shared/envelope.js';
import type { PipelineId, StageId } from '../shared/ids.js';
import type { EpochMs } from '../shared/instant.js';
import type { ProcessTimeline, ProcessVersion } from '../pipeline/process-timeline.js';
import { inForceAt, processVersionName, stageIds, stageIndex } from '../pipeline/process-timeline.js';
import type { CorrectableFact, DealCommand } from './deal.commands.js';
import type { DealEvent } from './deal.events.js';
import type { Deal } from './deal.evolve.js';
import { pipelinePartOf } from './deal.evolve.js';
import { DealRefusal } from './deal.refusals.js';

export type Processes = ReadonlyMap<PipelineId, ProcessTimeline>;

/** @throws Refusal where the pipeline is not defined or has no version in force yet. */
export function processAt(id: string, processes: Processes, pipelineId: PipelineId, at: EpochMs): ProcessVersion {
  const timeline = processes.get(pipelineId);
  if (timeline === undefined || timeline.versions.length === 0) throw DealRefusal.unknownPipeline(id, pipelineId);
  const version = inForceAt(timeline, at);
  if (version === undefined) throw DealRefusal.noProcessYet(id, pipelineId, at);
  return version;
}

/** @throws Refusal */
export function checkStage(id: string, version: ProcessVersion, stageId: StageId): number {
  const index = stageIndex(version, stageId);
  if (index === undefined) throw DealRefusal.unknownStage(id, stageId, stageIds(version));
  return index;
}

/** What `metadata.processVersion` says of an event that left the deal in this state: undefined for a request. */
export function processVersionOf(deal: Deal, processes: Processes, at: EpochMs): string | undefined {
  const part = pipelinePartOf(deal);
  if (part === null) return undefined;
  const timeline = processes.get(part.pipelineId);
  const version = timeline && inForceAt(timeline, at);
  return version && processVersionName(part.pipelineId, version);
}

function namedBy(fact: CorrectableFact | DealEvent): PipelineId[] {
  switch (fact.type) {
    case 'LeadQualified':
    case 'DealTransferred':
      return [fact.data.pipelineId];
    case 'HistoryCorrected':
      return fact.data.kind === 'void' ? [] : namedBy(fact.data.event as CorrectableFact); // a correction of a deal's stream brings a deal's fact
    default:
      return [];
  }
}

/** Whose timelines the decider needs: the deal's own pipeline, the one the command names, and for a correction every one of its history. */
export function pipelinesNeeded(deal: Deal, command: DealCommand, history: () => readonly RecordedEvent[]): PipelineId[] {
  const own = pipelinePartOf(deal)?.pipelineId;
  const needed: PipelineId[] = own === undefined ? [] : [own];
  const need = (pipelineId: PipelineId): void => void (needed.includes(pipelineId) || needed.push(pipelineId));
  if (command.type === 'QualifyLead' || command.type === 'TransferDeal') need(command.pipelineId);
  if (command.type === 'CorrectHistory') {
    const events = history() as readonly RecordedEvent<DealEvent>[]; // a deal's stream holds a deal's events
    for (const event of events) namedBy(event as DealEvent).forEach(need);
    if (command.correction.kind !== 'void') namedBy(command.correction.event).forEach(need);
  }
  return needed;
}
