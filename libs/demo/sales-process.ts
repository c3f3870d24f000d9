import type { Stage } from '../domain/pipeline/pipeline.events.js';
import type { ProcessTimeline } from '../domain/pipeline/process-timeline.js';
import type { EmployeeId, PipelineId, ProductId, StageId } from '../domain/shared/ids.js';
import type { CalendarDate, EpochMs } from '../domain/shared/instant.js';
import { isoInstant } from '../domain/shared/instant.js';
import type { Money } from '../domain/shared/money.js';
import type { Requester } from './customers.js';
import type { DealDiary } from './deal-diary.js';
import type { DemoStep } from './demo-step.js';
import { NEW_BUSINESS, PROJECTS, stagesAt, standsIn } from './firm-processes.js';
import type { World } from './world.js';
import { LOSS_REASONS, MARKETING_LISTS, WIN_REASONS } from './words.js';
import { DAY } from './working-time.js';

type Steps = Generator<DemoStep, void, void>;
type Happening =
  | 'advance'
  | 'skip'
  | 'return'
  | 'lose'
  | 'win'
  | 'postpone'
  | 'value'
  | 'date'
  | 'chance'
  | 'owner'
  | 'transfer'
  | 'product'
  | 'company'
  | 'marketing'
  | 'file';

const SELDOM: readonly (readonly [number, Happening])[] = [
  [13, 'lose'],
  [3, 'win'],
  [4, 'postpone'],
  [9, 'value'],
  [8, 'date'],
  [6, 'chance'],
  [2.5, 'owner'],
  [1, 'transfer'],
  [1.2, 'product'],
  [0.8, 'company'],
  [1.5, 'marketing'],
  [0.4, 'file'],
];

function calendarDate(at: EpochMs): CalendarDate {
  return isoInstant(at).slice(0, 10) as CalendarDate;
}

/** A deal proper, from its qualification to its end, and perhaps beyond. It knows of itself what is needed to stay legal. */
class Selling {
  owner: EmployeeId;
  pipelineId: PipelineId;
  stageId: StageId;
  value: Money | undefined;
  decision: EpochMs | undefined;

  constructor(
    readonly world: World,
    readonly diary: DealDiary,
    readonly requester: Requester,
  ) {
    const { random } = diary;
    this.owner = world.firm.sellerAt(diary.at, random);
    this.pipelineId = random.chance(0.72) ? NEW_BUSINESS : PROJECTS;
    const stages = this.stages;
    this.stageId = (random.chance(0.1) ? (stages[2] ?? stages[0]) : stages[0])?.id as StageId; // every process has a stage
  }

  get id() {
    return this.diary.id;
  }
  get timeline(): ProcessTimeline {
    const timeline = this.world.firm.processes.get(this.pipelineId);
    if (timeline === undefined) throw new Error(`the firm has no pipeline ${this.pipelineId}`);
    return timeline;
  }
  get stages(): readonly Stage[] {
    return stagesAt(this.timeline, this.diary.at);
  }
  /** Where the deal stands in the process in force now. */
  get index(): number {
    const stands = standsIn(this.timeline, this.stageId, this.diary.at);
    return this.stages.findIndex((stage) => stage.id === stands);
  }
  get euros(): number {
    return this.value === undefined || this.value.currency !== 'EUR' ? 0 : this.value.minor / 100;
  }

  /** Prices by what is sold; a few customers pay in kronor. */
  someValue(): Money {
    const { random } = this.diary;
    const price = random.pick(this.world.firm.products).price;
    const amount = Math.round((price * random.whole(2, 40) * (this.pipelineId === PROJECTS ? 2.5 : 1)) / 50) * 50;
    return this.requester.companyId.endsWith('7') ? { minor: amount * 1_100, currency: 'SEK' } : { minor: amount * 100, currency: 'EUR' };
  }

  changedValue(): Money {
    const { minor, currency } = this.value ?? this.someValue();
    return { minor: Math.max(10_000, Math.round((minor * this.diary.random.between(0.6, 1.35)) / 5_000) * 5_000), currency };
  }

  revalue(value: Money | undefined): void {
    this.world.book.closed(this.owner, this.euros);
    this.value = value;
    this.world.book.opened(this.owner, this.euros);
  }
}

