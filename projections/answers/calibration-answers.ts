import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { isoInstant } from '../../libs/domain/shared/instant.js';
import { LOG_START } from '../../libs/domain/shared/position.js';
import type { EndedPeriod } from '../../libs/reporting/forecast/calibration.js';
import { calibrate } from '../../libs/reporting/forecast/calibration.js';
import { parseForecastMethod } from '../../libs/reporting/forecast/methods.js';
import type { CalibrationAnswer, CalibrationQuery } from '../../libs/reporting/forecast-queries.js';
import { pipelineTally } from '../../libs/reporting/pipeline/tally.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import { groupOrder } from '../../libs/reporting/scope/groupings.js';
import { parseAge } from '../../libs/reporting/time/age.js';
import { parseInstant } from '../../libs/reporting/time/instant.js';
import type { Period } from '../../libs/reporting/time/period.js';
import { parsePeriod, periodAround, periodsBetween } from '../../libs/reporting/time/period.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import type { Asking } from './asking.js';
import { basisOf } from './basis.js';
import type { ForecastStandings } from './forecast-standings.js';
import type { Asker } from './sources.js';

const CALIBRATION_METHOD_ID = 'calibration/1';
const FIRST_DAY = 'the end of the first day';

/** When a period's forecast is looked at: never after its last instant. */
function lookedAt(period: Period, horizonMs: number | undefined, zone: ReportZone): EpochMs {
  if (horizonMs === undefined) return periodAround(period.start, 'day', zone).end - 1;
  return period.end - 1 - horizonMs;
}

/** How right forecasts have been, period after period, each taken at the same horizon (metrics.md section 2). */
export class CalibrationAnswers {
  constructor(
    private readonly asking: Asking,
    private readonly standings: ForecastStandings,
  ) {}

  async calibration(query: CalibrationQuery, asker: Asker): Promise<CalibrationAnswer> {
    const asked = await this.asking.begin(query, ['owner']);
    const { time, most } = asked;
    const method = parseForecastMethod(query.method ?? 'submitted');
    const known = query.known ?? 'now';
    const horizonMs = query.horizon === undefined ? undefined : parseAge(query.horizon);
    const until = query.asOf === undefined ? time.now : parseInstant(query.asOf, time);
    const all = periodsBetween(parsePeriod(query.from, time), parsePeriod(query.to, time), time.zone);
    const [ended, running] = [all.filter(({ end }) => end - 1 <= until), all.filter(({ end }) => end - 1 > until)];
    const [first] = all;
    if (ended.length === 0) throw new QuestionNotUnderstood(`none of these periods has ended by then: ${first?.label ?? ''} has not`);

    const view = await this.standings.view(asked.question, until, most);
    const question = await this.asking.byId(asked.question, view, asker);
    const looked = ended.map((period) => lookedAt(period, horizonMs, time.zone));
    const histories = known === 'now' ? await this.standings.histories(method, ended, looked, most) : undefined;
    const periods: EndedPeriod[] = [];
    const unknown: string[] = [];
    for (const period of ended) {
      const at = lookedAt(period, horizonMs, time.zone);
      const knowledge = await this.standings.knowledge(known, at, most);
      const read = { asked: { ...asked, question }, period, method };
      if (knowledge.position === LOG_START) unknown.push(period.label);
      else {
        const { groups } = await this.standings.standing(read, at, knowledge, histories);
        periods.push({ period, at, forecast: groups, actual: await this.standings.won(read, until, most, histories) });
      }
    }
    const won = periods.reduce((sum, { actual }) => sum + actual.reduce((deals, { sums }) => deals + sums.wonDeals, 0), 0);
    const state = pipelineTally(question, view).state();
    const point = { asOf: until, knowledge: most, state: { ...state, all: { ...state.all, deals: won } } };
    const input = await this.asking.basisInput(`${CALIBRATION_METHOD_ID}/${method}`, question, [point]);
    const firstEvent = await this.asking.sources.firstInstant(most.number);
    const early = firstEvent === null ? [] : ended.filter(({ end }) => end <= firstEvent).map(({ label }) => label);
    const marks = [
      ...input.marks,
      ...(early.length === 0 || firstEvent === null
        ? []
        : [`before the first event of any deal, ${isoInstant(firstEvent)}: ${early.join(', ')}`]),
      ...(running.length === 0 ? [] : [`not ended yet, so left out: ${running.map(({ label }) => label).join(', ')}`]),
      ...(unknown.length === 0 ? [] : [`nothing was known yet when these were forecast, so left out: ${unknown.join(', ')}`]),
    ];
    const { rows, points } = calibrate(periods, { method, view, order: groupOrder(question.groupBy, view) });
    const basis = {
      ...basisOf(this.asking.sources.eventStore, { ...input, marks }, point),
      period: {
        label: ended.length === 1 ? (ended[0]?.label ?? '') : `${ended[0]?.label ?? ''}..${ended.at(-1)?.label ?? ''}`,
        from: isoInstant(ended[0]?.start ?? until),
        to: isoInstant(ended.at(-1)?.end ?? until),
      },
      known,
      horizon: query.horizon ?? FIRST_DAY,
      points: periods.map(({ at }) => isoInstant(at)),
    };
    return this.asking.sources.personal.open({ report: 'calibration', basis, rows, periods: points } as const, asker);
  }
}
