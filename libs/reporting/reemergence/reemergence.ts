import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Behind } from '../behind/behind.js';
import type { ReemergenceFigure } from '../behind/figures.js';
import type { Disqualification, ReemergenceBy, ReemergenceRow } from '../flow-queries.js';
import type { LeadTimeSample } from '../leadtimes/lead-times.js';
import { summariseLeadTimes } from '../leadtimes/lead-times.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import { milestoneRow } from '../paths/milestones.js';
import type { GroupedPaths } from '../paths/grouped.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import { wilson } from '../survival/kaplan-meier.js';

export const REEMERGENCE_METHOD = 'reemergence/1';
const DAY = 86_400_000;

export interface ReemergenceQuestion {
  readonly ended: readonly Disqualification[];
  readonly by: ReemergenceBy;
  /** Disqualified in [from, to). */
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** When each firm or person asked, deal by deal, in order of time. */
export type Requests = ReadonlyMap<string, readonly DealPath[]>;

function askerOf(path: DealPath, by: ReemergenceBy): string | null {
  const id = lastRow(path)[by];
  return id === NOT_IN_SOURCE ? null : id;
}

export function requestsBy(paths: readonly DealPath[], by: ReemergenceBy): Requests {
  const requests = new Map<string, DealPath[]>();
  const inTime = paths.map((path) => ({ path, at: lastRow(path).registeredAt })).sort((a, b) => a.at - b.at);
  for (const { path } of inTime) {
    const asker = askerOf(path, by);
    if (asker === null) continue;
    const own = requests.get(asker);
    if (own === undefined) requests.set(asker, [path]);
    else own.push(path);
  }
  return requests;
}

export function isDisqualified(path: DealPath, { ended, from, to }: ReemergenceQuestion): boolean {
  const { status, closedAt } = lastRow(path);
  return ended.some((each) => each === status) && closedAt !== null && closedAt >= from && closedAt < to;
}

/** Of a group's disqualified requests, how many of their askers asked again later, and after how long (requirement LT04). */
export function reemergenceOf(
  { group, paths }: GroupedPaths,
  question: ReemergenceQuestion,
  requests: Requests,
  view: DimensionView,
  behind?: Behind<ReemergenceFigure>,
): ReemergenceRow {
  const samples: LeadTimeSample[] = [];
  let [askerUnknown, wonAfterAll] = [0, 0];
  for (const path of paths) {
    if (!isDisqualified(path, question)) continue;
    const asker = askerOf(path, question.by);
    const closedAt = lastRow(path).closedAt ?? path.asOf; // a disqualified one has it
    const turnedAway = () => ({ group, from: closedAt, event: milestoneRow(path, 'closed') });
    if (asker === null) {
      askerUnknown += 1;
      behind?.take(['askerUnknown'], path, turnedAway);
      continue;
    }
    const later = requests.get(asker)?.filter((other) => other.deal !== path.deal && lastRow(other).registeredAt > closedAt) ?? [];
    const [next] = later;
    const to = next === undefined ? null : lastRow(next).registeredAt;
    const days = ((to ?? path.asOf) - closedAt) / DAY;
    samples.push({ days, end: next === undefined ? 'running' : 'arrived' });
    behind?.take(next === undefined ? ['n'] : ['n', 'askedAgain'], path, () => ({ ...turnedAway(), to, days, later: next?.deal }));
    const wonLater = later.find((other) => lastRow(other).status === 'won');
    if (wonLater === undefined) continue;
    wonAfterAll += 1;
    behind?.take(['wonAfterAll'], path, () => ({ ...turnedAway(), to, days, later: wonLater.deal }));
  }
  const { n, finished, ...times } = summariseLeadTimes(samples);
  const band = wilson(finished, n);
  return {
    ...{ group, labels: labelsOf(group, view), n, askerUnknown, askedAgain: finished, wonAfterAll },
    ...{ share: n === 0 ? null : finished / n, low: band?.low ?? null, high: band?.high ?? null },
    ...{ mean: times.mean, p50: times.p50, p90: times.p90, kaplanMeierMedian: times.kaplanMeierMedian },
  };
}
