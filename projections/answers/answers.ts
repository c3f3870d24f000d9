import type { AgingAnswer, AgingQuery, CoverageAnswer, CoverageQuery } from '../../libs/reporting/standing-queries.js';
import type {
  FunnelAnswer,
  FunnelQuery,
  InflowAnswer,
  InflowQuery,
  LeadTimesAnswer,
  LeadTimesQuery,
  ReemergenceAnswer,
  ReemergenceQuery,
  SlippageAnswer,
  SlippageQuery,
  StandstillsAnswer,
  StandstillsQuery,
  TimeInStageAnswer,
  TimeInStageQuery,
  VelocityAnswer,
  VelocityQuery,
  WinRateAnswer,
  WinRateQuery,
} from '../../libs/reporting/flow-queries.js';
import type {
  CalibrationAnswer,
  CalibrationQuery,
  ForecastAnswer,
  ForecastHistoryAnswer,
  ForecastHistoryQuery,
  ForecastQuery,
} from '../../libs/reporting/forecast-queries.js';
import type {
  CompareAnswer,
  CompareQuery,
  DealAnswer,
  DealHistoryAnswer,
  DealHistoryQuery,
  DealQuery,
  DealsBehindAnswer,
  DealsBehindQuery,
  ExplainAnswer,
  ExplainQuery,
  PipelineAnswer,
  PipelineQuery,
  SeriesAnswer,
  SeriesQuery,
  WaterfallAnswer,
  WaterfallQuery,
} from '../../libs/reporting/queries.js';
import { AnswerSources } from './answer-sources.js';
import { Asking } from './asking.js';
import { CohortAnswers } from './cohort-answers.js';
import { DealAnswers } from './deal-answers.js';
import { ForecastAnswers } from './forecast-answers.js';
import { ForecastStandings } from './forecast-standings.js';
import { CalibrationAnswers } from './calibration-answers.js';
import { Following } from './following.js';
import { FlowAnswers } from './flow-answers.js';
import { PipelineAnswers } from './pipeline-answers.js';
import { StandingAnswers } from './standing-answers.js';
import { ReemergenceAnswers } from './reemergence-answers.js';
import { SlippageAnswers } from './slippage-answers.js';
import { StandstillAnswers } from './standstill-answers.js';
import type { AnswersOptions, Asker } from './sources.js';

/**
 * Every question that people and services ask. Each answer is the HTTP body and the CLI's JSON alike.
 * Throws `QuestionNotUnderstood` and `TimeNotUnderstood` (say it otherwise), `AnswerNotReady` (ask again later), `DealUnknown`, `AnotherHistory`.
 */
