import { behindOf } from '../../libs/reporting/behind/behind.js';
import type { StandstillsAnswer, StandstillsQuery } from '../../libs/reporting/flow-queries.js';
import { isAsked, longestStandstills, STANDSTILLS_METHOD, standstillsOf } from '../../libs/reporting/standstills/standstills.js';
import { parseAge } from '../../libs/reporting/time/age.js';
import { parsePeriod } from '../../libs/reporting/time/period.js';
import type { Asking } from './asking.js';
import { smallMarks } from './cohort-marks.js';
import type { Following } from './following.js';
import { isOneGroup, registeredIn } from './following.js';
import { listLimit, NAMED } from './pages.js';
import type { Asker } from './sources.js';

/** In which deals, and for how long, the sale stands still. */
export class StandstillAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly following: Following,
  ) {}

  async standstills(query: StandstillsQuery, asker: Asker): Promise<StandstillsAnswer> {
    const { over = '30d', cohort } = query;
    const limit = listLimit(query, 20);
    const overMs = parseAge(over);
    const cohorts = await this.following.follow(query, asker, registeredIn(cohort), NAMED);
    const { deals, time, view } = cohorts;
    const period = cohort === undefined ? null : parsePeriod(cohort, time);
    const question = { overMs, period: period === null ? null : { from: period.start, to: period.end } };
    const behind = behindOf(query, view);
    const rows = deals.groups
      .map((group) => standstillsOf(group, question, view, behind))
      .filter((row) => row.deals > 0 || isOneGroup(cohorts));
    const members = deals.all.filter((path) => isAsked(path, question));
    const marks = smallMarks(rows.map((row) => row.deals));
    const basis = {
      ...(await this.following.basis(cohorts, STANDSTILLS_METHOD, period, members, marks)),
      ...{ over, unit: 'days of 24 hours' as const },
    };
    const longest = longestStandstills(deals.all, question, limit, view);
    return this.asking.sources.personal.open(
      { report: 'standstills', basis, rows, longest, undated: deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }
}
