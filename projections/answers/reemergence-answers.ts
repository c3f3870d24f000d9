import { BEGINNING_OF_TIME, END_OF_TIME } from '../../libs/domain/shared/instant.js';
import { behindOf } from '../../libs/reporting/behind/behind.js';
import type { ReemergenceAnswer, ReemergenceQuery } from '../../libs/reporting/flow-queries.js';
import { isDisqualified, REEMERGENCE_METHOD, reemergenceOf, requestsBy } from '../../libs/reporting/reemergence/reemergence.js';
import { parsePeriod } from '../../libs/reporting/time/period.js';
import type { Asking } from './asking.js';
import { smallMarks } from './cohort-marks.js';
import type { Following } from './following.js';
import { isOneGroup } from './following.js';
import type { Asker } from './sources.js';
import { counted } from '../../libs/reporting/figures.js';

/** Whether those who were turned away come back: the one flow report that follows askers from one deal to the next. */
export class ReemergenceAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly following: Following,
  ) {}

  async reemergence(query: ReemergenceQuery, asker: Asker): Promise<ReemergenceAnswer> {
    const cohorts = await this.following.follow(query, asker);
    const period = query.cohort === undefined ? null : parsePeriod(query.cohort, cohorts.time);
    const { ended = ['marketing', 'filed'], by = 'company' } = query;
    const question = { ended, by, from: period?.start ?? BEGINNING_OF_TIME, to: period?.end ?? END_OF_TIME };
    const requests = requestsBy(cohorts.everyone(), by);
    const behind = behindOf(query, cohorts.view);
    const rows = cohorts.deals.groups
      .map((group) => reemergenceOf(group, question, requests, cohorts.view, behind))
      .filter(({ n, askerUnknown }) => n + askerUnknown > 0 || isOneGroup(cohorts));
    const members = cohorts.deals.all.filter((path) => isDisqualified(path, question));
    const unknown = rows.reduce((sum, row) => sum + row.askerUnknown, 0);
    const marks = [
      ...(unknown === 0 ? [] : [`disqualified requests of no known ${by}, which can never be seen again: ${counted(unknown)}`]),
      ...smallMarks(rows.map(({ n }) => n)),
    ];
    const basis = { ...(await this.following.basis(cohorts, REEMERGENCE_METHOD, period, members, marks)), ended, by };
    return this.asking.sources.personal.open(
      { report: 'reemergence', basis, rows, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }
}
