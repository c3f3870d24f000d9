import type { Band } from './kaplan-meier.js';
import { bandOf } from './kaplan-meier.js';

const WEEK_DAYS = 7;
/** Points beyond this many tell nobody anything: twenty years of weeks. Asked as of a year 9999, every open deal is thousands of years old. */
const MOST_POINTS = 20 * 52;

/** A share and the 95 % band around it. */
export interface Share95 extends Band {
  readonly share: number;
}

/** How things stand at one age, in days. The shares of all outcomes and of what still runs add up to 1. */
export interface AgePoint<Outcome extends string> {
  readonly age: number;
  /** Came to this age without having ended before. */
  readonly atRisk: number;
  /** Cumulative incidences of competing outcomes, each with its own band (never 1 − Kaplan-Meier twice: metrics.md section 4). */
  readonly ended: Readonly<Record<Outcome, Share95>>;
  /** Kaplan-Meier. */
  readonly running: Share95;
}

/** Lengths in their order, taken from the shortest on. */
class Lengths {
  private readonly sorted: Float64Array;
  private taken = 0;

  constructor(lengths: readonly number[]) {
    this.sorted = Float64Array.from(lengths).sort();
  }

  get size(): number {
    return this.sorted.length;
  }

  get longest(): number {
    return this.sorted[this.sorted.length - 1] ?? Number.NEGATIVE_INFINITY;
  }

  get next(): number {
    return this.sorted[this.taken] ?? Infinity;
  }

  /** How many are exactly so long. */
  take(length: number): number {
    const before = this.taken;
    while (this.sorted[this.taken] === length) this.taken += 1;
    return this.taken - before;
  }
}

/**
 * One outcome's cumulative incidence (Aalen & Johansen 1978), and its variance by the delta method (Dinse & Larson 1986; Marubini & Valsecchi 1995) kept as sums, so that each step takes
 * the same time: Σ (I − Iⱼ)² hⱼ + Σ ownⱼ − 2 Σ (I − Iⱼ) crossⱼ. Without censoring it is that of a share, p (1 − p) / n.
 */
class Incidence {
  share = 0;
  private hazards = 0;
  private hazardsByShare = 0;
  private hazardsByShare2 = 0;
  private own = 0;
  private cross = 0;
  private crossByShare = 0;

  constructor(readonly lengths: Lengths) {}

  /** `running`: the share that still ran before this length; `ended` of those at risk, in any way, `came` in this one. */
  step({ running, atRisk, ended, came }: { running: number; atRisk: number; ended: number; came: number }): void {
    this.share += (running * came) / atRisk;
    // Where all have ended nothing comes after it, and no later share differs from this one.
    const hazard = atRisk > ended ? ended / (atRisk * (atRisk - ended)) : 0;
    const cross = (running * came) / (atRisk * atRisk);
    this.hazards += hazard;
    this.hazardsByShare += hazard * this.share;
    this.hazardsByShare2 += hazard * this.share * this.share;
    this.own += (running * running * came * (atRisk - came)) / atRisk ** 3;
    this.cross += cross;
    this.crossByShare += cross * this.share;
  }

  at(atRisk: number): Share95 {
    const { share } = this;
    const spread = share * share * this.hazards - 2 * share * this.hazardsByShare + this.hazardsByShare2;
    const variance = spread + this.own - 2 * (share * this.cross - this.crossByShare);
    const { low, high } = bandOf(share, variance, atRisk);
    return { share, low, high };
  }
}

/**
 * Conversion curves: the share that had ended in each way by each age, from 0 in steps (weeks) until
 * nothing ends any more, twenty years at most, and last at the longest length: between the two nothing changes but the number at risk; an end and a censoring at one length: the end counts first.
 * `ends`: lengths in days of what ended, by outcome; `censored`: of what still runs. Nothing for nothing.
 */
export function curveByAge<Outcome extends string>(
  ends: Readonly<Record<Outcome, readonly number[]>>,
  censored: readonly number[],
  stepDays = WEEK_DAYS,
): AgePoint<Outcome>[] {
  const outcomes = Object.entries<readonly number[]>(ends).map(
    ([outcome, lengths]) => [outcome, new Incidence(new Lengths(lengths))] as const,
  );
  const runs = new Lengths(censored);
  const all = [runs, ...outcomes.map(([, { lengths }]) => lengths)];
  const longest = Math.max(...all.map((lengths) => lengths.longest));
  const lastEnd = Math.max(0, ...outcomes.map(([, { lengths }]) => lengths.longest));
  const stepAfter = (length: number): number => Math.ceil(length / stepDays) * stepDays;
  let atRisk = all.reduce((sum, { size }) => sum + size, 0);
  // At risk where something last ended or was censored: what a band is of where nothing has ended.
  let seen = atRisk;
  let running = 1;
  let greenwood = 0;

  function walk(isUntil: (length: number) => boolean): void {
    for (;;) {
      const length = Math.min(...all.map(({ next }) => next));
      if (length === Infinity || !isUntil(length)) return;
      const came = outcomes.map(([, { lengths }]) => lengths.take(length));
      const ended = came.reduce((sum, count) => sum + count, 0);
      seen = atRisk;
      outcomes.forEach(([, incidence], index) => {
        incidence.step({ running, atRisk, ended, came: came[index] ?? 0 });
      });
      if (atRisk > ended) greenwood += ended / (atRisk * (atRisk - ended));
      running *= 1 - ended / atRisk;
      atRisk -= ended + runs.take(length);
    }
  }

  const points: AgePoint<Outcome>[] = [];
  function tell(age: number): void {
    walk((length) => length < age);
    const came = atRisk;
    walk((length) => length <= age);
    const { low, high } = bandOf(running, running * running * greenwood, seen);
    points.push({
      age,
      atRisk: came,
      running: { share: running, low, high },
      ended: Object.fromEntries(outcomes.map(([outcome, incidence]) => [outcome, incidence.at(seen)])) as Record<Outcome, Share95>, // of each outcome
    });
  }
  if (longest === Number.NEGATIVE_INFINITY) return points;
  for (let age = 0; age <= stepAfter(lastEnd) && points.length <= MOST_POINTS; age += stepDays) tell(age);
  if (stepAfter(longest) > (points.at(-1)?.age ?? 0)) tell(stepAfter(longest));
  return points;
}
