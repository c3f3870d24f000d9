import type { DealCommand } from '../../domain/deal/deal.commands.js';
import type { DealFact } from '../../domain/deal/deal.events.js';
import type { Deal } from '../../domain/deal/deal.evolve.js';
import { pipelinePartOf } from '../../domain/deal/deal.evolve.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { DealId, StageId } from '../../domain/shared/ids.js';
import { sameMoney } from '../../domain/shared/money-rules.js';
import type { ImportFact } from './moment.js';
import type { CannotBe, Planned } from './planned.js';
import { describe } from './recorded.js';

const closed = (deal: Deal): boolean =>
  deal.status === 'won' || deal.status === 'lost' || deal.status === 'marketing' || deal.status === 'filed';

/**
 * The ordinary commands that make `fact` so of a deal that is as `deal` says: none where it is so already. Pure; the order of the stages is the
 * mapping's, which only says which way a move goes.
 */
export function commandsFor(id: DealId, deal: Deal, fact: ImportFact, stages: readonly StageId[]): readonly Planned[] | CannotBe {
  if (fact.is === 'registered') {
    if (deal.status !== 'none') return [];
    return [
      { command: { type: 'RegisterRequest', id, ...fact.data } as DealCommand, fact: { type: 'RequestRegistered', data: fact.data } },
    ]; // personal fields of a row are clear text
  }
  if (deal.status === 'none') return { cannot: 'the deal is not registered' };
  switch (fact.is) {
    case 'company':
      return deal.companyId === fact.companyId
        ? []
        : [
            one(
              { type: 'IdentifyCompany', id, companyId: fact.companyId },
              { type: 'CompanyIdentified', data: { companyId: fact.companyId } },
            ),
          ];
    case 'product':
      return deal.productId === fact.productId
        ? []
        : [
            one(
              { type: 'IdentifyProduct', id, productId: fact.productId },
              { type: 'ProductIdentified', data: { productId: fact.productId } },
            ),
          ];
    case 'owner': {
      const part = pipelinePartOf(deal);
      if (part === null) return { cannot: 'a request has no owner yet' };
      if (part.ownerId === fact.ownerId) return [];
      if (closed(deal)) return { cannot: `the deal is ${deal.status}, and its owner was another` };
      return [one({ type: 'AssignOwner', id, ownerId: fact.ownerId }, { type: 'OwnerAssigned', data: { ownerId: fact.ownerId } })];
    }
    case 'value':
      if (sameMoney(deal.value, fact.value)) return [];
      if (closed(deal)) return { cannot: `the deal is ${deal.status}, and what was expected of it was another value` };
      return [one({ type: 'EstimateValue', id, value: fact.value }, { type: 'ExpectedValueEstimated', data: { value: fact.value } })];
    case 'decision': {
      const decisionDate = fact.decisionDate === undefined ? deal.decisionDate : fact.decisionDate;
      const projectStart = fact.projectStart === undefined ? deal.projectStart : fact.projectStart;
      if (decisionDate === deal.decisionDate && projectStart === deal.projectStart) return [];
      if (closed(deal)) return { cannot: `the deal is ${deal.status}, and other dates were expected` };
      const data = { decisionDate, ...(fact.projectStart === undefined ? {} : { projectStart: fact.projectStart }) };
      return [one({ type: 'ExpectDecision', id, ...data }, { type: 'DecisionDateExpected', data })];
    }
    case 'chance': {
      const { is: _is, ...data } = fact;
      const same = (said: number | undefined, known: number | null) => said === undefined || said === known;
      if (same(data.get, deal.chanceToGet) && same(data.go, deal.chanceToGo)) return [];
      if (closed(deal)) return { cannot: `the deal is ${deal.status}, and other chances were given` };
      return [one({ type: 'AssessChance', id, ...data }, { type: 'ChanceAssessed', data })];
    }
    case 'stage':
      return toStage(id, deal, fact, stages);
    default:
      return toOutcome(id, deal, fact, stages);
  }
}

function one(command: DealCommand, fact: DealFact): Planned {
  return { command, fact };
}

