import type { CalendarDate } from './instant.js';
import { parseCalendarDate } from './instant.js';
import { Refusal } from './refusal.js';

/** A period is [from, to): at least one day. @throws Refusal `<kind>/bad-period` */
export function checkPeriod(kind: string, id: string, { from, to }: { readonly from: CalendarDate; readonly to: CalendarDate }): void {
  if (parseCalendarDate(from) === undefined || parseCalendarDate(to) === undefined || from >= to) {
    throw new Refusal(`${kind}/bad-period`, `${kind} ${id}: from ${from} to ${to} is no period; from a day to the day after the last is`, {
      id,
      from,
      to,
    });
  }
}
