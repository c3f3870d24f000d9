import type { BehindQuery } from '../../libs/reporting/behind/behind.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';

const MOST_DEALS = 1_000;

/** What a listed deal names beside its ids. */
export const NAMED: readonly Grouping[] = ['owner', 'company', 'product', 'pipeline'];

/** How many deals a report lists beside its rows: none where a figure is to be opened, for `limit` is of what is behind that. @throws QuestionNotUnderstood */
export function listLimit({ behind, limit }: BehindQuery<string>, listed: number): number {
  if (behind !== undefined) return 0;
  if (limit === undefined) return listed;
  if (!Number.isInteger(limit) || limit < 0 || limit > MOST_DEALS) throw new QuestionNotUnderstood(`the limit is 0 to ${MOST_DEALS} deals`);
  return limit;
}

/** @throws QuestionNotUnderstood */
export function pageLimit(limit = 50): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_DEALS) throw new QuestionNotUnderstood(`the limit is 1 to ${MOST_DEALS} deals`);
  return limit;
}
