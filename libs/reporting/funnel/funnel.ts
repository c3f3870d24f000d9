import type { EpochMs } from '../../domain/shared/instant.js';
import type { FunnelFigure } from '../behind/figures.js';
import { lastRow, pathUntil } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import { endedUndated, isClosed, milestoneAt } from '../paths/milestones.js';
import type { Milestone } from '../paths/milestones.js';
import { stageSpells } from '../paths/spells.js';
import type { Exit, StageOrder, StageSpell } from '../paths/spells.js';

/**
 * How far a cohort came (metrics.md sections 1 and 3). `reached`: this step or any beyond it, a win is beyond every stage (the default);
 * `touched`: was in this very stage; `strict`: was in this and every earlier stage, entered in order.
 */
export type FunnelMode = 'reached' | 'touched' | 'strict';

/** A step of the funnel: a milestone, or a stage of a pipeline. The first is the cohort's own milestone, the last is `won`. */
export type FunnelStep = { readonly milestone: Milestone } | { readonly pipeline: string; readonly stage: string; readonly label: string };

/** Closed accounting of one stage: entries = the sum of all the others. Counts stays, not deals. */
export type StageAccount = { entries: number; stillThere: number } & Record<Exit, number>;

export interface StepCount {
  readonly step: FunnelStep;
  /** Deals counted at this step in this mode, with what they are worth now, by currency; `unvalued` of them have no value. */
  deals: number;
  unvalued: number;
  readonly value: Map<string, number>;
  /** Deals that came beyond the stage without ever having been in it. */
  skippedIn: number;
  /** Deals that stand in the stage at T; for the start: deals that never left it. */
  stillHere: number;
  /** Deals lost from the stage, and not reopened by T. */
  lost: number;
  /** Deals that moved back out of it at least once. */
  movedBack: number;
  /** Null for milestones. */
  readonly account: StageAccount | null;
  readonly dealIds: string[];
}

export interface Cohort {
  readonly steps: readonly StepCount[];
  /** Deals in the cohort. */
  readonly n: number;
  /** Of them, with a known outcome at T (closed): maturity is this share. */
  readonly closed: number;
  /** Where the question has an age limit: deals old enough to be judged by it. */
  readonly oldEnough: number;
}

export interface FunnelQuestion {
  readonly milestone: Milestone;
  /** [from, to). */
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly mode: FunnelMode;
  /** Count only what happened within this age (ms) of each deal. */
  readonly withinMs: number | null;
  readonly steps: readonly FunnelStep[];
  readonly order: StageOrder;
}

function emptyAccount(): StageAccount {
  return {
    ...{ entries: 0, stillThere: 0, advanced: 0, 'moved-back': 0, reassigned: 0 },
    ...{ 'handed-off': 0, won: 0, lost: 0, 'to-marketing': 0, filed: 0 },
  };
}

function isStage(step: FunnelStep): step is Extract<FunnelStep, { stage: string }> {
  return 'stage' in step;
}

/** When the deal was first at the step itself; null where never. Whose end has no date is still won, at the end of its way. */
function touchedAt(path: DealPath, step: FunnelStep, spells: readonly StageSpell[]): EpochMs | null {
  if (!isStage(step)) {
    const last = lastRow(path);
    return endedUndated(path) && last.status === step.milestone ? last.validFrom : milestoneAt(path, step.milestone);
  }
  return spells.find(({ pipeline, stage }) => pipeline === step.pipeline && stage === step.stage)?.from ?? null;
}

/** Was in this and every earlier step of its way, entered in this order; a stage of another pipeline stands in nobody's way. */
function strictly(path: DealPath, steps: readonly FunnelStep[], upTo: number, spells: readonly StageSpell[]): boolean {
  const pipeline = lastRow(path).pipeline;
  let after = -Infinity;
  for (let index = 0; index <= upTo; index += 1) {
    const step = steps[index];
    if (step === undefined || (isStage(step) && step.pipeline !== pipeline)) continue;
    const entry = isStage(step)
      ? spells.find((spell) => spell.pipeline === step.pipeline && spell.stage === step.stage && spell.from >= after)?.from
      : touchedAt(path, step, spells);
    if (entry === undefined || entry === null || entry < after) return false;
    after = entry;
  }
  return true;
}

/** Told of what counts at a step, as it is counted: of a stay with the stay. */
export type FunnelCounted = (figures: readonly FunnelFigure[], step: FunnelStep, path: DealPath, spell?: StageSpell) => void;

