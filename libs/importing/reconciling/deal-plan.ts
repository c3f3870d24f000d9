import type { CorrectableFact, Correction, DealCommand } from '../../domain/deal/deal.commands.js';
import type { DealFact } from '../../domain/deal/deal.events.js';
import type { Deal, DealFactAt } from '../../domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../../domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import { factsAsKnown } from '../../domain/shared/history.js';
import type { DealId, EventId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Planned } from './planned.js';
import type { Place } from './moment.js';

/** One command to the deal's stream, with the hash by which the next import recognises its fact. */
export interface PlannedStep {
  readonly command: DealCommand;
  /** Undefined for corrections: the correction says when. */
  readonly effectiveAt: EpochMs | undefined;
  readonly dated: boolean;
  readonly importHash: string;
  readonly place: Place;
}

/** A fact of the deal as known, or as it will be once the steps so far are taken. */
export interface PlanFact {
  /** Undefined until it is recorded: what this plan itself adds cannot be corrected by it. */
  readonly id: EventId | undefined;
  readonly fact: DealFact;
  readonly at: EpochMs;
  readonly dated: boolean;
  /** Recorded by an import. */
  readonly imported: boolean;
  /** Among facts of one instant: recorded earlier, comes first; a replacement keeps the place of what it replaces. */
  readonly tie: number;
}

/** What is known of a deal, and the steps planned so far; the plan folds what its own steps will make so. */
export class DealPlan {
  private readonly planned: { readonly step: PlannedStep; readonly movedFrom: EpochMs | undefined }[] = [];
  readonly withdrawn: boolean;
  /** Something is recorded of the deal: what is said of it may be known, or contradict. */
  readonly recorded: boolean;
  private readonly seen = new Set<string>();
  private facts: PlanFact[] = [];
  private ties = 1_000_000;
  /** The fold of all facts; undefined where facts were moved since. */
  private tip: Deal | undefined;

  constructor(
    readonly id: DealId,
    events: readonly RecordedEvent[],
  ) {
    for (const { metadata } of events) if (metadata.importHash !== undefined) this.seen.add(metadata.importHash);
    const last = events.at(-1);
    this.recorded = last !== undefined;
    if (last === undefined) {
      this.withdrawn = false;
      this.tip = noDeal;
      return;
    }
    const { facts, withdrawn } = factsAsKnown<DealFact>(events, last.position);
    this.withdrawn = withdrawn;
    this.facts = facts.map((fact, tie) => ({
      id: fact.id,
      fact,
      at: fact.effectiveAt,
      dated: fact.dated,
      imported: fact.source.metadata.importHash !== undefined,
      tie,
    }));
  }

  /**
   * The steps in an order in which each leaves a history that could have been: facts that move to a later date go first, the last of them before the
   * others, so that none overtakes the next.
   */
  get steps(): readonly PlannedStep[] {
    const later = this.planned.filter(({ movedFrom }) => movedFrom !== undefined);
    if (later.length === 0) return this.planned.map(({ step }) => step);
    const backwards = later.reverse().sort((a, b) => (b.movedFrom ?? 0) - (a.movedFrom ?? 0));
    return [...backwards, ...this.planned.filter(({ movedFrom }) => movedFrom === undefined)].map(({ step }) => step);
  }

  has(importHash: string): boolean {
    return this.seen.has(importHash);
  }

  get latestAt(): EpochMs {
    return this.facts.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  }

  all(): readonly PlanFact[] {
    return this.facts;
  }

  later(at: EpochMs): readonly PlanFact[] {
    return at >= this.latestAt ? [] : this.facts.filter((fact) => fact.at > at);
  }

  first<T extends DealFact['type']>(type: T): (PlanFact & { readonly fact: Extract<DealFact, { type: T }> }) | undefined {
    return this.facts.find((planned) => planned.fact.type === type) as
      (PlanFact & { readonly fact: Extract<DealFact, { type: T }> }) | undefined; // found by its type
  }