export function* salesProcess(world: World, diary: DealDiary, receiver: EmployeeId, requester: Requester): Steps {
  const deal = new Selling(world, diary, requester);
  const { random, id } = diary;
  // The stages of a project require a value from the proposal on: who qualifies further on has said it.
  if (deal.pipelineId === PROJECTS) deal.stageId = deal.stages[0]?.id ?? deal.stageId;
  const before = diary.latest;
  const qualified = diary.fact(
    receiver,
    { type: 'QualifyLead', id, pipelineId: deal.pipelineId, stageId: deal.stageId, ownerId: deal.owner },
    { remembered: true },
  );
  const qualifiedAt = diary.latest;
  yield qualified;
  if (qualifiedAt - before > 2 * DAY && random.chance(0.05)) {
    diary.wait(random.between(0.2, 2));
    const earlier = before + Math.floor((qualifiedAt - before) / 2 / 1000) * 1000;
    const event = { type: 'LeadQualified', data: { pipelineId: deal.pipelineId, stageId: deal.stageId, ownerId: deal.owner } } as const;
    yield diary.correct(
      receiver,
      qualified,
      'LeadQualified',
      { kind: 'replace', event, effectiveAt: earlier },
      'The owner had it two days before it was entered',
    );
  }
  yield* firstEstimates(deal);
  yield* untilClosed(deal);
}

function* firstEstimates(deal: Selling): Steps {
  const { diary, id } = deal;
  const { random } = diary;
  if (random.chance(0.86)) {
    diary.wait(random.skewed(1));
    yield* estimate(deal, deal.someValue());
  }
  if (random.chance(0.9)) {
    yield* expect(deal, random.between(20, 130), random.chance(0.4) ? random.between(20, 90) : undefined);
  }
  if (random.chance(0.7)) {
    yield diary.fact(deal.owner, {
      type: 'AssessChance',
      id,
      get: random.whole(2, 9) * 1_000,
      ...(random.chance(0.6) ? { go: random.whole(4, 10) * 1_000 } : {}),
    });
  }
}

/** One in thirty is typed wrong, and put right days later; once in a while the correction was the mistake. */
function* estimate(deal: Selling, value: Money): Steps {
  const { diary, id, owner } = deal;
  const { random } = diary;
  if (!random.chance(0.035)) {
    yield diary.fact(owner, { type: 'EstimateValue', id, value });
    return deal.revalue(value);
  }
  const wrong = { ...value, minor: value.minor * 10 };
  const typed = diary.fact(owner, { type: 'EstimateValue', id, value: wrong }, { remembered: true });
  yield typed;
  diary.wait(random.between(0.5, 7));
  const event = { type: 'ExpectedValueEstimated', data: { value } } as const;
  const corrected = diary.correct(owner, typed, 'ExpectedValueEstimated', { kind: 'replace', event }, 'One zero too many', {
    remembered: true,
  });
  yield corrected;
  deal.revalue(value);
  if (!random.chance(0.25)) return;
  diary.wait(random.between(0.5, 4));
  const undone = diary.correct(owner, corrected, 'HistoryCorrected', { kind: 'void' }, 'It was right: ten floors, not one', {
    remembered: true,
  });
  yield undone;
  deal.revalue(wrong);
  if (!random.chance(0.4)) return;
  diary.wait(random.between(0.5, 4));
  yield diary.correct(owner, undone, 'HistoryCorrected', { kind: 'void' }, 'One floor, I asked again');
  deal.revalue(value);
}

function* expect(deal: Selling, days: number, startsAfter?: number): Steps {
  const { diary, id, owner } = deal;
  deal.decision = diary.at + days * DAY;
  const projectStart = startsAfter === undefined ? {} : { projectStart: calendarDate(deal.decision + startsAfter * DAY) };
  yield diary.fact(owner, { type: 'ExpectDecision', id, decisionDate: calendarDate(deal.decision), ...projectStart });
}

function* untilClosed(deal: Selling): Steps {
  const { diary, world } = deal;
  const { random } = diary;
  for (;;) {
    const pace = deal.pipelineId === PROJECTS ? 12 : 8;
    diary.wait(random.skewed(pace));
    if (diary.at > world.endsAt) return;
    const overdue = deal.decision !== undefined && deal.decision < diary.at;
    const happening =
      overdue && random.chance(0.6) ? 'date' : random.weighted<Happening>([[46, 'advance'], [7, 'skip'], [5, 'return'], ...SELDOM]);
    const closed = yield* happens(deal, happening);
    if (closed && !(yield* reopened(deal, happening))) return;
  }
}

