import type { StandstillsAnswer } from '../../../../libs/reporting/flow-queries.js';
import { basisWords } from '../basis.js';
import { table } from '../table.js';
import { countText, groupText, percent, withThousands } from '../text.js';
import { behindText } from './behind.js';
import { RIGHT, groupCells, groupColumns, groupNames, inReadingOrder, page } from './grouped.js';

const FIGURES = ['deals', 'silences', 'median', 'p90', 'longest', 'stand-\nstills', 'of\ndeals', 'still\nstand', 'of their\ntime'];

function days(value: number | null): string {
  return value === null ? '-' : withThousands(value.toFixed(1));
}

/** An event's name as words, so that a narrow column may break it. */
function words(eventType: string): string {
  return eventType.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

export function standstillsText({ basis, rows, longest, behind }: StandstillsAnswer): string {
  const names = groupNames(rows);
  const drawn = table(
    [...groupColumns(names), ...FIGURES.map((title) => ({ title, ...RIGHT }))],
    inReadingOrder(names, rows).map((row) => [
      ...groupCells(names, row),
      ...[row.deals, row.silences].map(countText),
      ...[row.kaplanMeierMedian ?? row.p50, row.p90, row.longest].map(days),
      ...[row.standstills, row.dealsStood, row.standing].map(countText),
      percent(row.share),
    ]),
  );
  const list = table(
    [
      ...[
        { title: 'deal', shrinks: true },
        { title: 'stood', shrinks: true },
        { title: 'owner', shrinks: true },
        { title: 'from' },
        { title: 'to' },
      ],
      ...[
        { title: 'days', ...RIGHT },
        { title: 'after', shrinks: true },
        { title: 'ended by', shrinks: true },
      ],
    ],
    longest.map(({ deal, status, stage, owner, labels, from, to, days: stood, after, endedBy }) => [
      deal,
      stage === null ? status : groupText(stage, labels.stage),
      groupText(owner, labels.owner),
      from.slice(0, 10),
      to?.slice(0, 10) ?? 'now',
      days(stood),
      words(after),
      endedBy === null ? '-' : words(endedBy),
    ]),
  );
  return page(
    `Silences inside deals, those over ${basis.over} as standstills`,
    drawn,
    longest.length > 0 && `The longest\n\n${list}`,
    behindText(behind, basis.timeZone),
    basisWords(
      basis,
      'A silence is the time between two facts that changed a deal, while it was neither closed nor postponed. The median counts silences that go on as not ended.',
    ),
  );
}
