import type { EmployeeId } from '../shared/ids.js';
import type { ForecastSubmitted } from './forecast.events.js';

/** One stream holds the submissions of one person for one period and category; each is a fact of its own, the latest at T counts. */
export interface SubmitForecast {
  readonly type: 'SubmitForecast';
  readonly id: string;
  readonly submitterId: EmployeeId;
  readonly from: ForecastSubmitted['data']['from'];
  readonly to: ForecastSubmitted['data']['to'];
  readonly category: ForecastSubmitted['data']['category'];
  readonly amount: ForecastSubmitted['data']['amount'];
  readonly note?: string;
}
export interface WithdrawForecast {
  readonly type: 'WithdrawForecast';
  readonly id: string;
}

export type ForecastCommand = SubmitForecast | WithdrawForecast;
