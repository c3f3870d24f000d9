import type { EmployeeId } from '../shared/ids.js';
import type { CalendarDate } from '../shared/instant.js';
import type { Money } from '../shared/money.js';

/** What a person (quota) or a team, or the whole firm (target), is to win in [from, to), first day and the day after the last. */
export type QuotaSet = {
  readonly type: 'QuotaSet';
  readonly data: {
    readonly holder:
      | { readonly kind: 'person'; readonly employeeId: EmployeeId }
      | { readonly kind: 'team'; readonly team: string }
      | { readonly kind: 'firm' };
    readonly from: CalendarDate;
    readonly to: CalendarDate;
    readonly amount: Money;
  };
};
export type QuotaWithdrawn = { readonly type: 'QuotaWithdrawn'; readonly data: Record<string, never> };
export type QuotaEvent = QuotaSet | QuotaWithdrawn;
