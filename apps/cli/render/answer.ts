import type {
  CompareAnswer,
  DealAnswer,
  DealHistoryAnswer,
  DealsBehindAnswer,
  PipelineAnswer,
  SeriesAnswer,
  WaterfallAnswer,
} from '../../../libs/reporting/queries.js';
import type { FunnelAnswer } from '../../../libs/reporting/flow-queries.js';
import { csvText } from './csv.js';
import { dealHistoryText, dealText } from './deal.js';
import type { Format } from './formats.js';
import { funnelText, waterfallText } from './flows.js';
import { compareText, dealsText, pipelineText, seriesText } from './reports.js';

/** The bodies that questions are answered with, told apart by `report`. */
type Answer =
  PipelineAnswer | CompareAnswer | SeriesAnswer | WaterfallAnswer | FunnelAnswer | DealsBehindAnswer | DealAnswer | DealHistoryAnswer;

function tableOf(answer: Answer): string {
  switch (answer.report) {
    case 'pipeline':
      return pipelineText(answer);
    case 'compare':
      return compareText(answer);
    case 'series':
      return seriesText(answer);
    case 'waterfall':
      return waterfallText(answer);
    case 'funnel':
      return funnelText(answer);
    case 'deals':
      return dealsText(answer);
    case 'deal':
      return dealText(answer);
    case 'deal-history':
      return dealHistoryText(answer);
  }
}

function rowsOf(answer: Answer): readonly object[] {
  switch (answer.report) {
    case 'deals':
      return answer.deals;
    case 'deal':
      return answer.state === null ? [] : [{ deal: answer.deal, revision: answer.revision, ...answer.state }];
    case 'deal-history':
      return answer.events;
    default:
      return answer.rows;
  }
}

/** `body` is what HTTP sends; JSON is it, byte for byte. */
export function render(body: string, format: Format): string {
  if (format === 'json') return body;
  const answer = JSON.parse(body) as Answer; // made by our own server or process
  return format === 'csv' ? csvText(rowsOf(answer)) : tableOf(answer);
}
