import { behindOf } from '../../libs/reporting/behind/behind.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import { moneyTexts } from '../../libs/reporting/figures.js';
import type { Ending } from '../../libs/reporting/forecast/accuracy.js';
import { accuracyOf, calibrationOf, realisationOf } from '../../libs/reporting/forecast/accuracy.js';
import type { ForecastGroup } from '../../libs/reporting/forecast/forecast.js';
import { forecastFigures, FORECAST_METHOD_ID, forecastRows, forecastTotal, wonIn } from '../../libs/reporting/forecast/forecast.js';
import { parseForecastMethod } from '../../libs/reporting/forecast/methods.js';
import type {
  Accuracy,
  Actual,
  ForecastAnswer,
  ForecastHistoryAnswer,
  ForecastHistoryQuery,
  ForecastHistoryRow,
  ForecastQuery,
} from '../../libs/reporting/forecast-queries.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import type { NotKnownYet } from '../../libs/reporting/queries.js';
import { NOT_KNOWN_YET } from '../../libs/reporting/queries.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { labelsOf } from '../../libs/reporting/scope/groupings.js';
import { inScope } from '../../libs/reporting/scope/scope.js';
import { parseInstant } from '../../libs/reporting/time/instant.js';
import type { Period } from '../../libs/reporting/time/period.js';
import { parsePeriod, startBefore } from '../../libs/reporting/time/period.js';
import { parseStep, seriesPoints } from '../../libs/reporting/time/steps.js';
import type { Asking } from './asking.js';
import type { PointSeen } from './basis.js';
import { basisOf, noExpectedDateMarks } from './basis.js';
import { recordedInMarks } from './cohort-marks.js';
import type { ForecastAsked, ForecastStandings, Standing } from './forecast-standings.js';
import type { ReadQuestion } from './question.js';
import type { Asker } from './sources.js';

const DAY = 86_400_000;

