import { presentStage, stageIds, stageIndex } from '../pipeline/process-timeline.js';
import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { CLOCK_SKEW_MS, dealInstant } from '../shared/effective-instant.js';
import { sameMoney } from '../shared/money-rules.js';
import { sameJson } from '../shared/same-json.js';
import type { StreamKind } from '../stream-kind.js';
import type {
  AdvanceStage,
  AssessChance,
  DealCommand,
  LoseDeal,
  QualifyLead,
  RegisterRequest,
  ReopenDeal,
  ReturnToStage,
  TransferDeal,
  WinDeal,
} from './deal.commands.js';
import { correctHistory } from './correct-history.js';
import type { DealEvent, DealFact, StageReassigned } from './deal.events.js';
import type { Deal, ExistingDeal, OpenDeal, PostponedDeal } from './deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from './deal.evolve.js';
import { checkFact, checkNotInSource, checkReason, missingFields } from './deal.fields.js';
import { DealRefusal } from './deal.refusals.js';
import type { DealFactType } from './deal.transitions.js';
import { isLegal } from './deal.transitions.js';
import { checkStage, pipelinesNeeded, processAt } from './process-in-force.js';

type DealContext = Omit<DecideContext, 'history'>;
type OrdinaryCommand = Exclude<DealCommand, { type: 'CorrectHistory' }>;

/** Which status an event finds, as the one table has it (deal.transitions.ts); narrows to what the table lets through. */
function mustAllow<S extends Deal>(deal: Deal, type: DealFactType, id: string): S {
  if (!isLegal(deal, type)) throw DealRefusal.notLegal(id, deal, type);
  return deal as S; // the table says in which statuses the event is legal; S names those
}

/** Leaves out what the command did not say: stored data has no undefined. */
function optional<K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, T>>); // a computed key widens to string
}

function registerRequest(deal: Deal, command: RegisterRequest, { actor }: DealContext): DealFact[] {
  const { type: _type, id, ...data } = command;
  mustAllow(deal, 'RequestRegistered', id);
  const registered: DealFact = { type: 'RequestRegistered', data };
  checkNotInSource(id, registered, actor);
  return [registered];
}

function qualifyLead(deal: Deal, command: QualifyLead, { actor, at, processes }: DealContext): DealFact[] {
  const { id, pipelineId, ownerId } = command;
  if (
    deal.status === 'open' &&
    deal.pipelineId === pipelineId &&
    deal.ownerId === ownerId &&
    (command.stageId ?? deal.stageId) === deal.stageId
  )
    return [];
  const request = mustAllow<ExistingDeal>(deal, 'LeadQualified', id);
  const version = processAt(id, processes, pipelineId, at);
  const stageId = command.stageId ?? version.process.stages[0]?.id;
  if (stageId === undefined) throw DealRefusal.unknownPipeline(id, pipelineId);
  checkStage(id, version, stageId);
  const missing = missingFields(request, version, stageId);
  if (missing.length > 0) throw DealRefusal.fieldsMissing(id, missing, stageId);
  const qualified: DealFact = { type: 'LeadQualified', data: { pipelineId, stageId, ownerId } };
  checkNotInSource(id, qualified, actor);
  return [qualified];
}

/** Moves an open deal forward. Stages in between are recorded as skipped: a skip is legal, but never silent. */
function advanceStage(deal: Deal, command: AdvanceStage, { at, processes }: DealContext): DealFact[] {
  const { id, toStageId, reason } = command;
  const open = mustAllow<OpenDeal>(deal, 'StageAdvanced', id);
  const version = processAt(id, processes, open.pipelineId, at);
  const to = checkStage(id, version, toStageId);
  if (toStageId === open.stageId) return [];
  const from = stageIndex(version, open.stageId) ?? -1;
  const stages = stageIds(version);
  if (to < from) throw DealRefusal.notForward(id, open.stageId, toStageId, stages.slice(from + 1));
  const missing = missingFields(open, version, toStageId);
  if (missing.length > 0) throw DealRefusal.fieldsMissing(id, missing, toStageId);
  const skipped = from === -1 ? [] : stages.slice(from + 1, to);
  return [{ type: 'StageAdvanced', data: { from: open.stageId, to: toStageId, skipped, ...optional('reason', reason) } }];
}

function returnToStage(deal: Deal, command: ReturnToStage, { at, processes }: DealContext): DealFact[] {
  const { id, toStageId, reason } = command;
  const open = mustAllow<OpenDeal>(deal, 'StageReturned', id);
  const version = processAt(id, processes, open.pipelineId, at);
  const to = checkStage(id, version, toStageId);
  if (toStageId === open.stageId) return [];
  const from = stageIndex(version, open.stageId) ?? Infinity;
  if (to > from) throw DealRefusal.notBackward(id, open.stageId, toStageId, stageIds(version).slice(0, from));
  return [{ type: 'StageReturned', data: { from: open.stageId, to: toStageId, ...optional('reason', reason) } }];
}