  /** The deal as of an instant, as it will be known. */
  asOf(at: EpochMs): Deal {
    if (at >= this.latestAt) {
      this.tip ??= fold(this.facts);
      return this.tip;
    }
    return fold(this.facts.filter((fact) => fact.at <= at));
  }

  now(): Deal {
    return this.asOf(this.latestAt);
  }

  /** An ordinary command, at or after the deal's latest fact. */
  act({ command, fact }: Planned, at: EpochMs, dated: boolean, importHash: string, place: Place): void {
    this.tip = evolve(this.now(), factAt(fact, at, dated));
    this.facts.push({ id: undefined, fact, at, dated, imported: true, tie: this.nextTie() });
    this.take({ command, effectiveAt: at, dated, importHash, place });
  }

  insert(fact: DealFact, at: EpochMs, dated: boolean, importHash: string, place: Place, reason: string): void {
    const behind = this.facts.findIndex((other) => other.at > at);
    const planned = { id: undefined, fact, at, dated, imported: true, tie: this.nextTie() };
    this.facts.splice(behind === -1 ? this.facts.length : behind, 0, planned);
    this.correct(
      { kind: 'insert', event: correctable(fact), effectiveAt: at, ...(dated ? {} : { dated: false as const }) },
      importHash,
      place,
      reason,
    );
  }

  /** False where the fact is not recorded yet. */
  replace(target: PlanFact, fact: DealFact, at: EpochMs, importHash: string, place: Place, reason: string, dated = true): boolean {
    if (target.id === undefined) return false;
    const index = this.facts.indexOf(target);
    this.facts[index] = { ...target, fact, at, dated };
    this.facts.sort((a, b) => a.at - b.at || a.tie - b.tie);
    const undated = dated ? {} : { dated: false as const };
    const correction: Correction = { kind: 'replace', target: target.id, event: correctable(fact), effectiveAt: at, ...undated };
    this.correct(correction, importHash, place, reason, at > target.at ? target.at : undefined);
    return true;
  }

  void(target: PlanFact, importHash: string, place: Place, reason: string): boolean {
    if (target.id === undefined) return false;
    this.facts = this.facts.filter((fact) => fact !== target);
    this.correct({ kind: 'void', target: target.id }, importHash, place, reason);
    return true;
  }

  private nextTie(): number {
    this.ties += 1;
    return this.ties;
  }

  private correct(correction: Correction, importHash: string, place: Place, reason: string, movedFrom?: EpochMs): void {
    this.tip = undefined;
    const command = { type: 'CorrectHistory', id: this.id, correction, reason } as const;
    this.take({ command, effectiveAt: undefined, dated: true, importHash, place }, movedFrom);
  }

  private take(step: PlannedStep, movedFrom?: EpochMs): void {
    this.seen.add(step.importHash);
    this.planned.push({ step, movedFrom });
  }
}

/** Written out member by member: it is made for every fact of an import. */
function factAt({ type, data }: DealFact, effectiveAt: EpochMs, dated: boolean): DealFactAt {
  return { type, data, effectiveAt, dated } as DealFactAt; // type and data of one fact
}

function fold(facts: readonly PlanFact[]): Deal {
  return facts.reduce<Deal>((deal, { fact, at, dated }) => evolve(deal, factAt(fact, at, dated)), noDeal);
}

/** What a move says of where it came from is left to the decider, which knows the corrected history. */
function correctable(fact: DealFact): CorrectableFact {
  switch (fact.type) {
    case 'StageAdvanced': {
      const { from: _from, skipped: _skipped, ...data } = fact.data;
      return { type: fact.type, data };
    }
    case 'StageReturned': {
      const { from: _from, ...data } = fact.data;
      return { type: fact.type, data };
    }
    case 'DealTransferred': {
      const { fromPipelineId: _pipeline, fromStageId: _stage, ...data } = fact.data;
      return { type: fact.type, data };
    }
    default:
      // A Fact of the law carries more than its type and data: only these two belong into a correction.
      return { type: fact.type, data: fact.data } as CorrectableFact;
  }
}
