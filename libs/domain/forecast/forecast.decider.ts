import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { CLOCK_SKEW_MS } from '../shared/effective-instant.js';
import { isoInstant } from '../shared/instant.js';
import { checkMoney } from '../shared/money-rules.js';
import { checkPeriod } from '../shared/period-rules.js';
import { Refusal } from '../shared/refusal.js';
import { sameJson } from '../shared/same-json.js';
import { valueAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { ForecastCommand, SubmitForecast } from './forecast.commands.js';
import type { ForecastEvent, ForecastSubmitted } from './forecast.events.js';
import type { Forecast } from './forecast.evolve.js';
import { evolve, noForecast } from './forecast.evolve.js';

function otherForecast(id: string): Refusal {
  return new Refusal('forecast/other-forecast', `forecast ${id} is of another person, period or category; use another id`, { id });
}

/** Saying the same amount again a week later is a submission of its own; saying it twice at one instant is not. */
function submit(forecast: Forecast, command: SubmitForecast, { at, now }: Pick<DecideContext, 'at' | 'now'>): ForecastEvent[] {
  const { type: _type, id, ...data } = command;
  checkPeriod('forecast', id, data);
  checkMoney('forecast', id, data.amount);
  if (at > now + CLOCK_SKEW_MS) {
    const said = `forecast ${id} cannot have been submitted at ${isoInstant(at)}: it is ${isoInstant(now)}`;
    throw new Refusal('forecast/effective-in-future', said, { id, at: isoInstant(at), now: isoInstant(now) });
  }
  const known = forecast.submitted.find((dated) => dated.value !== null)?.value;
  const sameThing = (a: ForecastSubmitted['data'], b: ForecastSubmitted['data']): boolean =>
    a.submitterId === b.submitterId && a.from === b.from && a.to === b.to && a.category === b.category;
  if (known && !sameThing(known, data)) throw otherForecast(id);
  const last = forecast.submitted.findLast((dated) => dated.from <= at);
  return last?.from === at && sameJson(last.value, data) ? [] : [{ type: 'ForecastSubmitted', data }];
}

export function decide(forecast: Forecast, command: ForecastCommand, context: Pick<DecideContext, 'at' | 'now'>): ForecastEvent[] {
  switch (command.type) {
    case 'SubmitForecast':
      return submit(forecast, command, context);
    case 'WithdrawForecast':
      if (forecast.submitted.length === 0) {
        throw new Refusal('forecast/unknown', `forecast ${command.id} was never submitted; SubmitForecast submits it`, { id: command.id });
      }
      return valueAt(forecast.submitted, context.at) ? [{ type: 'ForecastWithdrawn', data: {} }] : [];
    default:
      return assertNever(command);
  }
}

export const forecastKind: StreamKind<Forecast, ForecastCommand, ForecastEvent> = {
  category: 'forecast',
  initial: noForecast,
  evolve,
  decide,
  // A submission is a deed of its moment: nobody forecast anything at the beginning of time.
  effectiveAt: (_forecast, _command, asked, { now }) => ({ at: asked ?? now, dated: true }),
  pipelinesNeeded: () => [],
};
