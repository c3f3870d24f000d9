import type { EpochMs } from '../../domain/shared/instant.js';
import { isoInstant } from '../../domain/shared/instant.js';
import type { MoneyText } from '../../domain/shared/money.js';
import { moneyText } from '../../domain/shared/money.js';
import type { DealPath } from '../paths/deal-path.js';
import { lastRow } from '../paths/deal-path.js';
import type { Group, Labels } from '../queries.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';

const MOST_TOLD = 10_000;

/** Which figure is to be opened: by the name that its column has in CSV. */
export interface BehindQuery<F extends string> {
  readonly behind?: F;
  /** Told one by one, default 1,000, at most 10,000. */
  readonly limit?: number;
}

/** A deal, or a stay or change of one, that counts 1 in a figure. As many as the figure says, in each row of the report. */
export interface BehindRow {
  readonly deal: string;
  readonly group: Group;
  readonly labels: Labels;
  /** What names the report's row beside its group, such as `stage` or `period`. */
  readonly row: Readonly<Record<string, string>>;
  /** When the report's clock began for it, or when it came to count. */
  readonly from: string;
  /** When the clock ended; null where it runs, or where the figure has none. */
  readonly to: string | null;
  /** What the report's means and medians are of, in days of 24 hours; null where the figure has no clock. */
  readonly days: number | null;
  /** What it counts with in the report's sums. */
  readonly value: MoneyText | null;
  /** The event that made it count. */
  readonly eventId: string;
  readonly eventType: string;
  /** Of one whose asker came back: the later deal. */
  readonly later?: string;
  /** Of one that was won or lost: what was expected of it when it ended, which is its band. */
  readonly expected?: MoneyText | null;
}

/** What is behind one figure: those told, in the order in which the report counts them, and how many more there are. */
export interface BehindFigure<F extends string = string> {
  readonly figure: F;
  readonly told: readonly BehindRow[];
  readonly more: number;
}

/** What a report knows of one that counts; what it leaves out is as the deal's last row says. */
export interface Counted {
  readonly group: Group;
  readonly row?: BehindRow['row'];
  readonly from?: EpochMs;
  readonly to?: EpochMs | null;
  readonly days?: number | null;
  /** The row whose event made it count, and the row whose value counts. */
  readonly event?: DealInterval | undefined;
  readonly valued?: DealInterval | undefined;
  readonly later?: string | undefined;
  readonly expected?: MoneyText | null | undefined;
}

function valueOf({ valueMinor, currency }: DealInterval): MoneyText | null {
  return valueMinor === null || currency === null ? null : moneyText({ minor: valueMinor, currency });
}

/** Takes what a report counts, and keeps what is behind the one figure that somebody asked to open. */
export class Behind<F extends string = string> {
  private readonly told: BehindRow[] = [];
  private counted = 0;

  constructor(
    private readonly figure: F,
    private readonly limit: number,
    private readonly view: DimensionView,
  ) {}

  /** `figures`: all that this one counts in. What is told of it is made only where it is told. */
  take(figures: readonly F[], path: DealPath, counted: () => Counted): void {
    if (!figures.includes(this.figure)) return;
    this.counted += 1;
    if (this.told.length < this.limit) this.told.push(this.rowOf(path, counted()));
  }

  answer(): { readonly behind: BehindFigure<F> } {
    return { behind: { figure: this.figure, told: this.told, more: this.counted - this.told.length } };
  }

  private rowOf(path: DealPath, { group, row = {}, from, to = null, days = null, event, valued, later, expected }: Counted): BehindRow {
    const last = lastRow(path);
    const { eventId, eventType, validFrom } = event ?? last;
    return {
      ...{ deal: path.deal, group, labels: labelsOf(group, this.view), row },
      ...{ from: isoInstant(from ?? validFrom), to: to === null ? null : isoInstant(to), days },
      ...{ value: valueOf(valued ?? last), eventId, eventType },
      ...(later === undefined ? {} : { later }),
      ...(expected === undefined ? {} : { expected }),
    };
  }
}

/** Undefined where no figure is to be opened. @throws QuestionNotUnderstood */
export function behindOf<F extends string>({ behind, limit = 1_000 }: BehindQuery<F>, view: DimensionView): Behind<F> | undefined {
  if (behind === undefined) return undefined;
  if (!Number.isInteger(limit) || limit < 0 || limit > MOST_TOLD) throw new QuestionNotUnderstood(`the limit is 0 to ${MOST_TOLD} rows`);
  return new Behind(behind, limit, view);
}