/** Forecast as of any T for any period, and the forecast as it stood against what came. */
export class ForecastAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly standings: ForecastStandings,
  ) {}

  async forecast(query: ForecastQuery, asker: Asker): Promise<ForecastAnswer> {
    const question = await this.read(query);
    const { asked, period } = question;
    const asOf = query.asOf === undefined ? asked.time.now : parseInstant(query.asOf, asked.time);
    const read = await this.asking.byId(asked.question, await this.standings.view(asked.question, asOf, asked.most), asker);
    const standing = await this.standings.standing({ ...question, asked: { ...asked, question: read } }, asOf, asked.most);
    const { groups, noExpectedDate, all } = standing.fold.result();
    const unknown = asked.most.position === LOG_START;
    const point = await this.point(read, standing);
    const basis = {
      ...basisOf(
        this.asking.sources.eventStore,
        await this.basisInput(question, read, [point], this.marks(read, standing, period, noExpectedDate.deals)),
        point,
      ),
      period: this.periodText(period),
    };
    const totals = unknown ? NOT_KNOWN_YET : forecastFigures(all);
    const rows = unknown ? [] : forecastRows(groups, standing.view);
    const answer = { report: 'forecast', basis, rows, noExpectedDate, undated: point.state?.undated ?? 0, totals } as const;
    return this.asking.sources.personal.open(answer, asker);
  }

  async history(query: ForecastHistoryQuery, asker: Asker): Promise<ForecastHistoryAnswer> {
    const question = await this.read(query);
    const { asked, period } = question;
    const { time, most } = asked;
    const step = parseStep(query.step ?? 'week');
    const known = query.known ?? 'now';
    const until = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const first = query.from === undefined ? startBefore(period, time.zone) - 1 : parseInstant(query.from, time);
    const last = Math.min(period.end - 1, until);
    const instants = seriesPoints(Math.min(first, last), last, step, time.zone);
    const view = await this.standings.view(asked.question, last, most);
    const read = { ...question, asked: { ...asked, question: await this.asking.byId(asked.question, view, asker) } };

    const known1 = known === 'now' ? await this.standings.histories(read.method, [period], instants, most) : undefined;
    const standings: Standing[] = [];
    for (const asOf of instants)
      standings.push(await this.standings.standing(read, asOf, await this.standings.knowledge(known, asOf, most), known1));
    const actualNow = await this.standings.won(read, until, most);
    const finished = until >= period.end - 1;
    const close = finished ? await this.asking.sources.knownAt.at(period.end - 1, most) : null;
    const actualAtClose =
      close === null ? null : close.position === LOG_START ? NOT_KNOWN_YET : await this.standings.won(read, until, close);
    const rows = standings.flatMap((standing) => this.historyRows(standing, period, actualNow));
    // Of a period that has not begun by then, what stood in its forecast when it began is not known either.
    const begun = until >= period.start - 1;
    const beginning = begun ? period.start - 1 : last;
    const opening = await this.standings.standing(read, beginning, await this.standings.knowledge(known, beginning, most), known1);
    const endings = await this.endings(read, until);

    const points = await Promise.all(standings.map((standing) => this.point(read.asked.question, standing)));
    const lastPoint = points[points.length - 1];
    if (lastPoint === undefined) throw new TypeError('a series has a point');
    const noDate = opening.fold.result().noExpectedDate.deals;
    const said = this.marks(read.asked.question, standings.at(-1) ?? opening, period, noDate, begun ? ' when the period begins' : '');
    const input = await this.basisInput(read, read.asked.question, points, said);
    const marks = finished
      ? input.marks
      : [...input.marks, `the period runs until ${isoInstant(period.end - 1)}: what came is not all known`];
    const basis = {
      ...basisOf(this.asking.sources.eventStore, { ...input, marks }, lastPoint),
      ...{ period: this.periodText(period), step, known, points: instants.map(isoInstant) },
    };
    const actual = actualsOf(actualNow, actualAtClose, view);
    const won = new Set([...endings].filter(([, { status }]) => status === 'won').map(([deal]) => deal));
    const behind = behindOf(query, view);
    const hasOpening = opening.knowledge.position !== LOG_START && begun;
    const answer = {
      report: 'forecast-history',
      basis,
      rows,
      actual,
      finished,
      accuracy: standings.flatMap((standing) => accuracies(standing, period, actualNow)),
      // Unweighted means certain, which nobody said of any deal.
      calibration: read.method === 'unweighted' || !begun ? [] : calibrationOf(opening.fold.deals, won),
      realisation: hasOpening ? realisationOf(opening.fold.deals, endings, behind) : null,
      ...behind?.answer(),
    } as const;
    return this.asking.sources.personal.open(answer, asker);
  }

  private async read(query: ForecastQuery): Promise<ForecastAsked> {
    const asked = await this.asking.begin(query, []);
    return { asked, period: parsePeriod(query.period, asked.time), method: parseForecastMethod(query.method) };
  }

  private periodText({ label, start, end }: Period): { label: string; from: string; to: string } {
    return { label, from: isoInstant(start), to: isoInstant(end) };
  }

  private async endings({ asked, period }: ForecastAsked, until: EpochMs): Promise<Map<string, Ending>> {
    const rows = await this.standings.rowsAt(until, asked.most);
    return new Map(rows.map((row) => [row.entity, { row, status: row.status, wonInPeriod: wonIn(row, period) }]));
  }

  private historyRows({ asOf, knowledge, groups, view }: Standing, period: Period, actual: readonly ForecastGroup[]): ForecastHistoryRow[] {
    const unknown = knowledge.position === LOG_START;
    return groups.map(({ group, sums }) => {
      const won = actual.find((other) => sameGroup(other.group, group))?.sums.won ?? new Map<string, number>();
      const error = new Map(forecastTotal(sums));
      for (const [currency, minor] of won) error.set(currency, (error.get(currency) ?? 0) - minor);
      const absoluteShare = Object.fromEntries(
        [...error]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([currency, minor]) => {
            const came = won.get(currency) ?? 0;
            return [currency, came === 0 ? null : Math.abs(minor) / came];
          }),
      );
      return {
        ...{ at: isoInstant(asOf), horizonDays: (period.end - 1 - asOf) / DAY, group, labels: labelsOf(group, view) },
        ...{
          figures: unknown ? null : forecastFigures(sums),
          error: unknown ? [] : moneyTexts(error),
          absoluteShare: unknown ? {} : absoluteShare,
        },
      };
    });
  }

  private async point(question: ReadQuestion, { asOf, knowledge, view, rows, fold }: Standing): Promise<PointSeen> {
    if (knowledge.position === LOG_START) return { asOf, knowledge, state: null };
    const tally = pipelineTally(
      { ...question, scope: { ...question.scope, filters: { ...question.scope.filters, status: ['open'] } } },
      view,
    );
    for (const row of rows) tally.add(row);
    for (const row of await this.asking.sources.dealRows.undated(asOf, knowledge.number))
      if (asOf < row.registeredAt) tally.addUndated(row);
    const { deals, wonDeals, unvalued } = fold.result().all;
    const state = tally.state();
    return { asOf, knowledge, state: { ...state, all: { ...state.all, deals: deals + wonDeals, unvalued } } };
  }

  private async basisInput({ method }: ForecastAsked, read: ReadQuestion, points: readonly PointSeen[], marks: readonly string[]) {
    const input = await this.asking.basisInput(`${FORECAST_METHOD_ID}/${method}`, read, points);
    return { ...input, marks: [...input.marks, ...marks] };
  }

  private marks({ scope, zone }: ReadQuestion, { rows, view }: Standing, period: Period, noExpectedDate: number, when = ''): string[] {
    const isIn = inScope(scope, view, zone);
    const won = rows.filter((row) => row.status === 'won' && isIn(row));
    return [...noExpectedDateMarks(noExpectedDate, when), ...recordedInMarks(won, period)];
  }
}

