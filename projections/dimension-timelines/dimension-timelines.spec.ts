import fc from 'fast-check';
import type { RecordedEvent } from '../../libs/domain/shared/envelope.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import { BEGINNING_OF_TIME, isoInstant } from '../../libs/domain/shared/instant.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import { replay } from '../../libs/projection-engine/projection.js';
import { arbitraryLog, byStream, tellingInstant, tellingPosition } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { RowBook } from '../../libs/testing/row-book.js';
import { Telling } from '../../libs/testing/tell.js';
import { dimensionTimelines } from './dimension-timelines.js';
import type { Thing } from './thing.evolve.js';
import { evolveThing, nothingKnown } from './thing.evolve.js';

function rowsOf(events: readonly RecordedEvent[]): RowBook {
  const book = new RowBook();
  for (const stream of byStream(events).values()) book.take(replay(dimensionTimelines, stream).changes);
  return book;
}

/** Days as people read them; the beginning of time and no end as they are. */
function seen(events: readonly RecordedEvent[]): unknown[] {
  const day = (at: number | null): string | null => (at === null ? null : isoInstant(at).slice(0, 10));
  return rowsOf(events)
    .all()
    .map((row) => [
      row.entity,
      row.openedBy,
      day(row.validFrom),
      day(row.validTo),
      row.endedBy,
      row.withdrawnBy,
      row['values'],
      row['assumedSinceBeginning'],
    ]);
}

describe('what deals refer to, at any (T, K)', () => {
  it('equals the slow fold, also where facts are dated before others or ahead of time (CF03)', async () => {
    await holds(
      fc.property(
        arbitraryLog({ events: 60, deals: 1 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 20, maxLength: 20 }),
        (events, picks) => {
          const book = rowsOf(events);
          for (const [t, k] of picks) {
            const [asOf, knownAt] = [tellingInstant(events, t), tellingPosition(events, k)];
            for (const [stream, own] of byStream(events)) {
              if (stream.startsWith('deal-')) continue;
              const thing = factsAsOf(own, knownAt, asOf).reduce<Thing>(evolveThing, nothingKnown);
              const rows = book.counting(asOf, positionNumber(knownAt), dimensionTimelines.entityOf(stream));
              expect(rows.map((row) => row['values'])).toEqual(thing.kind === null ? [] : [thing.values]);
            }
          }
        },
      ),
    );
  });

  it('a change of team entered late moves the person from that day on, and K before it still shows the old team', () => {
    const telling = new Telling();
    const at = (day: number): number => Date.UTC(2025, 0, day);
    const name = { sealed: 1 as const, person: 'employee-anna', box: 'AA==' };
    const assumed = { dated: false as const, recordedAt: at(1) };
    telling.tell('employee-anna', BEGINNING_OF_TIME, { type: 'EmployeeRegistered', data: { name } }, assumed);
    telling.tell('employee-anna', BEGINNING_OF_TIME, { type: 'TeamJoined', data: { team: 'north' } }, assumed);
    telling.tell('employee-anna', at(20), { type: 'TeamJoined', data: { team: 'south' } });
    telling.tell('employee-anna', at(10), { type: 'TeamJoined', data: { team: 'east' } }, { recordedAt: at(25) });
    const values = (team: string | null): object => ({ name, team, manager: null, office: null, department: null });
    expect(seen(telling.events)).toEqual([
      ['employee/anna', 1, '0001-01-01', '0001-01-01', 2, null, values(null), 0],
      ['employee/anna', 2, '0001-01-01', '2025-01-20', 3, 4, values('north'), 1],
      ['employee/anna', 3, '2025-01-20', null, null, null, values('south'), 0],
      ['employee/anna', 4, '0001-01-01', '2025-01-10', 4, null, values('north'), 1],
      ['employee/anna', 4, '2025-01-10', '2025-01-20', 4, null, values('east'), 0],
    ]);
  });

  it('a quota taken back is in force no longer, and nothing takes its place', () => {
    const telling = new Telling();
    const at = (day: number): number => Date.UTC(2025, 0, day);
    const quota = { holder: { kind: 'firm' as const }, from: '2025-01-01', to: '2025-04-01', amount: { minor: 100, currency: 'EUR' } };
    telling.tell('quota-q1', at(2), { type: 'QuotaSet', data: quota });
    telling.tell('quota-q1', at(5), { type: 'QuotaWithdrawn', data: {} });
    telling.tell('quota-q1', at(9), { type: 'QuotaSet', data: quota });
    expect(seen(telling.events)).toEqual([
      ['quota/q1', 1, '2025-01-02', '2025-01-05', 2, null, quota, 0],
      ['quota/q1', 3, '2025-01-09', null, null, null, quota, 0],
    ]);
  });
});
