import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { ForecastEvent, ForecastSubmitted } from './forecast.events.js';

/** What one person said of one period, each time anew; null from a withdrawal on. */
export interface Forecast {
  readonly submitted: Timeline<ForecastSubmitted['data'] | null>;
}

export const noForecast: Forecast = { submitted: [] };

export function evolve(forecast: Forecast, fact: ForecastEvent & { readonly effectiveAt: EpochMs }): Forecast {
  switch (fact.type) {
    case 'ForecastSubmitted':
      return { submitted: put(forecast.submitted, fact.effectiveAt, fact.data) };
    case 'ForecastWithdrawn':
      return { submitted: put(forecast.submitted, fact.effectiveAt, null) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return forecast;
  }
}
