/**
 * How long something lasts where some of it still runs. Durations in any unit, all alike; an end and a censoring at the same length: the end counts
 * first (metrics.md section 1). Sources: Kaplan & Meier 1958; Greenwood's variance; Aalen & Johansen 1978 for competing outcomes.
 */
export interface Spell<Outcome extends string = string> {
  readonly duration: number;
  /** Null: still running at T (right-censored). */
  readonly outcome: Outcome | null;
}

/** 95 % of the shares that it may be. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

export interface SurvivalStep extends Band {
  readonly at: number;
  readonly atRisk: number;
  readonly ended: number;
  readonly censored: number;
  /** Share still running just after `at`; its band is of Greenwood's variance. */
  readonly surviving: number;
}

const Z95 = 1.959963984540054;

/** A share's 95 % band on the log-log scale. Where that is not defined, nothing or all having ended, Wilson's interval of those at risk: of two that run nobody knows that all will. */
export function bandOf(share: number, variance: number, atRisk: number): Band {
  if (share <= 1e-12 || share >= 1 - 1e-12) return wilson(share < 0.5 ? 0 : atRisk, atRisk) ?? { low: 0, high: 1 };
  const log = Math.log(share);
  const spread = (Z95 * Math.sqrt(Math.max(0, variance))) / (share * Math.abs(log));
  return { low: share ** Math.exp(spread), high: share ** Math.exp(-spread) };
}

interface Moment {
  readonly at: number;
  readonly ended: number;
  /** Of those that ended, with the outcome asked for. */
  readonly came: number;
  readonly censored: number;
}

/** How many of a sorted list are `at` from a place on. */
function alike(sorted: Float64Array, from: number, at: number): number {
  let next = from;
  while (sorted[next] === at) next += 1;
  return next - from;
}

/** Each length at which something ended or was censored, the shortest first. Numbers alone are sorted: there may be millions. */
function* moments(spells: Iterable<Spell>, asked?: string): Generator<Moment> {
  const [ends, comings, runs]: [number[], number[], number[]] = [[], [], []];
  for (const { duration, outcome } of spells) {
    (outcome === null ? runs : ends).push(duration);
    if (outcome === asked) comings.push(duration);
  }
  const [ended, came, censored] = [Float64Array.from(ends).sort(), Float64Array.from(comings).sort(), Float64Array.from(runs).sort()];
  let [end, coming, run] = [0, 0, 0];
  while (end < ended.length || run < censored.length) {
    const at = Math.min(ended[end] ?? Infinity, censored[run] ?? Infinity);
    const moment = { at, ended: alike(ended, end, at), came: alike(came, coming, at), censored: alike(censored, run, at) };
    [end, coming, run] = [end + moment.ended, coming + moment.came, run + moment.censored];
    yield moment;
  }
}

/** The survival curve, step by step: one at each length at which something ended or was censored. `n` is the number of spells. */
export function* survivalSteps(spells: Iterable<Spell>, n: number): Generator<SurvivalStep> {
  let atRisk = n;
  let surviving = 1;
  let greenwood = 0;
  for (const { at, ended, censored } of moments(spells)) {
    surviving *= 1 - ended / atRisk;
    if (ended > 0 && atRisk > ended) greenwood += ended / (atRisk * (atRisk - ended));
    yield { at, atRisk, ended, censored, surviving, ...bandOf(surviving, surviving * surviving * greenwood, atRisk) };
    atRisk -= ended + censored;
  }
}

/** The share to which an outcome has not come by `at`. */
export interface NotCome {
  readonly at: number;
  readonly surviving: number;
}

/**
 * 1 − the cumulative incidence of one outcome: what ends another way never comes to it, and stays in the share (metrics.md section 4). Kaplan-Meier would take it for
 * still running, and promise that it comes. `n` is the number of spells.
 */
export function* notCome<Outcome extends string>(spells: Iterable<Spell<Outcome>>, outcome: Outcome, n: number): Generator<NotCome> {
  let atRisk = n;
  let running = 1;
  let surviving = 1;
  for (const { at, ended, came, censored } of moments(spells, outcome)) {
    surviving -= (running * came) / atRisk;
    running *= 1 - ended / atRisk;
    atRisk -= ended + censored;
    yield { at, surviving };
  }
}

/** The survival curve as a whole. Empty for no spells. */
export function kaplanMeier(spells: readonly Spell[]): SurvivalStep[] {
  return [...survivalSteps(spells, spells.length)];
}

/** The shortest length at which at most `share` still runs; null where the curve never comes that low. */
export function quantile(steps: Iterable<NotCome>, share = 0.5): number | null {
  for (const { at, surviving } of steps) if (surviving <= share + 1e-12) return at;
  return null;
}

/** Area under the curve up to the longest length seen. Null for no spells. */
export function restrictedMean(steps: Iterable<NotCome>): { mean: number; limit: number } | null {
  let mean = 0;
  let limit: number | null = null;
  let surviving = 1;
  for (const step of steps) {
    mean += (step.at - (limit ?? 0)) * surviving;
    limit = step.at;
    surviving = step.surviving;
  }
  return limit === null ? null : { mean, limit };
}

/** What is told of a curve, in one walk over it. */
export function toldOf(steps: Iterable<NotCome>): { median: number | null; restrictedMean: { mean: number; limit: number } | null } {
  let median: number | null = null;
  function* seen(): Generator<NotCome> {
    for (const step of steps) {
      median ??= quantile([step]);
      yield step;
    }
  }
  const mean = restrictedMean(seen());
  return { median, restrictedMean: mean };
}

/** Ends per unit of time at risk; null where nothing was at risk. */
export function exitRate(spells: readonly Spell[]): { ended: number; exposure: number; rate: number } | null {
  const exposure = spells.reduce((sum, { duration }) => sum + duration, 0);
  const ended = spells.filter(({ outcome }) => outcome !== null).length;
  return exposure > 0 ? { ended, exposure, rate: ended / exposure } : null;
}

/** Wilson's 95 % interval of a share; null for n = 0. */
export function wilson(successes: number, n: number): Band | null {
  if (n === 0) return null;
  const share = successes / n;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const spread = (Z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}
