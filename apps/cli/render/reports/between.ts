import type {
  ExplainAnswer,
  ExplainRow,
  Figures,
  NotKnownYet,
  OpenFigures,
  WaterfallAnswer,
  WaterfallRow,
} from '../../../../libs/reporting/queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, heading, instantText, plus, pointText, signedMoney } from '../text.js';
import { RIGHT, allCells, groupCells, groupColumns, groupNames, inReadingOrder, page, valueText } from './grouped.js';

function isEmpty({ deals, unvalued, value, moves = 0 }: WaterfallRow): boolean {
  return deals === 0 && unvalued === 0 && value.length === 0 && moves === 0;
}

function isEnd({ bucket }: WaterfallRow): boolean {
  return bucket === 'opening' || bucket === 'closing';
}

function totalCells(names: ReturnType<typeof groupNames>, end: string, figures: OpenFigures, unvalued: boolean): string[] {
  const { deals } = figures;
  const cells = [...allCells(names), end, '', countText(deals), valueText(figures)];
  return unvalued ? [...cells, figures.unvalued === 0 ? '' : countText(figures.unvalued)] : cells;
}

/** `totals`: of all groups together, where there are groups. */
function buckets(rows: readonly WaterfallRow[], totals?: WaterfallAnswer['totals']): string {
  const names = groupNames(rows);
  const isTotalled = totals !== undefined && names.length > 0;
  const unvalued = rows.some((row) => row.unvalued !== 0);
  return table(
    [
      ...groupColumns(names),
      { title: 'bucket' },
      { title: 'moves', ...RIGHT },
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
      ...(unvalued ? [{ title: 'unvalued', ...RIGHT }] : []),
    ],
    [
      ...rows.map((row) => [
        ...groupCells(names, row),
        heading(row.bucket),
        row.moves === undefined ? '' : countText(row.moves),
        isEnd(row) ? countText(row.deals) : plus(countText(row.deals)),
        isEnd(row) ? valueText(row) : signedMoney(row.value),
        ...(unvalued ? [row.unvalued === 0 ? '' : isEnd(row) ? countText(row.unvalued) : plus(countText(row.unvalued))] : []),
      ]),
      ...(isTotalled ? (['opening', 'closing'] as const).map((end) => totalCells(names, end, totals[end], unvalued)) : []),
    ],
  );
}

function movesText({ bucket, told, more }: NonNullable<WaterfallAnswer['moves']>, timeZone: string): string {
  const names = groupNames(told);
  const drawn = table(
    [
      { title: 'at' },
      { title: 'deal', shrinks: true },
      { title: 'what happened', shrinks: true },
      ...groupColumns(names),
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
    ],
    told.map((move) => [
      pointText(move.at, timeZone).slice(0, 16),
      move.deal,
      move.eventType ?? 'what it belongs to, or what is known of it',
      ...groupCells(names, move),
      plus(countText(move.deals)),
      move.value.length === 0 && move.unvalued !== 0 ? 'unknown' : signedMoney(move.value),
    ]),
  );
  const rest = more === 0 ? '' : `\n\n${countText(more)} more, with a higher --limit`;
  return `Behind ${heading(bucket)}\n\n${told.length === 0 ? 'nothing was booked there' : drawn}${rest}`;
}

export function waterfallText({ basis, rows, roundTrips, totals, moves }: WaterfallAnswer): string {
  const told = inReadingOrder(groupNames(rows), rows).filter((row) => isEnd(row) || !isEmpty(row));
  const trips = inReadingOrder(groupNames(rows), roundTrips).filter((row) => !isEmpty(row));
  const [from, to] = [instantText(basis.from, basis.timeZone), instantText(basis.to, basis.timeZone)];
  const how = basis.method.endsWith('/ends') ? 'by what differs at both ends' : 'every move at its cause';
  return page(
    `Open pipeline from ${from} to ${to}, ${how}`,
    basis.knownAt === null ? 'not known yet' : buckets(told, totals),
    moves !== undefined && movesText(moves, basis.timeZone),
    trips.length > 0 &&
      `Round trips: moves less ends, so what came and went between the two, or counts at another cause\n\n${buckets(trips)}`,
    basisWords(basis, 'Buckets in which nothing was booked are left out.'),
  );
}

function causeText({ cause, eventType }: ExplainRow): string {
  if (cause === 'event') return eventType ?? '';
  return cause === 'restated' ? 'recorded late or corrected' : `what it belongs to: ${eventType ?? ''}`;
}

function endText(end: Figures | NotKnownYet): string[] {
  return typeof end === 'string' ? ['?', end] : [countText(end.deals), valueText(end)];
}

export function explainText({ basis, rows, rest, totals }: ExplainAnswer): string {
  const names = groupNames(rows);
  const at = (index: number): string => instantText(basis.points.at(index)?.at ?? '', basis.timeZone);
  const blanks = names.map(() => '');
  const flow = ({ deals, value }: Pick<Figures, 'deals' | 'value'>): string[] => [plus(countText(deals)), signedMoney(value)];
  const drawn = table(
    [
      { title: 'at' },
      { title: 'deal', shrinks: true },
      { title: 'what happened', shrinks: true },
      ...groupColumns(names),
      { title: 'deals', ...RIGHT },
      { title: 'value', ...RIGHT },
    ],
    [
      ['', '', 'then', ...blanks, ...endText(totals.then)],
      ...rows.map((row) => [
        pointText(row.at, basis.timeZone).slice(0, 16),
        row.deal,
        causeText(row),
        ...groupCells(names, row),
        ...flow(row),
      ]),
      ...(rest.rows === 0 ? [] : [['', '', `${countText(rest.rows)} more, with a higher --limit`, ...blanks, ...flow(rest)]]),
      ['', '', 'now', ...blanks, ...endText(totals.now)],
      ['', '', 'difference', ...blanks, ...flow(totals.difference)],
    ],
  );
  return page(`Why the pipeline at ${at(-1)} differs from ${at(0)}`, basis.knownAt === null ? 'not known yet' : drawn, basisWords(basis));
}