function toStage(id: DealId, deal: Deal, said: ImportFact & { is: 'stage' }, stages: readonly StageId[]): readonly Planned[] | CannotBe {
  const { pipelineId, stageId } = said;
  const part = pipelinePartOf(deal);
  if (part === null) {
    if (closed(deal)) return { cannot: `the request is closed (${deal.status}) and is never reopened` };
    const data = { pipelineId, stageId, ownerId: said.ownerId };
    return [one({ type: 'QualifyLead', id, ...data }, { type: 'LeadQualified', data })];
  }
  if (closed(deal)) return [reopened(id, stageId)];
  const planned: Planned[] = deal.status === 'postponed' ? [one({ type: 'ResumeDeal', id }, { type: 'DealResumed', data: {} })] : [];
  if (part.pipelineId !== pipelineId) {
    const data = { fromPipelineId: part.pipelineId, fromStageId: part.stageId, pipelineId, stageId };
    return [...planned, one({ type: 'TransferDeal', id, pipelineId, stageId }, { type: 'DealTransferred', data })];
  }
  if (part.stageId === stageId) return planned;
  const from = stages.indexOf(part.stageId);
  const to = stages.indexOf(stageId);
  if (to < from) {
    return [
      ...planned,
      one({ type: 'ReturnToStage', id, toStageId: stageId }, { type: 'StageReturned', data: { from: part.stageId, to: stageId } }),
    ];
  }
  const skipped = from === -1 ? [] : stages.slice(from + 1, to);
  return [
    ...planned,
    one({ type: 'AdvanceStage', id, toStageId: stageId }, { type: 'StageAdvanced', data: { from: part.stageId, to: stageId, skipped } }),
  ];
}

function reopened(id: DealId, stageId: StageId): Planned {
  return one({ type: 'ReopenDeal', id, stageId }, { type: 'DealReopened', data: { stageId } });
}

type OutcomeFact = ImportFact & { is: 'won' | 'lost' | 'postponed' | 'marketing' | 'filed' };

/** The fact itself, whatever the deal was before. */
export function outcome(id: DealId, deal: Deal, said: OutcomeFact): Planned {
  switch (said.is) {
    case 'won': {
      const value = said.value ?? (deal.status === 'none' ? 'unknown' : deal.value);
      return one({ type: 'WinDeal', id, value, reasons: said.reasons }, { type: 'DealWon', data: { value, reasons: said.reasons } });
    }
    case 'lost':
      return one({ type: 'LoseDeal', id, reasons: said.reasons }, { type: 'DealLost', data: { reasons: said.reasons } });
    case 'postponed':
      return one({ type: 'PostponeDeal', id, wakeUp: said.wakeUp }, { type: 'DealPostponed', data: { wakeUp: said.wakeUp } });
    case 'marketing': {
      const data = { lists: [], reason: said.reason };
      return one({ type: 'RouteRequestToMarketing', id, ...data }, { type: 'RequestRoutedToMarketing', data });
    }
    case 'filed':
      return one({ type: 'FileRequest', id, reason: said.reason }, { type: 'RequestFiled', data: { reason: said.reason } });
  }
}

function toOutcome(id: DealId, deal: Deal, said: OutcomeFact, stages: readonly StageId[]): readonly Planned[] | CannotBe {
  const part = pipelinePartOf(deal);
  if (deal.status === said.is) {
    if (said.is === 'won' && deal.status === 'won' && said.value !== undefined && !sameMoney(said.value, deal.wonValue)) {
      return { cannot: `the deal is recorded as ${describe({ type: 'DealWon', data: { value: deal.wonValue, reasons: [] } })}` };
    }
    const wokenAtAnotherDate =
      said.is === 'postponed' && deal.status === 'postponed' && said.wakeUp !== null && said.wakeUp !== deal.wakeUp;
    return wokenAtAnotherDate ? [outcome(id, deal, said)] : [];
  }
  if (part === null) {
    if (closed(deal)) return { cannot: `the request is closed (${deal.status}) and is never reopened` };
    if (said.is === 'marketing' || said.is === 'filed') return [outcome(id, deal, said)];
    return { cannot: `a request that was never a deal cannot be ${said.is}` };
  }
  if (!closed(deal)) return [outcome(id, deal, said)];
  // Lost, then won: somebody reopened it in between, in its last stage as far as the source tells.
  return [reopened(id, stages.includes(part.stageId) ? part.stageId : (stages[0] ?? part.stageId)), outcome(id, deal, said)];
}

/** Not known to the source, so open for what becomes known later. */
export function saysNothing(value: unknown): boolean {
  return value === NOT_IN_SOURCE || value === null || value === undefined;
}

/** A member of a registration of which the source says nothing. */
export function unsaid(value: unknown): boolean {
  if (saysNothing(value)) return true;
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'not-in-source';
}