function transferDeal(deal: Deal, command: TransferDeal, { at, processes }: DealContext): DealFact[] {
  const { id, pipelineId, stageId, reason } = command;
  const open = mustAllow<OpenDeal>(deal, 'DealTransferred', id);
  if (open.pipelineId === pipelineId) {
    if (open.stageId === stageId) return [];
    throw DealRefusal.samePipeline(id, pipelineId);
  }
  const version = processAt(id, processes, pipelineId, at);
  checkStage(id, version, stageId);
  const missing = missingFields(open, version, stageId);
  if (missing.length > 0) throw DealRefusal.fieldsMissing(id, missing, stageId);
  const from = { fromPipelineId: open.pipelineId, fromStageId: open.stageId };
  return [{ type: 'DealTransferred', data: { ...from, pipelineId, stageId, ...optional('reason', reason) } }];
}

function assessChance(deal: Deal, command: AssessChance): DealFact[] {
  const { id, get, go } = command;
  const assessed: DealFact = { type: 'ChanceAssessed', data: { ...optional('get', get), ...optional('go', go) } };
  checkFact(id, assessed);
  const known = mustAllow<ExistingDeal>(deal, 'ChanceAssessed', id);
  const same = (said: number | 'unknown' | undefined, before: number | null): boolean =>
    said === undefined || said === (before ?? 'unknown');
  return same(get, known.chanceToGet) && same(go, known.chanceToGo) ? [] : [assessed];
}

function winDeal(deal: Deal, command: WinDeal, { actor }: DealContext): DealFact[] {
  const { id, value, reasons, note } = command;
  if (deal.status === 'won' && (value === undefined || sameMoney(value, deal.wonValue))) return [];
  const live = mustAllow<OpenDeal | PostponedDeal>(deal, 'DealWon', id);
  checkReason(id, 'reasons', reasons, actor);
  return [{ type: 'DealWon', data: { value: value ?? live.value, reasons, ...optional('note', note) } }];
}

function loseDeal(deal: Deal, command: LoseDeal, { actor }: DealContext): DealFact[] {
  const { id, reasons, note } = command;
  if (deal.status === 'lost' && sameJson(reasons, deal.reasons)) return [];
  mustAllow(deal, 'DealLost', id);
  checkReason(id, 'reasons', reasons, actor);
  return [{ type: 'DealLost', data: { reasons, ...optional('note', note) } }];
}

/** Back into its last stage, or where that was removed since, to where its deals went. */
function reopenDeal(deal: Deal, command: ReopenDeal, { at, processes }: DealContext): DealFact[] {
  const { id, reason } = command;
  if (deal.status === 'open' && (command.stageId ?? deal.stageId) === deal.stageId) return [];
  const closed = mustAllow<ExistingDeal>(deal, 'DealReopened', id);
  const part = pipelinePartOf(closed);
  if (part === null) throw DealRefusal.notLegal(id, deal, 'DealReopened');
  const version = processAt(id, processes, part.pipelineId, at);
  const timeline = processes.get(part.pipelineId);
  const stageId = command.stageId ?? (timeline && presentStage(timeline, part.stageId, at)) ?? part.stageId;
  checkStage(id, version, stageId);
  return [{ type: 'DealReopened', data: { stageId, ...optional('reason', reason) } }];
}

