import { behindOf } from '../../libs/reporting/behind/behind.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import type { SlippageAnswer, SlippageQuery } from '../../libs/reporting/flow-queries.js';
import { mostSlipped, redatings, SLIPPAGE_METHOD, slippageOf } from '../../libs/reporting/slippage/slippage.js';
import { parseFlowBounds } from '../../libs/reporting/time/instant.js';
import { periodAround } from '../../libs/reporting/time/period.js';
import type { Asking } from './asking.js';
import type { Following } from './following.js';
import { isOneGroup } from './following.js';
import { listLimit } from './pages.js';
import type { Asker } from './sources.js';

/** How deals' expected dates are put off. */
export class SlippageAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly following: Following,
  ) {}

  async slippage(query: SlippageQuery, asker: Asker): Promise<SlippageAnswer> {
    const { from, to = 'now', grain = 'month', ...scope } = query;
    const limit = listLimit(query, 10);
    const cohorts = await this.following.follow({ ...scope, asOf: to }, asker);
    const { opening, closing } = parseFlowBounds(from, to, cohorts.time);
    const question = { opening, closing, grain, today: periodAround(closing, 'day', cohorts.read.zone).from };
    const behind = behindOf(query, cohorts.view);
    const rows = cohorts.deals.groups
      .map((group) => slippageOf(group, question, cohorts.view, behind))
      .filter(({ deals }) => deals > 0 || isOneGroup(cohorts));
    const members = cohorts.deals.all.filter((path) => path.rows.at(-1)?.status === 'open' || redatings(path, question).length > 0);
    const basis = {
      ...(await this.following.basis(cohorts, `${SLIPPAGE_METHOD}/${grain}`, null, members, [])),
      period: { label: `${from}..${to}`, from: isoInstant(opening + 1), to: isoInstant(closing + 1) },
      grain,
    };
    const most = mostSlipped(cohorts.deals.all, question, limit);
    return this.asking.sources.personal.open(
      { report: 'slippage', basis, rows, most, undated: cohorts.deals.undated, ...behind?.answer() } as const,
      asker,
    );
  }
}
