import type { EpochMs } from '../../domain/shared/instant.js';
import { isClosed } from '../paths/milestones.js';
import type { History } from '../rows.js';

/** [from, to). */
interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * Which deals a question looks at, where that is known beforehand: all others need not be read. Deals registered without a date are always among them, as every question counts them.
 * `between`: not closed at `opening`, or a row of it began in (opening, closing]; what lay before its state at `opening` may be left out.
 */
export type DealSelection =
  | { readonly by: 'registered'; readonly in: Span }
  /** A row of it began in the span: whatever milestone it came to then. */
  | { readonly by: 'moved'; readonly in: Span }
  | { readonly by: 'between'; readonly opening: EpochMs; readonly closing: EpochMs };

/** When rows of a selected deal begin. */
export function spanOf(selection: DealSelection): Span {
  return selection.by === 'between' ? { from: selection.opening + 1, to: selection.closing + 1 } : selection.in;
}

export function isSelected(history: History, selection: DealSelection): boolean {
  const { from, to } = spanOf(selection);
  const [first] = history;
  if (first?.dated === 0) return true;
  if (selection.by === 'registered') return first !== undefined && first.registeredAt >= from && first.registeredAt < to;
  if (history.some(({ validFrom }) => validFrom >= from && validFrom < to)) return true;
  if (selection.by !== 'between') return false;
  const state = history.findLast(({ validFrom }) => validFrom <= selection.opening);
  return state !== undefined && !isClosed(state.status);
}
