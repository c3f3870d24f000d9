import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import { conversionOf } from '../../libs/reporting/forecast/conversion.js';
import type { ForecastFold, ForecastGroup } from '../../libs/reporting/forecast/forecast.js';
import { foldForecast, wonIn } from '../../libs/reporting/forecast/forecast.js';
import type { ForecastMethod } from '../../libs/reporting/forecast/methods.js';
import type { DealHistory } from '../../libs/reporting/paths/deal-history.js';
import { lastRow, pathsOf } from '../../libs/reporting/paths/deal-path.js';
import type { KnownWhen } from '../../libs/reporting/queries.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import type { Scope } from '../../libs/reporting/scope/scope.js';
import { inScope } from '../../libs/reporting/scope/scope.js';
import type { Period } from '../../libs/reporting/time/period.js';
import type { Asked, Asking } from './asking.js';
import type { Knowledge } from './known-at.js';
import type { ReadQuestion } from './question.js';
import { groupingsRead, kindsConverted } from './question.js';

/** The forecast for a period as it stood at one instant. */
export interface Standing {
  readonly asOf: EpochMs;
  readonly knowledge: Knowledge;
  readonly view: DimensionView;
  /** Rows that count at (T, K). */
  readonly rows: readonly DealInterval[];
  readonly fold: ForecastFold;
  readonly groups: readonly ForecastGroup[];
}

export interface ForecastAsked {
  readonly asked: Asked;
  readonly period: Period;
  readonly method: ForecastMethod;
}

/** Where deals stand now says which are weighed, and not which have ended: of a filter on that, no past would be left to tell what becomes of them. */
function pastOf({ filters }: Scope): Scope {
  const { status: _status, stage: _stage, lastStage: _last, closingMonth: _month, closingQuarter: _quarter, ...lasting } = filters;
  return { filters: lasting, closing: null };
}

/** How forecasts stood at any (T, K), and what came: what every question about forecasts reads. */
export class ForecastStandings {
  constructor(private readonly asking: Asking) {}

  view(question: ReadQuestion, asOf: EpochMs, { number }: Knowledge): Promise<DimensionView> {
    const { dimensions } = this.asking.sources;
    return dimensions.view(
      asOf,
      number,
      [...dimensions.kindsFor(groupingsRead(question), kindsConverted(question)), 'submission'],
      question.organisedAt,
    );
  }

  async knowledge(known: KnownWhen, asOf: EpochMs, most: Knowledge): Promise<Knowledge> {
    return known === 'now' ? most : this.asking.sources.knownAt.at(asOf, most);
  }

  /**
   * What every standing of some periods in [first, last] reads, where all are known at one K: what was closed before all of them is in none. By conversion, all deals that ever were tell
   * what has become of them.
   */
  async histories(
    method: ForecastMethod,
    periods: readonly Period[],
    instants: readonly EpochMs[],
    { number }: Knowledge,
  ): Promise<readonly DealHistory[]> {
    const opening = Math.min(...instants, ...periods.map(({ start }) => start - 1));
    const closing = Math.max(...instants, ...periods.map(({ end }) => end - 1));
    return this.asking.sources.dealRows.histories(number, method === 'conversion' ? undefined : { by: 'between', opening, closing });
  }

  async rowsAt(asOf: EpochMs, knowledge: Knowledge, all?: readonly DealHistory[]): Promise<readonly DealInterval[]> {
    if (knowledge.position === LOG_START) return [];
    if (all !== undefined) return all.flatMap((history) => history.stateAt(asOf) ?? []);
    const rows: DealInterval[] = [];
    for await (const page of this.asking.sources.dealRows.asOf(asOf, knowledge.number)) for (const row of page) rows.push(row);
    return rows;
  }

  /** The forecast as it stood at (T, K); `all`: what `histories` gave, where the caller has asked for it. */
  async standing(
    { asked, period, method }: ForecastAsked,
    asOf: EpochMs,
    knowledge: Knowledge,
    all?: readonly DealHistory[],
  ): Promise<Standing> {
    const { question } = asked;
    const view = await this.view(question, asOf, knowledge);
    const rows = await this.rowsAt(asOf, knowledge, all);
    const conversion = method === 'conversion' ? conversionOf(await this.paths(question, view, asOf, knowledge, all)) : () => undefined;
    const fold = foldForecast({ question, period, method, view, conversion }, rows);
    return { asOf, knowledge, view, rows, fold, groups: fold.result().groups };
  }

  private async paths(question: ReadQuestion, view: DimensionView, asOf: EpochMs, knowledge: Knowledge, all?: readonly DealHistory[]) {
    const isIn = inScope(pastOf(question.scope), view, question.zone);
    const histories = all ?? (await this.asking.sources.dealRows.histories(knowledge.number));
    return pathsOf(histories, asOf).filter((path) => isIn(lastRow(path)));
  }

  /** What has been won in the period, by group, as State(end − 1 ms) is known at K; of a period that still runs at `until`, as of then. */
  async won(
    { asked, period }: ForecastAsked,
    until: EpochMs,
    knowledge: Knowledge,
    all?: readonly DealHistory[],
  ): Promise<readonly ForecastGroup[]> {
    const asOf = Math.min(period.end - 1, until);
    const view = await this.view(asked.question, asOf, knowledge);
    const rows = (await this.rowsAt(asOf, knowledge, all)).filter((row) => wonIn(row, period));
    return foldForecast({ question: asked.question, period, method: 'unweighted', view, conversion: () => undefined }, rows).result()
      .groups;
  }
}
