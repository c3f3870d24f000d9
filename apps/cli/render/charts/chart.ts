import type { Answer } from '../answers.js';
import { NoChart } from '../formats.js';
import { forecastHistoryChart } from './forecast-chart.js';
import { funnelChart } from './funnel-chart.js';
import { seriesChart } from './series-chart.js';
import { waterfallChart } from './waterfall-chart.js';

/** An answer as a slide. @throws NoChart for those that are told in tables alone */
export function chartOf(answer: Answer): string {
  switch (answer.report) {
    case 'series':
      return seriesChart(answer);
    case 'funnel':
      return funnelChart(answer);
    case 'waterfall':
      return waterfallChart(answer);
    case 'forecast-history':
      return forecastHistoryChart(answer);
    default:
      throw new NoChart(`no chart is drawn of ${answer.report}; charts are drawn of series, funnel, waterfall and forecast-history`);
  }
}