export interface Answers {
  pipeline(query: PipelineQuery, asker: Asker): Promise<PipelineAnswer>;
  compare(query: CompareQuery, asker: Asker): Promise<CompareAnswer>;
  series(query: SeriesQuery, asker: Asker): Promise<SeriesAnswer>;
  waterfall(query: WaterfallQuery, asker: Asker): Promise<WaterfallAnswer>;
  /** Why the two answers of a comparison differ. */
  explain(query: ExplainQuery, asker: Asker): Promise<ExplainAnswer>;
  funnel(query: FunnelQuery, asker: Asker): Promise<FunnelAnswer>;
  leadTimes(query: LeadTimesQuery, asker: Asker): Promise<LeadTimesAnswer>;
  timeInStage(query: TimeInStageQuery, asker: Asker): Promise<TimeInStageAnswer>;
  winRate(query: WinRateQuery, asker: Asker): Promise<WinRateAnswer>;
  /** How many deals came to a milestone, period by period. */
  inflow(query: InflowQuery, asker: Asker): Promise<InflowAnswer>;
  /** How often and how far expected dates were put off. */
  slippage(query: SlippageQuery, asker: Asker): Promise<SlippageAnswer>;
  /** In which deals, and for how long, the sale stands still. */
  standstills(query: StandstillsQuery, asker: Asker): Promise<StandstillsAnswer>;
  /** How many of those who were turned away asked again, and after how long. */
  reemergence(query: ReemergenceQuery, asker: Asker): Promise<ReemergenceAnswer>;
  /** How long open deals stand, and which stand still. */
  aging(query: AgingQuery, asker: Asker): Promise<AgingAnswer>;
  /** Open deals of a period beside what is still to be won of its quota. */
  coverage(query: CoverageQuery, asker: Asker): Promise<CoverageAnswer>;
  velocity(query: VelocityQuery, asker: Asker): Promise<VelocityAnswer>;
  forecast(query: ForecastQuery, asker: Asker): Promise<ForecastAnswer>;
  /** The forecast for a period as it stood at each point, against what came. */
  forecastHistory(query: ForecastHistoryQuery, asker: Asker): Promise<ForecastHistoryAnswer>;
  /** How right forecasts have been, period after period: of people's submissions, or of any method. */
  calibration(query: CalibrationQuery, asker: Asker): Promise<CalibrationAnswer>;
  /** The deals behind a figure; without a group, a list of deals. */
  deals(query: DealsBehindQuery, asker: Asker): Promise<DealsBehindAnswer>;
  /** By its id, or by its source's key where only one deal has it. */
  deal(idOrKey: string, query: DealQuery, asker: Asker): Promise<DealAnswer>;
  dealHistory(idOrKey: string, query: DealHistoryQuery, asker: Asker): Promise<DealHistoryAnswer>;
}

export function openAnswers(options: AnswersOptions): Answers {
  const sources = new AnswerSources(options);
  const asking = new Asking(sources);
  const pipeline = new PipelineAnswers(asking);
  const flows = new FlowAnswers(asking);
  const standing = new StandingAnswers(asking);
  const following = new Following(asking);
  const cohorts = new CohortAnswers(asking, following);
  const reemergence = new ReemergenceAnswers(asking, following);
  const slippage = new SlippageAnswers(asking, following);
  const standstills = new StandstillAnswers(asking, following);
  const standings = new ForecastStandings(asking);
  const forecasts = new ForecastAnswers(asking, standings);
  const calibration = new CalibrationAnswers(asking, standings);
  const deal = new DealAnswers(sources);
  return {
    pipeline: (query, asker) => pipeline.pipeline(query, asker),
    compare: (query, asker) => pipeline.compare(query, asker),
    series: (query, asker) => pipeline.series(query, asker),
    waterfall: (query, asker) => flows.waterfall(query, asker),
    explain: (query, asker) => flows.explain(query, asker),
    funnel: (query, asker) => cohorts.funnel(query, asker),
    leadTimes: (query, asker) => cohorts.leadTimes(query, asker),
    timeInStage: (query, asker) => cohorts.timeInStage(query, asker),
    winRate: (query, asker) => cohorts.winRate(query, asker),
    inflow: (query, asker) => cohorts.inflow(query, asker),
    reemergence: (query, asker) => reemergence.reemergence(query, asker),
    slippage: (query, asker) => slippage.slippage(query, asker),
    standstills: (query, asker) => standstills.standstills(query, asker),
    aging: (query, asker) => standing.aging(query, asker),
    coverage: (query, asker) => standing.coverage(query, asker),
    velocity: (query, asker) => cohorts.velocity(query, asker),
    forecast: (query, asker) => forecasts.forecast(query, asker),
    forecastHistory: (query, asker) => forecasts.history(query, asker),
    calibration: (query, asker) => calibration.calibration(query, asker),
    deals: ({ cohort, ...query }, asker) =>
      cohort === undefined ? pipeline.deals(query, asker) : cohorts.deals({ ...query, cohort }, asker),
    deal: (idOrKey, query, asker) => deal.deal(idOrKey, query, asker),
    dealHistory: (idOrKey, query, asker) => deal.history(idOrKey, query, asker),
  };
}
