import type { Grouping } from '../../libs/reporting/queries.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';

const MOST_DEALS = 1_000;

/** What a listed deal names beside its ids. */
export const NAMED: readonly Grouping[] = ['owner', 'company', 'product', 'pipeline'];

/** @throws QuestionNotUnderstood */
export function pageLimit(limit = 50): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_DEALS) throw new QuestionNotUnderstood(`the limit is 1 to ${MOST_DEALS} deals`);
  return limit;
}