/** True where that closed the deal. */
function* happens(deal: Selling, happening: Happening): Generator<DemoStep, boolean, void> {
  const { diary, id, owner, stages, index, world } = deal;
  const { random } = diary;
  switch (happening) {
    case 'advance':
    case 'skip': {
      const to = Math.min(index + (happening === 'skip' ? random.whole(2, 3) : 1), stages.length - 1);
      if (index === stages.length - 1) return yield* close(deal, 'win');
      yield* advance(deal, to);
      return false;
    }
    case 'return': {
      const target = stages[Math.max(0, index - random.whole(1, 2))];
      if (target === undefined || index === 0) return false;
      yield diary.fact(owner, { type: 'ReturnToStage', id, toStageId: target.id, reason: 'Another person decides now' });
      deal.stageId = target.id;
      return false;
    }
    case 'postpone':
      return yield* postpone(deal);
    case 'value':
      if (deal.value === undefined || !random.chance(0.04)) yield* estimate(deal, deal.changedValue());
      else {
        yield diary.fact(owner, { type: 'EstimateValue', id, value: 'unknown' });
        deal.revalue(undefined);
      }
      return false;
    case 'date':
      yield* expect(deal, random.between(7, 75));
      return false;
    case 'chance':
      yield diary.fact(owner, { type: 'AssessChance', id, get: random.whole(1, 9) * 1_000 });
      return false;
    case 'owner': {
      const next = world.firm.sellerAt(diary.at, random);
      yield diary.fact(owner, { type: 'AssignOwner', id, ownerId: next });
      world.book.closed(owner, deal.euros);
      world.book.opened(next, deal.euros);
      deal.owner = next;
      return false;
    }
    case 'transfer':
      yield* transfer(deal);
      return false;
    case 'product':
      yield diary.fact(owner, { type: 'IdentifyProduct', id, productId: random.pick(world.firm.products).id as ProductId });
      return false;
    case 'company':
      yield diary.fact(owner, { type: 'IdentifyCompany', id, companyId: world.customers.anyCompany(random) });
      return false;
    case 'win':
      if (index < 1) return false;
      return yield* close(deal, 'win');
    case 'lose':
      return yield* close(deal, 'lose');
    case 'marketing':
      yield diary.fact(owner, {
        type: 'RouteRequestToMarketing',
        id,
        lists: [random.pick(MARKETING_LISTS)],
        reason: 'The project is off for now',
      });
      world.book.closed(owner, deal.euros);
      return true;
    case 'file':
      yield diary.fact(owner, { type: 'FileRequest', id, reason: 'The company is gone' });
      world.book.closed(owner, deal.euros);
      return true;
  }
}

/** What the process asks for from the proposal on is said first. */
function* advance(deal: Selling, to: number): Steps {
  const { diary, id, owner, stages, index } = deal;
  const { random } = diary;
  const target = stages[to];
  if (target === undefined) return;
  const required = new Set(stages.slice(0, to + 1).flatMap((stage) => stage.requiredFields));
  if (required.has('value') && deal.value === undefined) yield* estimate(deal, deal.someValue());
  if (required.has('decisionDate') && deal.decision === undefined) yield* expect(deal, random.between(14, 60));
  if (diary.at > deal.world.endsAt) return;
  const before = diary.latest;
  const reason = random.chance(0.3) ? { reason: 'They asked for it' } : {};
  yield diary.fact(owner, { type: 'AdvanceStage', id, toStageId: target.id, ...reason });
  deal.stageId = target.id;
  const skipped = stages[index + 1];
  const room = diary.latest - before;
  // A meeting forgotten between two moves: remembered a few days later, and put where it belongs.
  if (to > index + 1 && skipped !== undefined && room > 4 * 3_600_000 && before >= deal.world.begins && random.chance(0.3)) {
    const happened = before + Math.floor((room * random.between(0.2, 0.8)) / 1000) * 1000;
    const then = stagesAt(deal.timeline, happened);
    if (!then.some((stage) => stage.id === skipped.id)) return;
    diary.wait(random.between(1, 8));
    yield diary.insert(owner, { type: 'StageAdvanced', data: { to: skipped.id } }, happened, 'There was a meeting in between');
  }
}

