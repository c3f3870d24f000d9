import type { Personal } from '../shared/envelope.js';
import type { EmployeeId } from '../shared/ids.js';
import type { CalendarDate } from '../shared/instant.js';
import type { Money } from '../shared/money.js';

/** What a person says will be won in [from, to). Each submission is a fact of its own; the latest at T counts (metrics.md section 2). */
export type ForecastSubmitted = {
  readonly type: 'ForecastSubmitted';
  readonly data: {
    readonly submitterId: EmployeeId;
    readonly from: CalendarDate;
    readonly to: CalendarDate;
    readonly category: 'commit' | 'best-case' | 'most-likely';
    readonly amount: Money;
    /** Personal. */
    readonly note?: Personal;
  };
};
export type ForecastWithdrawn = { readonly type: 'ForecastWithdrawn'; readonly data: Record<string, never> };
export type ForecastEvent = ForecastSubmitted | ForecastWithdrawn;
