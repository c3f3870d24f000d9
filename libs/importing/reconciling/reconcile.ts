import type { DealFact } from '../../domain/deal/deal.events.js';
import { pipelinePartOf } from '../../domain/deal/deal.evolve.js';
import type { RecordedEvent } from '../../domain/shared/envelope.js';
import type { StageId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import { sameJson } from '../../domain/shared/same-json.js';
import type { Planned } from './planned.js';
import { commandsFor, outcome, saysNothing } from './commands-for.js';
import type { PlanFact, PlannedStep } from './deal-plan.js';
import { DealPlan } from './deal-plan.js';
import { dealFactHash } from './fact-hash.js';
import type { Hashing } from './fact-hash.js';
import type { HashedSaid, ImportFact, Moment, Place, SaidOfDeal } from './moment.js';
import { closingOf, describe, describeSaid, enters, factTypes, isOutcome } from './recorded.js';

export interface ReconcileContext extends Hashing {
  /** The mapping's stages in their order. */
  readonly stages: readonly StageId[];
  /** The import's instant: what has no date counts from here. */
  readonly instant: EpochMs;
  /** Write what contradicts the record as corrections, in place of reporting it. */
  readonly asCorrections: boolean;
}

/** Something the importer says of a row beside what it writes. */
export interface Remark {
  readonly kind: 'would need a correction' | 'odd';
  readonly place: Place;
  readonly reason: string;
}

export interface Reconciled {
  readonly steps: readonly PlannedStep[];
  readonly remarks: readonly Remark[];
}

/**
 * What a source says of one deal, against what is recorded of it: the commands that bring in what is new, and the contradictions. A fact whose hash
 * stands in the stream is known, whatever came after it. Pure: the stream comes in, the commands go out.
 */
export function reconcile(said: SaidOfDeal<HashedSaid>, events: readonly RecordedEvent[], context: ReconcileContext): Reconciled {
  const reconciler = new Reconciler(said, new DealPlan(said.id, events), context);
  reconciler.run();
  return { steps: reconciler.plan.steps, remarks: reconciler.remarks };
}

class Reconciler {
  readonly remarks: Remark[] = [];
  private readonly reason: string;

  constructor(
    private readonly said: SaidOfDeal<HashedSaid>,
    readonly plan: DealPlan,
    private readonly context: ReconcileContext,
  ) {
    this.reason = `import of ${context.source}`;
  }

  run(): void {
    if (this.plan.withdrawn) {
      const place = this.said.moments[0]?.said[0]?.place;
      if (place !== undefined)
        this.remarks.push({ kind: 'odd', place, reason: 'the deal was withdrawn as recorded in error; nothing is written about it' });
      return;
    }
    for (const moment of this.said.moments) this.moment(moment);
    if (this.said.claim === 'happened') this.stillClosed();
  }

  private moment({ at, said }: Moment<HashedSaid>): void {
    const begins = at !== null && this.plan.first('RequestRegistered')?.dated === false;
    const redated = begins ? this.beginning(said, at) : [];
    if (redated === undefined) return;
    for (const one of said) {
      if (redated.includes(one)) continue;
      if (this.saidByWin(one, said)) continue;
      if (one.onlyIfNew === true && pipelinePartOf(this.plan.now()) !== null && this.plan.recorded) continue;
      const goOn = one.fact.is === 'registered' ? this.registered(one, one.fact, at) : this.say(one, at);
      if (!goOn) return;
    }
  }

  /** The date of the beginning became known: all that stands undated with it moves there first, so that what is new is behind it. Undefined: nothing more is said of this moment. */
  private beginning(said: readonly HashedSaid[], at: EpochMs): readonly HashedSaid[] | undefined {
    const redated: HashedSaid[] = [];
    for (const one of said) {
      if (one.fact.is === 'registered') {
        if (!this.registered(one, one.fact, at)) return undefined;
        redated.push(one);
      } else if (this.plan.first('RequestRegistered')?.dated === true) {
        if (!this.plan.has(one.hash) && this.redate(one.fact, at, one.hash, one.place)) redated.push(one);
      }
    }
    return redated;
  }

  /** A closed deal takes no other expected value; the win that comes of it at the same instant says it as well. */
  private saidByWin({ fact }: HashedSaid, said: readonly HashedSaid[]): boolean {
    if (fact.is !== 'value' || closingOf(this.plan.all()) === undefined) return false;
    return said.some(({ fact: other }) => other.is === 'won' && sameJson(other.value, fact.value));
  }

  private hash(fact: ImportFact, at: EpochMs | null, kind = ''): string {
    return dealFactHash(this.context, this.said.key, fact, at, kind);
  }

  /** Reports a contradiction, or where it is wanted lets `correct` write it. */
  private contradicts(place: Place, reason: string, correct: (() => boolean) | undefined): void {
    if (this.context.asCorrections && correct?.() === true) return;
    this.remarks.push({ kind: 'would need a correction', place, reason });
  }

  /** False: nothing more is said of this moment. */
  private registered({ place, hash }: HashedSaid, fact: ImportFact & { is: 'registered' }, at: EpochMs | null): boolean {
    const { plan } = this;
    if (plan.has(hash)) return true;
    const known = plan.first('RequestRegistered');
    if (known === undefined) {
      const [planned] = commandsFor(plan.id, plan.now(), fact, []) as readonly Planned[]; // of no deal, registering is always possible
      if (planned !== undefined) plan.act(planned, at ?? this.context.instant, at !== null, hash, place);
      return true;
    }
    if (at !== null && !known.dated) {
      // The date became known: the undated fact moves there, and with it comes what the row says beyond it.
      const data = { ...known.fact.data, ...withheldUntilNow(known.fact.data, fact.data) };
      plan.replace(known, { type: 'RequestRegistered', data }, at, hash, place, `${this.reason}: the date became known`);
      this.compareRegistration(fact, at, place);
      return true;
    }
    if (at !== null && at !== known.at) {
      if (this.said.claim === 'happened') {
        this.contradicts(place, `registered on ${isoInstant(known.at)} as recorded, on ${isoInstant(at)} as the source says`, () =>
          this.moveBeginning(known, at, hash, fact, place),
        );
      } else if (at < known.at) {
        const corrected = this.pullBack(known, fact, at, hash, place);
        if (!corrected) return false;
      }
    }
    if (this.said.claim === 'happened') this.compareRegistration(fact, at, place);
    return true;
  }

  /** With the registration goes what the import recorded of the same instant: the stage it began in, what was expected of it. */
  private moveBeginning(known: PlanFact, at: EpochMs, hash: string, fact: ImportFact, place: Place): boolean {
    const together = this.plan.all().filter((other) => other.at === known.at && other.imported && other !== known);
    if (!this.plan.replace(known, known.fact, at, hash, place, this.reason)) return false;
    together.forEach((other, i) => this.plan.replace(other, other.fact, at, this.hash(fact, at, `/with${i}`), place, this.reason));
    return true;
  }

  /** An older reading of the source than the one that brought the deal: it begins earlier, and what was first known of it stays from then on. */
  private pullBack(
    known: PlanFact & { fact: Extract<DealFact, { type: 'RequestRegistered' }> },
    fact: ImportFact & { is: 'registered' },
    at: EpochMs,
    hash: string,
    place: Place,
  ): boolean {
    const { plan, reason } = this;
    let corrected = false;
    this.contradicts(place, `not recorded before ${isoInstant(known.at)}, in the source on ${isoInstant(at)}`, () => {
      const before = known.fact.data;
      const earlier = { ...before, ...saidBy(fact.data) };
      corrected = plan.replace(known, { type: 'RequestRegistered', data: earlier }, at, hash, place, reason);
      const { companyId, productId } = before;
      if (corrected && earlier.companyId !== companyId && companyId !== 'not-in-source') {
        plan.insert(
          { type: 'CompanyIdentified', data: { companyId } },
          known.at,
          known.dated,
          this.hash(fact, at, '/company'),
          place,
          reason,
        );
      }
      if (corrected && productId !== undefined && earlier.productId !== productId) {
        plan.insert(
          { type: 'ProductIdentified', data: { productId } },
          known.at,
          known.dated,
          this.hash(fact, at, '/product'),
          place,
          reason,
        );
      }
      return corrected;
    });
    return corrected;
  }

  /** What the registration says of whom and what, against what is known: filled in where nothing was known, else a contradiction. */
  private compareRegistration(fact: ImportFact & { is: 'registered' }, at: EpochMs | null, place: Place): void {
    const { plan } = this;
    const known = plan.first('RequestRegistered');
    const deal = plan.now();
    if (known === undefined || deal.status === 'none') return;
    const { companyId, productId } = fact.data;
    const late = [
      ...(companyId === 'not-in-source' || !saysNothing(deal.companyId) ? [] : [{ is: 'company', companyId } as const]),
      ...(productId === undefined || !saysNothing(deal.productId) ? [] : [{ is: 'product', productId } as const]),
    ];
    // The source does not say since when it knows: recorded undated, from this import on.
    for (const one of late) this.ordinary(one, null, this.hash(one, null), place);
    const given: Readonly<Record<string, unknown>> = { ...fact.data };
    const recorded: Readonly<Record<string, unknown>> = {
      ...known.fact.data,
      companyId: deal.companyId,
      productId: deal.productId ?? undefined,
    };
    for (const field of ['companyId', 'productId', 'contactId', 'source', 'origin', 'receivedBy'] as const) {
      if (unsaid(given[field]) || sameJson(given[field], recorded[field]) || late.some((one) => `${one.is}Id` === field)) continue;
      this.contradicts(
        place,
        `${field} ${JSON.stringify(recorded[field] ?? null)} as recorded, ${JSON.stringify(given[field])} as the source says`,
        () =>
          plan.replace(
            plan.first('RequestRegistered') ?? known,
            { type: 'RequestRegistered', data: { ...known.fact.data, ...saidBy(fact.data) } },
            at ?? known.at,
            this.hash(fact, at, `/${field}`),
            place,
            this.reason,
          ),
      );
    }
  }

  private say({ fact, place, hash: asSaid }: HashedSaid, asked: EpochMs | null): boolean {
    const { plan } = this;
    const start = plan.first('RequestRegistered');
    let at = asked;
    if (at !== null && start?.dated === false) {
      // A deal cannot go on before it begins, and when it began nobody knows: it is closed, but in no period.
      this.remarks.push({
        kind: 'odd',
        place,
        reason: `${fact.is} on ${isoInstant(at)}: recorded undated, for when the deal began has no date`,
      });
      at = null;
    }
    const hash = at === asked ? asSaid : this.hash(fact, at);
    if (plan.has(hash)) return true;
    if (at !== null && this.redate(fact, at, hash, place)) return true;
    if (this.said.claim === 'happened' && this.otherwiseRecorded(fact, at, hash, place)) return true;
    if (at !== null && fact.is === 'stage' && this.qualifiedLater(fact, at, hash, place)) return true;
    this.ordinary(fact, at, hash, place);
    return true;
  }

  /** The fact is recorded without a date: now it gets this one. True where that is all there is to do. */
  private redate(fact: ImportFact, at: EpochMs, hash: string, place: Place): boolean {
    const { plan } = this;
    if (!plan.recorded) return false;
    const types = factTypes(fact);
    const undated = plan.all().filter((known) => !known.dated && known.id !== undefined && types.includes(known.fact.type));
    const same = undated.find((known) => enters(known.fact, fact));
    const target = same ?? (fact.is === 'stage' ? undated.find((known) => known.fact.type === 'LeadQualified') : undefined);
    if (target === undefined) return false;
    const all = same !== undefined && satisfies(target.fact, fact);
    plan.replace(target, target.fact, at, all ? hash : this.hash(fact, at, '/dated'), place, `${this.reason}: the date became known`);
    return all;
  }

  /** One row per deal: the same fact is recorded with another date or value. */
  private otherwiseRecorded(fact: ImportFact, at: EpochMs | null, hash: string, place: Place): boolean {
    const { plan } = this;
    if (!plan.recorded) return false;
    if (fact.is === 'stage') return this.stageOtherwise(fact, at, hash, place);
    if (isOutcome(fact)) {
      const closing = closingOf(plan.all());
      if (closing === undefined || closing.id === undefined) return false;
      const planned = outcome(plan.id, plan.now(), fact).fact;
      const sameValue = closing.fact.type === planned.type && sameJson(closing.fact.data, planned.data);
      if (sameValue && (at === null || at === closing.at)) return true;
      const [recorded, stated] = [describe(closing.fact), describe(planned)];
      this.contradicts(
        place,
        `${recorded} on ${isoInstant(closing.at)} as recorded, ${stated}${at === null ? '' : ` on ${isoInstant(at)}`} as the source says`,
        () => plan.replace(closing, planned, at ?? closing.at, hash, place, this.reason),
      );
      return true;
    }
    const types = factTypes(fact);
    const there = plan
      .all()
      .findLast((known) => types.includes(known.fact.type) && (at === null || known.at === at) && known.id !== undefined);
    if (there === undefined || satisfies(there.fact, fact)) return there !== undefined;
    const [planned] = this.asCommands(fact, there) ?? [];
    if (planned === undefined) return true;
    this.contradicts(place, `${describe(there.fact)} as recorded, ${describe(planned.fact)} as the source says`, () =>
      plan.replace(there, planned.fact, there.at, hash, place, this.reason),
    );
    return true;
  }

  /** The fact as it would stand just before `there`. */
  private asCommands(fact: ImportFact, there: PlanFact): readonly Planned[] | undefined {
    const planned = commandsFor(this.plan.id, this.plan.asOf(there.at - 1), fact, this.context.stages);
    if (!('cannot' in planned) && planned.length > 0) return planned;
    // Said again after a while, or first said with the registration itself: only the value counts.
    switch (fact.is) {
      case 'value':
        return [
          {
            command: { type: 'EstimateValue', id: this.plan.id, value: fact.value },
            fact: { type: 'ExpectedValueEstimated', data: { value: fact.value } },
          },
        ];
      case 'decision': {
        const data = {
          decisionDate: fact.decisionDate ?? null,
          ...(fact.projectStart === undefined ? {} : { projectStart: fact.projectStart }),
        };
        return [{ command: { type: 'ExpectDecision', id: this.plan.id, ...data }, fact: { type: 'DecisionDateExpected', data } }];
      }
      case 'chance': {
        const { is: _is, ...data } = fact;
        return [{ command: { type: 'AssessChance', id: this.plan.id, ...data }, fact: { type: 'ChanceAssessed', data } }];
      }
      default:
        return undefined;
    }
  }

  private stageOtherwise(fact: ImportFact & { is: 'stage' }, at: EpochMs | null, hash: string, place: Place): boolean {
    const { plan } = this;
    const entered = plan.all().find((known) => enters(known.fact, fact));
    if (entered === undefined) return false;
    if (at !== null && entered.at !== at) {
      this.contradicts(
        place,
        `in stage ${fact.stageId} from ${isoInstant(entered.at)} as recorded, from ${isoInstant(at)} as the source says`,
        () => plan.replace(entered, entered.fact, at, hash, place, this.reason),
      );
    }
    const owner = pipelinePartOf(plan.asOf(entered.at))?.ownerId;
    if (owner === undefined || owner === fact.ownerId || fact.ownerId === 'not-in-source') return true;
    const qualified = plan.first('LeadQualified');
    if (owner === 'not-in-source' && this.ordinaryOwner(fact, place)) return true;
    this.contradicts(place, `owner ${owner} as recorded, ${fact.ownerId} as the source says`, () =>
      qualified === undefined
        ? false
        : plan.replace(
            qualified,
            { type: 'LeadQualified', data: { ...qualified.fact.data, ownerId: fact.ownerId } },
            qualified.at,
            hash,
            place,
            this.reason,
          ),
    );
    return true;
  }

  /** The source did not know the owner and does now, without saying since when. */
  private ordinaryOwner(fact: ImportFact & { is: 'stage' }, place: Place): boolean {
    const { status } = this.plan.now();
    if (fact.ownerId === 'not-in-source' || (status !== 'open' && status !== 'postponed')) return false;
    const owner = { is: 'owner', ownerId: fact.ownerId } as const;
    const hash = this.hash(owner, null);
    if (!this.plan.has(hash)) this.ordinary(owner, null, hash, place);
    return true;
  }

  /** The deal was a mere request at `at` as recorded, and qualified later; the source has it in a stage by then. */
  private qualifiedLater(fact: ImportFact & { is: 'stage' }, at: EpochMs, hash: string, place: Place): boolean {
    const { plan, reason } = this;
    const known = plan.first('LeadQualified');
    if (known === undefined || known.at <= at || plan.asOf(at).status === 'none') return false;
    this.contradicts(
      place,
      `in stage ${known.fact.data.stageId} from ${isoInstant(known.at)} as recorded, in ${fact.stageId} on ${isoInstant(at)} as the source says`,
      () => {
        const { stageId, pipelineId, ownerId } = known.fact.data;
        const data = { pipelineId: fact.pipelineId, stageId: fact.stageId, ownerId: saysNothing(fact.ownerId) ? ownerId : fact.ownerId };
        if (!plan.replace(known, { type: 'LeadQualified', data }, at, hash, place, reason)) return false;
        if (ownerId !== data.ownerId && ownerId !== 'not-in-source') {
          plan.insert({ type: 'OwnerAssigned', data: { ownerId } }, known.at, known.dated, this.hash(fact, at, '/owner'), place, reason);
        }
        const back = commandsFor(plan.id, plan.asOf(at), { is: 'stage', pipelineId, stageId, ownerId }, this.context.stages);
        if (!('cannot' in back)) {
          back.forEach((move, i) => plan.insert(move.fact, known.at, known.dated, this.hash(fact, at, `/onwards${i}`), place, reason));
        }
        return true;
      },
    );
    return true;
  }

  /** In the ordinary way where it belongs behind all that is known; before undated facts by a correction of the import's own; else it is a contradiction. */
  private ordinary(fact: ImportFact, at: EpochMs | null, hash: string, place: Place): void {
    const { plan, reason } = this;
    const t = at ?? Math.max(this.context.instant, plan.latestAt);
    const planned = commandsFor(plan.id, plan.asOf(t), fact, this.context.stages);
    if ('cannot' in planned) {
      const won = closingOf(plan.all());
      const other = fact.is === 'won' && won?.fact.type === 'DealWon' ? won : undefined;
      this.contradicts(place, `${planned.cannot}; the source says ${describeSaid(fact)}`, () =>
        other === undefined
          ? false
          : plan.replace(other, outcome(plan.id, plan.now(), fact as ImportFact & { is: 'won' }).fact, other.at, hash, place, reason),
      );
      return;
    }
    const later = plan.later(t);
    // The last command carries the fact's own hash; what leads to it (a reopening before a win) hashes of its own, so that a crash between loses neither.
    const hashOf = (index: number) => (index === planned.length - 1 ? hash : this.hash(fact, at, `/by${index}`));
    const undated = later.every((known) => !known.dated);
    // An undated fact that could not follow the close was before it, though nobody knows when.
    if (undated && isOutcome(fact)) {
      for (const known of later) if (!FOLLOWS_A_CLOSE.includes(known.fact.type)) this.pullBefore(known, fact, t, place);
    }
    if (plan.later(t).length === 0) planned.forEach((one, i) => plan.act(one, t, at !== null, hashOf(i), place));
    else if (undated) {
      planned.forEach((one, i) => plan.insert(one.fact, t, true, hashOf(i), place, `${reason}: dated before what has no date`));
    } else {
      const [last, next] = [planned.at(-1), later[0]];
      if (last === undefined || next === undefined) return;
      const recorded = `${describe(next.fact)} on ${isoInstant(next.at)}`;
      this.contradicts(
        place,
        `${describe(last.fact)} on ${isoInstant(t)} as the source says, with later events recorded (${recorded})`,
        () => {
          planned.forEach((one, i) => plan.insert(one.fact, t, true, hashOf(i), place, reason));
          return true;
        },
      );
    }
  }

  private pullBefore(known: PlanFact, fact: ImportFact, at: EpochMs, place: Place): void {
    const hash = this.hash(fact, at, `/after ${known.id ?? ''}`);
    this.plan.replace(known, known.fact, at, hash, place, `${this.reason}: undated, before it was closed`, false);
  }

  /** One row per deal: an import closed the deal, and the row has it open now. What a person recorded since is no contradiction. */
  private stillClosed(): void {
    const { plan } = this;
    const last = this.said.moments.at(-1)?.said.findLast(({ fact }) => fact.is === 'stage' || isOutcome(fact));
    const closing = closingOf(plan.all());
    if (last?.fact.is !== 'stage' || closing === undefined || !closing.imported || closing.id === undefined) return;
    if (closing.fact.type === 'DealPostponed') return;
    const hash = this.hash(last.fact, closing.at, '/open again');
    this.contradicts(
      last.place,
      `${describe(closing.fact)} on ${isoInstant(closing.at)} as recorded, open in ${last.fact.stageId} as the source says`,
      () => plan.void(closing, hash, last.place, this.reason),
    );
  }
}

/** What may become known of a closed deal. */
const FOLLOWS_A_CLOSE: readonly DealFact['type'][] = ['CompanyIdentified', 'ProductIdentified'];

function unsaid(value: unknown): boolean {
  if (saysNothing(value)) return true;
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'not-in-source';
}

type Registration = Extract<DealFact, { type: 'RequestRegistered' }>['data'];

/** What a registration says, without what the source does not hold; its summary is sealed once recorded and never compared. */
function saidBy(data: Registration): Partial<Registration> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => !unsaid(value)));
}

/** What the row says where the record says nothing. */
function withheldUntilNow(known: Registration, given: Registration): Partial<Registration> {
  const recorded: Readonly<Record<string, unknown>> = { ...known };
  return Object.fromEntries(Object.entries(saidBy(given)).filter(([field]) => unsaid(recorded[field])));
}

/** Whether a recorded fact says all that the source's fact says. */
function satisfies(recorded: DealFact, fact: ImportFact): boolean {
  const { is: _is, ...said } = fact;
  const data: Readonly<Record<string, unknown>> = { ...recorded.data };
  return Object.entries(said).every(([field, value]) => {
    if (field === 'stageId') return enters(recorded, fact);
    if (field === 'pipelineId' || unsaid(value)) return true;
    return !(field in data) || sameJson(data[field], value);
  });
}