/** The customer's project waits: out of the open pipeline, with a date to wake up (RV06). */
function* postpone(deal: Selling): Generator<DemoStep, boolean, void> {
  const { diary, id, owner } = deal;
  const { random } = diary;
  let wakeUp = diary.at + random.between(25, 160) * DAY;
  yield diary.fact(owner, { type: 'PostponeDeal', id, wakeUp: calendarDate(wakeUp), reason: 'Their budget comes after the summer' });
  if (random.chance(0.15)) {
    diary.wait((wakeUp - diary.at) / DAY / 2);
    wakeUp += 60 * DAY;
    yield diary.fact(owner, { type: 'PostponeDeal', id, wakeUp: calendarDate(wakeUp) });
  }
  diary.waitUntil(wakeUp + random.between(-5, 15) * DAY);
  if (random.chance(0.2)) return yield* close(deal, 'lose');
  yield diary.fact(owner, { type: 'ResumeDeal', id });
  return false;
}

function* transfer(deal: Selling): Steps {
  const { diary, id, owner } = deal;
  const pipelineId = deal.pipelineId === NEW_BUSINESS ? PROJECTS : NEW_BUSINESS;
  const stage = stagesAt(deal.world.firm.processes.get(pipelineId) ?? deal.timeline, diary.at)[0];
  if (stage === undefined) return;
  // Dated now: the first stage is looked up for now.
  yield diary.fact(
    owner,
    { type: 'TransferDeal', id, pipelineId, stageId: stage.id, reason: 'It became something else' },
    { punctual: true },
  );
  deal.pipelineId = pipelineId;
  deal.stageId = stage.id;
}

function* close(deal: Selling, how: 'win' | 'lose'): Generator<DemoStep, boolean, void> {
  const { diary, id, owner, world } = deal;
  const { random } = diary;
  if (diary.at > world.endsAt) return true;
  world.book.closed(owner, deal.euros);
  if (how === 'lose') {
    const reasons = [random.pick(LOSS_REASONS)];
    const lost = diary.fact(
      owner,
      { type: 'LoseDeal', id, reasons, ...(random.chance(0.3) ? { note: 'They told us on the phone' } : {}) },
      { remembered: true },
    );
    yield lost;
    if (!random.chance(0.03)) return true;
    diary.wait(random.between(1, 20));
    const event = { type: 'DealLost', data: { reasons: ['project-cancelled'] } } as const;
    yield diary.correct(owner, lost, 'DealLost', { kind: 'replace', event }, 'The real reason came out later');
    return true;
  }
  const value = random.chance(0.6) && deal.value !== undefined ? deal.value : deal.changedValue();
  const reasons = [random.pick(WIN_REASONS)];
  if (random.chance(0.07)) {
    // Signed on Friday, entered on Monday.
    const happened = Math.max(diary.latest, Math.floor((diary.at - random.between(0.5, 3) * DAY) / 1000) * 1000);
    yield diary.insert(owner, { type: 'DealWon', data: { value, reasons } }, happened, 'Signed before the weekend, entered after it');
    diary.latest = happened;
  } else {
    const won = diary.fact(owner, { type: 'WinDeal', id, value, reasons }, { remembered: true });
    yield won;
    if (random.chance(0.04)) {
      diary.wait(random.between(1, 15));
      const event = { type: 'DealWon', data: { value: { ...value, minor: Math.round(value.minor * 0.95) }, reasons } } as const;
      yield diary.correct(owner, won, 'DealWon', { kind: 'replace', event }, 'The contract says five per cent less');
    }
  }
  world.book.won(owner, diary.latest, value.currency === 'EUR' ? value.minor / 100 : 0);
  deal.value = value;
  return true;
}

/** True where the deal lives again (C8): a lost one months later, a won one whose order fell through. */
function* reopened(deal: Selling, closing: Happening): Generator<DemoStep, boolean, void> {
  const { diary, id, owner, world } = deal;
  const { random } = diary;
  const won = closing === 'win' || closing === 'advance' || closing === 'skip';
  if (!random.chance(won ? 0.012 : 0.06)) return false;
  diary.wait(won ? random.between(4, 40) : random.between(20, 150));
  if (diary.at > world.endsAt) return false;
  const stands = standsIn(deal.timeline, deal.stageId, diary.at);
  yield diary.fact(
    owner,
    { type: 'ReopenDeal', id, stageId: stands, reason: won ? 'The order fell through' : 'They called again' },
    { punctual: true },
  );
  deal.stageId = stands;
  world.book.opened(owner, deal.euros);
  return true;
}