function sameGroup(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function actualsOf(now: readonly ForecastGroup[], atClose: readonly ForecastGroup[] | NotKnownYet | null, view: DimensionView): Actual[] {
  const seen = atClose === null || atClose === NOT_KNOWN_YET ? [] : atClose;
  const groups = [...now, ...seen.filter(({ group }) => !now.some((other) => sameGroup(other.group, group)))].map(({ group }) => group);
  const of = (list: readonly ForecastGroup[], group: object): { deals: number; won: ReturnType<typeof moneyTexts> } => {
    const sums = list.find((other) => sameGroup(other.group, group))?.sums;
    return { deals: sums?.wonDeals ?? 0, won: moneyTexts(sums?.won ?? new Map<string, number>()) };
  };
  return groups.map((group) => ({
    group,
    labels: labelsOf(group, view),
    atClose: atClose === null || atClose === NOT_KNOWN_YET ? atClose : of(atClose, group),
    now: of(now, group),
  }));
}

/** Over all groups that were forecast or came, by currency. */
function accuracies({ asOf, knowledge, groups }: Standing, period: Period, actual: readonly ForecastGroup[]): Accuracy[] {
  if (knowledge.position === LOG_START) return [];
  const currencies = [...new Set([...groups, ...actual].flatMap(({ sums }) => [...forecastTotal(sums).keys(), ...sums.won.keys()]))].sort();
  const names = [...new Set([...groups, ...actual].map(({ group }) => JSON.stringify(group)))];
  return currencies.map((currency) => {
    const pairs = names.map((name) => {
      const forecast = groups.find(({ group }) => JSON.stringify(group) === name);
      const came = actual.find(({ group }) => JSON.stringify(group) === name);
      return {
        forecast: forecast === undefined ? 0 : (forecastTotal(forecast.sums).get(currency) ?? 0),
        actual: came?.sums.won.get(currency) ?? 0,
      };
    });
    return accuracyOf(asOf, (period.end - 1 - asOf) / DAY, currency, pairs);
  });
}
