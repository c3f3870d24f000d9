/**
 * How long something lasts where some of it still runs. Durations in any unit, all alike; an end and a censoring at the same length: the end counts
 * first (metrics.md section 1). Sources: Kaplan & Meier 1958; Greenwood's variance; Aalen & Johansen 1978 for competing outcomes.
 */
export interface Spell<Outcome extends string = string> {
  readonly duration: number;
  /** Null: still running at T (right-censored). */
  readonly outcome: Outcome | null;
}

export interface SurvivalStep {
  readonly at: number;
  readonly atRisk: number;
  readonly ended: number;
  readonly censored: number;
  /** Share still running just after `at`. */
  readonly surviving: number;
  /** Greenwood's standard error on the log-log scale turned into a 95 % band; [0, 1] where it is not defined. */
  readonly low: number;
  readonly high: number;
}

const Z95 = 1.959963984540054;

function band(surviving: number, greenwood: number): { low: number; high: number } {
  if (surviving <= 0 || surviving >= 1) return { low: surviving, high: surviving };
  const logS = Math.log(surviving);
  const spread = (Z95 * Math.sqrt(greenwood)) / Math.abs(logS);
  return { low: surviving ** Math.exp(spread), high: surviving ** Math.exp(-spread) };
}

interface Moment {
  readonly at: number;
  ended: number;
  censored: number;
}

function moments(spells: readonly Spell[]): Moment[] {
  const byLength = new Map<number, Moment>();
  for (const { duration, outcome } of spells) {
    const moment = byLength.get(duration) ?? { at: duration, ended: 0, censored: 0 };
    if (outcome === null) moment.censored += 1;
    else moment.ended += 1;
    byLength.set(duration, moment);
  }
  return [...byLength.values()].sort((a, b) => a.at - b.at);
}

/** The survival curve: one step at each length at which something ended or was censored. Empty for no spells. */
export function kaplanMeier(spells: readonly Spell[]): SurvivalStep[] {
  let atRisk = spells.length;
  let surviving = 1;
  let greenwood = 0;
  const steps: SurvivalStep[] = [];
  for (const { at, ended, censored } of moments(spells)) {
    surviving *= 1 - ended / atRisk;
    if (ended > 0 && atRisk > ended) greenwood += ended / (atRisk * (atRisk - ended));
    steps.push({ at, atRisk, ended, censored, surviving, ...band(surviving, greenwood) });
    atRisk -= ended + censored;
  }
  return steps;
}

/** The shortest length at which at most `share` still runs; null where the curve never comes that low. */
export function quantile(steps: readonly SurvivalStep[], share = 0.5): number | null {
  return steps.find(({ surviving }) => surviving <= share + 1e-12)?.at ?? null;
}

/** Area under the curve up to `limit` (default: the longest length seen). Null for no spells. */
export function restrictedMean(steps: readonly SurvivalStep[], limit = steps.at(-1)?.at): { mean: number; limit: number } | null {
  if (limit === undefined || steps.length === 0) return null;
  let mean = 0;
  let from = 0;
  let surviving = 1;
  for (const step of steps) {
    if (step.at >= limit) break;
    mean += (step.at - from) * surviving;
    from = step.at;
    surviving = step.surviving;
  }
  return { mean: mean + (limit - from) * surviving, limit };
}

/** Ends per unit of time at risk; null where nothing was at risk. */
export function exitRate(spells: readonly Spell[]): { ended: number; exposure: number; rate: number } | null {
  const exposure = spells.reduce((sum, { duration }) => sum + duration, 0);
  const ended = spells.filter(({ outcome }) => outcome !== null).length;
  return exposure > 0 ? { ended, exposure, rate: ended / exposure } : null;
}

export interface IncidenceStep<Outcome extends string> {
  readonly at: number;
  readonly atRisk: number;
  /** Share that has ended in each way by `at`; with the share still running they add up to 1. */
  readonly incidence: Readonly<Record<Outcome, number>>;
}

/** Competing outcomes, each with its own cumulative incidence (never 1 − Kaplan-Meier twice: metrics.md section 4). */
export function cumulativeIncidence<Outcome extends string>(
  spells: readonly Spell<Outcome>[],
  outcomes: readonly Outcome[],
): IncidenceStep<Outcome>[] {
  const sorted = [...spells].sort((a, b) => a.duration - b.duration);
  const incidence = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  let surviving = 1;
  let start = 0;
  const steps: IncidenceStep<Outcome>[] = [];
  while (start < sorted.length) {
    const at = sorted[start]!.duration; // start < length
    let end = start;
    while (end < sorted.length && sorted[end]!.duration === at) end += 1; // end < length
    const atRisk = sorted.length - start;
    const here = sorted.slice(start, end);
    let ended = 0;
    for (const { outcome } of here) {
      if (outcome === null) continue;
      ended += 1;
      incidence[outcome] += surviving / atRisk;
    }
    surviving *= 1 - ended / atRisk;
    steps.push({ at, atRisk, incidence: { ...incidence } });
    start = end;
  }
  return steps;
}

/** Wilson's 95 % interval of a share; null for n = 0. */
export function wilson(successes: number, n: number): { low: number; high: number } | null {
  if (n === 0) return null;
  const share = successes / n;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const spread = (Z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}
