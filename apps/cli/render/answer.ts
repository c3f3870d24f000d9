import type { Answer } from './answers.js';
import { markLines } from './basis.js';
import { csvText } from './csv.js';
import { dealHistoryText, dealText } from './deal.js';
import type { Format, TextFormat } from './formats.js';
import { explainText, waterfallText } from './reports/between.js';
import { leadTimesText, timeInStageText, velocityText } from './reports/durations.js';
import { calibrationReportText } from './reports/calibration.js';
import { forecastHistoryText, forecastText } from './reports/forecast.js';
import { funnelText } from './reports/funnel.js';
import { inflowText } from './reports/inflow.js';
import { reemergenceText } from './reports/reemergence.js';
import { slippageText } from './reports/slippage.js';
import { standstillsText } from './reports/standstills.js';
import { compareText, dealsText, pipelineText } from './reports/pipeline.js';
import { seriesText } from './reports/series.js';
import { agingText, coverageText } from './reports/standing.js';
import { winRateText } from './reports/winrate.js';
import { namesakesTold } from './namesakes.js';
import { rowsOf } from './rows.js';
import { visible } from './visible.js';

function tableOf(answer: Answer): string {
  switch (answer.report) {
    case 'pipeline':
      return pipelineText(answer);
    case 'compare':
      return compareText(answer);
    case 'explain':
      return explainText(answer);
    case 'series':
      return seriesText(answer);
    case 'waterfall':
      return waterfallText(answer);
    case 'funnel':
      return funnelText(answer);
    case 'inflow':
      return inflowText(answer);
    case 'reemergence':
      return reemergenceText(answer);
    case 'slippage':
      return slippageText(answer);
    case 'standstills':
      return standstillsText(answer);
    case 'leadtimes':
      return leadTimesText(answer);
    case 'time-in-stage':
      return timeInStageText(answer);
    case 'winrate':
      return winRateText(answer);
    case 'velocity':
      return velocityText(answer);
    case 'forecast':
      return forecastText(answer);
    case 'forecast-history':
      return forecastHistoryText(answer);
    case 'calibration':
      return calibrationReportText(answer);
    case 'aging':
      return agingText(answer);
    case 'coverage':
      return coverageText(answer);
    case 'deals':
      return dealsText(answer);
    case 'deal':
      return dealText(answer);
    case 'deal-history':
      return dealHistoryText(answer);
  }
}

function withNamesakes(answer: Answer): Answer {
  return 'rows' in answer ? ({ ...answer, rows: namesakesTold<unknown>(answer.rows) } as Answer) : answer; // the rows are what they were, but for labels
}

/** `body` is what HTTP sends; JSON is it, byte for byte. */
export function renderText(body: string, format: TextFormat): string {
  if (format === 'json') return body;
  const answer = JSON.parse(body) as Answer; // made by our own server or process
  return format === 'csv' ? csvText(rowsOf(answer)) : visible(tableOf(withNamesakes(answer)));
}

/** What the data cannot tell, line by line: for forms that hold rows alone. */
export function marksOf(body: string): string[] {
  const { basis } = JSON.parse(body) as Answer; // as above
  return markLines(basis);
}

/** Libraries of files and charts are loaded by who asks for one. @throws NoChart */
export async function render(body: string, format: Format): Promise<string | Uint8Array> {
  if (format !== 'parquet' && format !== 'svg') return renderText(body, format);
  const answer = JSON.parse(body) as Answer; // as above
  if (format === 'svg') return (await import('./charts/chart.js')).chartOf(answer);
  return (await import('./parquet.js')).parquetBytes(rowsOf(answer), answer.basis);
}
