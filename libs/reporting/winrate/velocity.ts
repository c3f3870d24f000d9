import { moneyText } from '../../domain/shared/money.js';
import type { MoneyText } from '../../domain/shared/money.js';
import type { Behind } from '../behind/behind.js';
import type { VelocityFigure } from '../behind/figures.js';
import type { GroupedPaths } from '../paths/grouped.js';
import { lastRow } from '../paths/deal-path.js';
import { milestoneAt, milestoneRow } from '../paths/milestones.js';
import type { Group, Labels } from '../queries.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';

export const VELOCITY_METHOD = 'velocity/1';
const DAY = 86_400_000;

/** Money per day that the open deals bring at the present rates (metrics.md section 3), with its four levers. A lever that is not there makes it null, never 0. */
export interface VelocityRow {
  readonly group: Group;
  readonly labels: Labels;
  readonly openDeals: number;
  /** What the win rate is of: all deals in scope that have ended. */
  readonly won: number;
  readonly lost: number;
  /** won / (won + lost). */
  readonly winRate: number | null;
  readonly averageWon: MoneyText | null;
  /** From qualification to the win, in days of 24 hours. */
  readonly averageCycleDays: number | null;
  /** Minor units a day are rounded to whole ones. */
  readonly perDay: MoneyText | null;
}

/** One row per currency of won deals; one without money where nothing was won. */
export function velocityOf({ group, paths }: GroupedPaths, view: DimensionView, behind?: Behind<VelocityFigure>): VelocityRow[] {
  let openDeals = 0;
  let lost = 0;
  let won = 0;
  const wins = new Map<string, { deals: number; minor: number; days: number }>();
  for (const path of paths) {
    const last = lastRow(path);
    if (last.status === 'open') {
      openDeals += 1;
      behind?.take(['openDeals'], path, () => ({ group }));
    }
    if (last.status === 'lost') {
      lost += 1;
      behind?.take(['lost'], path, () => ({ group, event: milestoneRow(path, 'lost') }));
    }
    if (last.status !== 'won') continue;
    won += 1;
    const [from, to] = [milestoneAt(path, 'qualified'), milestoneAt(path, 'won')];
    behind?.take(['won'], path, () => ({
      ...{ group, to, event: milestoneRow(path, 'won') },
      ...(from === null || to === null ? {} : { from, days: (to - from) / DAY }),
    }));
    if (last.valueMinor === null || last.currency === null || from === null || to === null) continue;
    const of = wins.get(last.currency) ?? { deals: 0, minor: 0, days: 0 };
    wins.set(last.currency, { deals: of.deals + 1, minor: of.minor + last.valueMinor, days: of.days + (to - from) / DAY });
  }
  const winRate = won + lost === 0 ? null : won / (won + lost);
  const common = { group, labels: labelsOf(group, view), openDeals, won, lost, winRate };
  if (wins.size === 0) return [{ ...common, averageWon: null, averageCycleDays: null, perDay: null }];
  return [...wins]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { deals, minor, days }]) => {
      const averageCycleDays = days / deals;
      const perDay = winRate === null || averageCycleDays <= 0 ? null : (openDeals * winRate * (minor / deals)) / averageCycleDays;
      return {
        ...common,
        averageWon: moneyText({ minor: Math.round(minor / deals), currency }),
        averageCycleDays,
        perDay: perDay === null ? null : moneyText({ minor: Math.round(perDay), currency }),
      };
    });
}
