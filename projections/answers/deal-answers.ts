import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal, ExistingDeal } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal, pipelinePartOf } from '../../libs/domain/deal/deal.evolve.js';
import type { HistoryCorrected } from '../../libs/domain/shared/correction.js';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { factsAsKnown, factsAsOf } from '../../libs/domain/shared/history.js';
import type { DealId, StreamName } from '../../libs/domain/shared/ids.js';
import { ID_PATTERN, streamName } from '../../libs/domain/shared/ids.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { Money } from '../../libs/domain/shared/money.js';
import { moneyText } from '../../libs/domain/shared/money.js';
import type { Position } from '../../libs/domain/shared/position.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import type { DealAnswer, DealBasis, DealHistoryAnswer, DealHistoryQuery, DealQuery, HistoryEntry } from '../../libs/reporting/queries.js';
import { NOT_KNOWN_YET } from '../../libs/reporting/queries.js';
import { nameOf } from '../../libs/reporting/scope/dimension-view.js';
import { labelsOf } from '../../libs/reporting/scope/groupings.js';
import { parseInstant, parseKnownAt } from '../../libs/reporting/time/instant.js';
import type { AnswerSources } from './answer-sources.js';
import type { Knowledge } from './known-at.js';
import { NAMED_THINGS, namedIn } from './named-in.js';
import type { Asker } from './sources.js';
import { DealUnknown } from './sources.js';

/** Epoch milliseconds among a deal's fields. */
const INSTANTS = new Set(['registeredAt', 'qualifiedAt', 'stageSince', 'closedAt']);

function isMoney(value: object): value is Money {
  return 'minor' in value && 'currency' in value && Object.keys(value).length === 2;
}

/** Money with amounts instead of minor units, however deep: what people read. */
function readable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(readable);
  if (isMoney(value)) return moneyText(value);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readable(member)]));
}

function readableState(deal: ExistingDeal): { status: string } {
  const fields = Object.entries(deal).map(([name, value]) => [
    name,
    INSTANTS.has(name) && typeof value === 'number' ? isoInstant(value) : readable(value),
  ]);
  return { status: deal.status, ...Object.fromEntries(fields) } as { status: string }; // its first field
}

/** What an auditor asks of one deal: read from the log, by the law. */
export class DealAnswers {
  constructor(private readonly sources: AnswerSources) {}

  /** @throws DealUnknown, TimeNotUnderstood, AnswerNotReady */
  async deal(idOrKey: string, query: DealQuery, asker: Asker): Promise<DealAnswer> {
    const time = this.sources.time();
    const asOf = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const { id, events } = await this.find(idOrKey);
    const knowledge = await this.knowledge(query.knownAt);
    const facts = factsAsOf<DealFact>(events, knowledge.position, asOf);
    const deal = facts.reduce<Deal>(evolve, noDeal);
    const known = events.filter(({ position }) => position <= knowledge.position);
    const marks: string[] = [];
    const first = events[0];
    if (known.length === 0 && first !== undefined)
      marks.push(`${NOT_KNOWN_YET}: its first event was recorded ${isoInstant(first.recordedAt)}`);
    else if (deal.status === 'none') marks.push(this.whyNothing(events, knowledge.position));
    const basis: DealBasis = { ...this.basis(knowledge, marks), asOf: isoInstant(asOf) };
    const labels = deal.status === 'none' ? {} : await this.labels(deal, asOf, knowledge);
    const state = deal.status === 'none' ? null : readableState(deal);
    return this.sources.personal.open({ report: 'deal', basis, deal: id, revision: known.at(-1)?.revision ?? null, state, labels }, asker);
  }

  /** @throws DealUnknown, TimeNotUnderstood, AnswerNotReady */
  async history(idOrKey: string, query: DealHistoryQuery, asker: Asker): Promise<DealHistoryAnswer> {
    const { id, events } = await this.find(idOrKey);
    const knowledge = await this.knowledge(query.knownAt);
    const known = events.filter(({ position }) => position <= knowledge.position);
    const first = events[0];
    const marks =
      known.length > 0 || first === undefined ? [] : [`${NOT_KNOWN_YET}: its first event was recorded ${isoInstant(first.recordedAt)}`];
    const entries = historyEntries(known, knowledge.position);
    const answer = { basis: this.basis(knowledge, marks), deal: id, events: entries, labels: await this.names(entries, knowledge) };
    return this.sources.personal.open({ report: 'deal-history', ...answer } as const, asker);
  }