/** Folds deals one by one: memory grows with the steps, not with the deals (ids apart, which are kept for opening a figure). */
export class FunnelFold {
  private readonly counts: StepCount[];
  private n = 0;
  private closed = 0;
  private oldEnough = 0;

  constructor(
    private readonly question: FunnelQuestion,
    private readonly counted?: FunnelCounted,
  ) {
    this.counts = question.steps.map((step) => ({
      step,
      ...{ deals: 0, unvalued: 0, value: new Map<string, number>(), skippedIn: 0, stillHere: 0, lost: 0, movedBack: 0 },
      account: isStage(step) ? emptyAccount() : null,
      dealIds: [],
    }));
  }

  /** True where the deal belongs to the cohort. */
  static startOf(path: DealPath, question: Pick<FunnelQuestion, 'milestone' | 'from' | 'to'>): EpochMs | null {
    const start = milestoneAt(path, question.milestone);
    return start !== null && start >= question.from && start < question.to ? start : null;
  }

  add(whole: DealPath): void {
    const { question } = this;
    const start = FunnelFold.startOf(whole, question);
    if (start === null) return;
    const path = question.withinMs === null ? whole : pathUntil(whole, start + question.withinMs);
    if (path === undefined) return;
    this.n += 1;
    if (isClosed(lastRow(path).status)) this.closed += 1;
    if (question.withinMs === null || start + question.withinMs <= whole.asOf) this.oldEnough += 1;
    const spells = stageSpells(path, question.order);
    this.countSteps(path, spells);
    this.account(path, spells);
  }

  result(): Cohort {
    return { steps: this.counts, n: this.n, closed: this.closed, oldEnough: this.oldEnough };
  }

  private countSteps(path: DealPath, spells: readonly StageSpell[]): void {
    const { steps, mode } = this.question;
    const last = lastRow(path);
    const touched = steps.map((step) => touchedAt(path, step, spells) !== null);
    // Beyond a step is every later step, but a stage of one pipeline is never beyond a stage of another.
    const beyond = (index: number): boolean => {
      const step = steps[index];
      return touched.some((was, later) => {
        const other = steps[later];
        if (!was || later <= index || step === undefined || other === undefined) return false;
        if (!isStage(step)) return true;
        return isStage(other) ? other.pipeline === step.pipeline : step.pipeline === last.pipeline;
      });
    };
    this.counts.forEach((count, index) => {
      const was = touched[index] === true;
      const passed = beyond(index);
      if (!was && passed) {
        count.skippedIn += 1;
        this.counted?.(['skippedIn'], count.step, path);
      }
      const counts = mode === 'touched' ? was : mode === 'reached' ? was || passed : was && strictly(path, steps, index, spells);
      if (!counts) return;
      count.deals += 1;
      count.dealIds.push(path.deal);
      const isValued = last.valueMinor !== null && last.currency !== null;
      this.counted?.(isValued ? ['deals'] : ['deals', 'unvalued'], count.step, path);
      if (last.valueMinor === null || last.currency === null) count.unvalued += 1;
      else count.value.set(last.currency, (count.value.get(last.currency) ?? 0) + last.valueMinor);
    });
  }

  private account(path: DealPath, spells: readonly StageSpell[]): void {
    const last = lastRow(path);
    for (const count of this.counts) {
      const { step, account } = count;
      if (!isStage(step) || account === null) {
        // A milestone holds the deals that are still at it: registered or contacted, and nothing since.
        const isRequest = last.status === 'requested' || last.status === 'contacted';
        if (isStage(step) || step.milestone !== 'registered' || !isRequest) continue;
        count.stillHere += 1;
        this.counted?.(['stillHere'], step, path);
        continue;
      }
      const here = spells.filter(({ pipeline, stage }) => pipeline === step.pipeline && stage === step.stage);
      account.entries += here.length;
      for (const spell of here) {
        account[spell.exit ?? 'stillThere'] += 1;
        this.counted?.(['account.entries', `account.${spell.exit ?? 'stillThere'}`], step, path, spell);
      }
      const running = here.find(({ exit }) => exit === null);
      const movedBack = here.find(({ exit }) => exit === 'moved-back');
      if (running !== undefined) {
        count.stillHere += 1;
        this.counted?.(['stillHere'], step, path, running);
      }
      if (movedBack !== undefined) {
        count.movedBack += 1;
        this.counted?.(['movedBack'], step, path, movedBack);
      }
      if (last.status === 'lost' && last.pipeline === step.pipeline && last.stage === step.stage) {
        count.lost += 1;
        this.counted?.(['lost'], step, path);
      }
    }
  }
}