function decideOrdinary(deal: Deal, command: OrdinaryCommand, context: DealContext): DealFact[] {
  const { id } = command;
  switch (command.type) {
    case 'RegisterRequest':
      return registerRequest(deal, command, context);
    case 'RecordFirstContact':
      if (deal.status === 'contacted') return [];
      mustAllow(deal, 'RequestContacted', id);
      return [{ type: 'RequestContacted', data: { channel: command.channel, ...optional('note', command.note) } }];
    case 'RouteRequestToMarketing':
      if (deal.status === 'marketing') return [];
      mustAllow(deal, 'RequestRoutedToMarketing', id);
      checkReason(id, 'reason', command.reason, context.actor);
      return [{ type: 'RequestRoutedToMarketing', data: { lists: command.lists, reason: command.reason } }];
    case 'FileRequest':
      if (deal.status === 'filed') return [];
      mustAllow(deal, 'RequestFiled', id);
      checkReason(id, 'reason', command.reason, context.actor);
      return [{ type: 'RequestFiled', data: { reason: command.reason } }];
    case 'QualifyLead':
      return qualifyLead(deal, command, context);
    case 'AdvanceStage':
      return advanceStage(deal, command, context);
    case 'ReturnToStage':
      return returnToStage(deal, command, context);
    case 'TransferDeal':
      return transferDeal(deal, command, context);
    case 'EstimateValue': {
      const known = mustAllow<ExistingDeal>(deal, 'ExpectedValueEstimated', id);
      return sameMoney(command.value, known.value) ? [] : [{ type: 'ExpectedValueEstimated', data: { value: command.value } }];
    }
    case 'ExpectDecision': {
      const { decisionDate, projectStart } = command;
      const known = mustAllow<ExistingDeal>(deal, 'DecisionDateExpected', id);
      if (decisionDate === known.decisionDate && (projectStart === undefined || projectStart === known.projectStart)) return [];
      return [{ type: 'DecisionDateExpected', data: { decisionDate, ...optional('projectStart', projectStart) } }];
    }
    case 'AssessChance':
      return assessChance(deal, command);
    case 'AssignOwner': {
      const live = mustAllow<OpenDeal | PostponedDeal>(deal, 'OwnerAssigned', id);
      return live.ownerId === command.ownerId ? [] : [{ type: 'OwnerAssigned', data: { ownerId: command.ownerId } }];
    }
    case 'IdentifyCompany': {
      const known = mustAllow<ExistingDeal>(deal, 'CompanyIdentified', id);
      return known.companyId === command.companyId ? [] : [{ type: 'CompanyIdentified', data: { companyId: command.companyId } }];
    }
    case 'IdentifyProduct': {
      const known = mustAllow<ExistingDeal>(deal, 'ProductIdentified', id);
      return known.productId === command.productId ? [] : [{ type: 'ProductIdentified', data: { productId: command.productId } }];
    }
    case 'PostponeDeal':
      if (deal.status === 'postponed' && deal.wakeUp === command.wakeUp) return [];
      mustAllow(deal, 'DealPostponed', id);
      return [{ type: 'DealPostponed', data: { wakeUp: command.wakeUp, ...optional('reason', command.reason) } }];
    case 'ResumeDeal':
      if (deal.status === 'open') return [];
      mustAllow(deal, 'DealResumed', id);
      return [{ type: 'DealResumed', data: { ...optional('reason', command.reason) } }];
    case 'WinDeal':
      return winDeal(deal, command, context);
    case 'LoseDeal':
      return loseDeal(deal, command, context);
    case 'ReopenDeal':
      return reopenDeal(deal, command, context);
    default:
      return assertNever(command);
  }
}

/** A live deal that stands in a stage which the process in force has no longer is first put where the process sends it; undefined elsewhere. */
function reassignment(deal: Deal, { at, processes }: DealContext): StageReassigned | undefined {
  if (deal.status !== 'open' && deal.status !== 'postponed') return undefined;
  const timeline = processes.get(deal.pipelineId);
  const to = timeline && presentStage(timeline, deal.stageId, at);
  return to === undefined || to === deal.stageId ? undefined : { type: 'StageReassigned', data: { from: deal.stageId, to } };
}

function checkTime(id: string, { at, now, latestAt }: DealContext): void {
  if (latestAt !== null && at < latestAt) throw DealRefusal.effectiveBeforePrevious(id, at, latestAt);
  if (at > Math.max(now + CLOCK_SKEW_MS, latestAt ?? now)) throw DealRefusal.effectiveInFuture(id, at, now);
}

export function decide(deal: Deal, command: DealCommand, context: DecideContext): DealEvent[] {
  const { id } = command;
  if (command.type === 'CorrectHistory') return correctHistory(command, context);
  if (context.withdrawn) throw DealRefusal.withdrawn(id);
  const moved = reassignment(deal, context);
  const present = moved === undefined ? deal : evolve(deal, { ...moved, effectiveAt: context.at, dated: true });
  const decided = decideOrdinary(present, command, context);
  // A move to where the process sends the deal anyway is the reassignment itself; any other request for what is already so stays nothing.
  const asksForMove = command.type === 'AdvanceStage' || command.type === 'ReturnToStage';
  const events = moved !== undefined && (decided.length > 0 || asksForMove) ? [moved, ...decided] : decided;
  if (events.length === 0) return [];
  for (const event of events) checkFact(id, event);
  checkTime(id, context);
  return events;
}

export const dealKind: StreamKind<Deal, DealCommand, DealEvent, DealFact> = {
  category: 'deal',
  initial: noDeal,
  evolve,
  decide,
  effectiveAt: (_deal, _command, asked, clock) => dealInstant(asked, clock),
  pipelinesNeeded,
};