  private async names(entries: readonly HistoryEntry[], knowledge: Knowledge): Promise<DealHistoryAnswer['labels']> {
    const view = await this.sources.dimensions.view(this.sources.time().now, knowledge.number, NAMED_THINGS);
    const named = [...namedIn(entries)].flatMap(([key, [kind, id]]) => {
      const name = nameOf(view, kind, id);
      return name === null ? [] : [[key, name] as const];
    });
    return Object.fromEntries(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  private basis({ position, eventId, recordedAt }: Knowledge, marks: readonly string[]): Omit<DealBasis, 'asOf'> {
    const knownAt = recordedAt === null ? null : isoInstant(recordedAt);
    return { log: this.sources.eventStore.identity.logId, knownAt, position, event: eventId, timeZone: this.sources.time().zone, marks };
  }

  private whyNothing(events: readonly RecordedEvent[], knownAt: Position): string {
    const known = factsAsKnown<DealFact>(events, knownAt);
    if (known.withdrawn) return 'withdrawn: its first event was voided, and it is in no report';
    const first = known.facts[0];
    return first === undefined ? 'nothing of it holds any more' : `before its first event, ${isoInstant(first.effectiveAt)}`;
  }

  private async labels(deal: ExistingDeal, asOf: number, knowledge: Knowledge): Promise<DealAnswer['labels']> {
    const kinds = ['process', 'employee', 'company', 'product', 'campaign', 'contact'] as const;
    const view = await this.sources.dimensions.view(asOf, knowledge.number, kinds);
    const part = pipelinePartOf(deal);
    const group = {
      ...(part === null ? {} : { lastStage: part.stageId, pipeline: part.pipelineId, owner: part.ownerId }),
      ...{ campaign: deal.campaignId, product: deal.productId, company: deal.companyId },
    };
    return { ...labelsOf(group, view), contact: nameOf(view, 'contact', deal.contactId) };
  }

  /** K of an audit: any position of the log, which needs no read model to come so far. */
  private async knowledge(knownAt: string | undefined): Promise<Knowledge> {
    return this.sources.knownAt.inLog(knownAt === undefined ? undefined : parseKnownAt(knownAt, this.sources.time()));
  }

  private async find(idOrKey: string): Promise<{ readonly id: DealId; readonly events: readonly RecordedEvent[] }> {
    if (!ID_PATTERN.test(idOrKey)) throw new DealUnknown(`'${idOrKey}' is no deal's id`);
    const exact = await this.events(streamName('deal', idOrKey));
    if (exact.length > 0) return { id: idOrKey as DealId, events: exact };
    const [only, ...others] = await this.sources.dealRows.idsOfKey(idOrKey);
    if (only === undefined) throw new DealUnknown(`there is no deal ${idOrKey}`);
    if (others.length > 0) throw new DealUnknown(`${idOrKey} is the key of several deals: ${[only, ...others].join(', ')}`);
    return { id: only as DealId, events: await this.events(streamName('deal', only)) };
  }

  private async events(stream: StreamName): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (let from = 0, end = false; !end; from = events.length) {
      const page = await this.sources.eventStore.readStream(stream, { from, limit: 1_000 });
      events.push(...page.events.map((stored) => catalog.decode(stored)));
      end = page.end;
    }
    return events;
  }
}

function isCorrection(event: RecordedEvent): event is RecordedEvent<HistoryCorrected> {
  return event.type === 'HistoryCorrected';
}

/** Every event with what has become of it, as known at a position. */
function historyEntries(events: readonly RecordedEvent[], knownAt: Position): readonly HistoryEntry[] {
  const facts = new Map(factsAsKnown<DealFact>(events, knownAt).facts.map((fact) => [fact.id, fact]));
  const voidedBy = new Map<string, string>();
  for (const event of events) {
    if (isCorrection(event) && event.data.kind === 'void') voidedBy.set(event.data.target, event.eventId);
  }
  function standing(event: RecordedEvent): Pick<HistoryEntry, 'standing' | 'correctedBy'> {
    if (isCorrection(event) && event.data.kind !== 'insert') return { standing: 'correction' };
    const fact = facts.get(event.eventId);
    if (fact === undefined) {
      const correctedBy = voidedBy.get(event.eventId);
      return { standing: 'voided', ...(correctedBy === undefined ? {} : { correctedBy }) };
    }
    const { source } = fact;
    return source.eventId === event.eventId ? { standing: 'holds' } : { standing: 'replaced', correctedBy: source.eventId };
  }
  return events.map((event) => {
    const { metadata } = event;
    return {
      revision: event.revision,
      position: event.position,
      recordedAt: isoInstant(event.recordedAt),
      effectiveAt: metadata.effectiveAt,
      dated: metadata.dated !== false,
      type: event.type,
      data: readable(event.data),
      actor: metadata.actor,
      eventId: event.eventId,
      correlationId: metadata.correlationId,
      causationId: metadata.causationId,
      ...(metadata.processVersion === undefined ? {} : { processVersion: metadata.processVersion }),
      ...standing(event),
    };
  });
}
