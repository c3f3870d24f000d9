import type { Actor } from '../shared/envelope.js';
import { NOT_IN_SOURCE } from '../shared/envelope.js';
import { isSealed } from '../shared/envelope.js';
import { parseCalendarDate } from '../shared/instant.js';
import { checkMoney } from '../shared/money-rules.js';
import type { ProcessVersion } from '../pipeline/process-timeline.js';
import { stageIndex } from '../pipeline/process-timeline.js';
import type { RequiredField } from '../pipeline/pipeline.events.js';
import type { StageId } from '../shared/ids.js';
import type { CorrectableFact } from './deal.commands.js';
import type { LeadQualified, RequestRegistered } from './deal.events.js';
import type { ExistingDeal } from './deal.evolve.js';
import { DealRefusal } from './deal.refusals.js';

/** Fields of a fact that say `not-in-source`. */
export function notInSourceFields(fact: CorrectableFact): string[] {
  if (fact.type === 'LeadQualified') return fact.data.ownerId === NOT_IN_SOURCE ? ['ownerId'] : [];
  if (fact.type !== 'RequestRegistered') return [];
  const { contactId, companyId, summary, source, origin, receivedBy } = fact.data;
  const said = { contactId, companyId, summary, source: source.kind, origin: origin.kind, receivedBy };
  return Object.entries(said).flatMap(([field, value]) => (value === NOT_IN_SOURCE ? [field] : []));
}

/** Only an import may say it. `already` are fields that said so before a correction. @throws Refusal */
export function checkNotInSource(
  id: string,
  fact: RequestRegistered | LeadQualified | CorrectableFact,
  actor: Actor,
  already: readonly string[] = [],
): void {
  if (actor.kind === 'import') return;
  const fields = notInSourceFields(fact).filter((field) => !already.includes(field));
  if (fields.length > 0) throw DealRefusal.notInSource(id, fields);
}

function checkDate(id: string, field: string, date: string | null | undefined): void {
  if (date !== null && date !== undefined && parseCalendarDate(date) === undefined)
    throw DealRefusal.badField(id, field, 'a date of the calendar, YYYY-MM-DD');
}

function checkChance(id: string, field: string, chance: number | 'unknown' | undefined): void {
  if (chance === undefined || chance === 'unknown') return;
  if (!Number.isInteger(chance) || chance < 0 || chance > 10_000)
    throw DealRefusal.badField(id, field, '0 to 10000 basis points, or "unknown"');
}

function checkText(id: string, field: string, text: unknown): void {
  if (!isSealed(text) && (typeof text !== 'string' || text.trim() === '')) throw DealRefusal.fieldEmpty(id, field);
}

/** What a fact must be in itself, whatever the deal's status; the catalog's schemas have checked its shape or will. @throws Refusal */
export function checkFact(id: string, fact: CorrectableFact): void {
  switch (fact.type) {
    case 'RequestRegistered':
      checkText(id, 'summary', fact.data.summary);
      if (fact.data.source.kind === 'known') checkText(id, 'source', fact.data.source.source);
      if (fact.data.receivedBy !== NOT_IN_SOURCE) checkText(id, 'receivedBy.department', fact.data.receivedBy.department);
      return;
    case 'RequestContacted':
      return checkText(id, 'channel', fact.data.channel);
    case 'ExpectedValueEstimated':
    case 'DealWon':
      if (fact.data.value !== 'unknown') checkMoney('deal', id, fact.data.value);
      return;
    case 'DecisionDateExpected':
      checkDate(id, 'decisionDate', fact.data.decisionDate);
      return checkDate(id, 'projectStart', fact.data.projectStart);
    case 'ChanceAssessed':
      if (fact.data.get === undefined && fact.data.go === undefined)
        throw DealRefusal.badField(id, 'get, go', 'there; one of the two chances must be');
      checkChance(id, 'get', fact.data.get);
      return checkChance(id, 'go', fact.data.go);
    case 'DealPostponed':
      return checkDate(id, 'wakeUp', fact.data.wakeUp);
    default:
      return;
  }
}

/** A decision is documented: who, when, why (RV04, CL04, AS03). An import takes what its source has. @throws Refusal */
export function checkReason(id: string, field: string, reason: string | readonly string[], actor: Actor): void {
  if (actor.kind === 'import') return;
  const said = typeof reason === 'string' ? [reason] : reason;
  if (!said.some((text) => text.trim() !== '')) throw DealRefusal.reasonMissing(id, field);
}

const KNOWN: Readonly<Record<RequiredField, (deal: ExistingDeal) => boolean>> = {
  value: (deal) => deal.value !== 'unknown',
  decisionDate: (deal) => deal.decisionDate !== null,
  projectStart: (deal) => deal.projectStart !== null,
  chanceToGet: (deal) => deal.chanceToGet !== null,
  chanceToGo: (deal) => deal.chanceToGo !== null,
  company: (deal) => deal.companyId !== NOT_IN_SOURCE,
  product: (deal) => deal.productId !== null,
};

/** Fields are collected in phases: what this stage or one before it requires and is not known yet (QL10). */
export function missingFields(deal: ExistingDeal, version: ProcessVersion, stageId: StageId): RequiredField[] {
  const reached = version.process.stages.slice(0, (stageIndex(version, stageId) ?? -1) + 1);
  const required = new Set(reached.flatMap((stage) => stage.requiredFields));
  return [...required].filter((field) => !KNOWN[field](deal));
}
