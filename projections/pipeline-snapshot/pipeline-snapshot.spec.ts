import fc from 'fast-check';
import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { Deal, DealFactAt } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../../libs/domain/deal/deal.evolve.js';
import type { DomainEvent, RecordedEvent } from '../../libs/domain/shared/envelope.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import type { EpochMs } from '../../libs/domain/shared/instant.js';
import { END_OF_TIME, isoInstant } from '../../libs/domain/shared/instant.js';
import { positionNumber, positionOf } from '../../libs/domain/shared/position.js';
import { replay } from '../../libs/projection-engine/projection.js';
import type { Row } from '../../libs/read-store/read-store.port.js';
import type { DealInterval } from '../../libs/reporting/rows.js';
import { NOTHING_KNOWN } from '../../libs/reporting/rows.js';
import { arbitraryDealHistory, arbitraryLog, byStream, tellingInstant, tellingPosition } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { RowBook } from '../../libs/testing/row-book.js';
import { Telling } from '../../libs/testing/tell.js';
import { dealRow, pipelineSnapshot } from './pipeline-snapshot.js';

function rowsOf(events: readonly RecordedEvent[]): RowBook {
  const book = new RowBook();
  for (const stream of byStream(events).values()) book.take(replay(pipelineSnapshot, stream).changes);
  return book;
}

/** State(T, K) by the slow fold, as a row would show it. */
function byTheLaw(events: readonly RecordedEvent[], asOf: EpochMs, knownAt: number): DealInterval | null {
  const facts = factsAsOf<DealFact>(events, positionOf(knownAt), asOf);
  const deal = facts.reduce<Deal>((state, fact) => evolve(state, fact as DealFactAt), noDeal);
  const last = facts.at(-1);
  return last === undefined ? null : dealRow(deal, last as Fact<DealFact>, NOTHING_KNOWN);
}

/** What the row says of the deal: without its life and without what opened it, which is an earlier fact where later ones changed nothing. */
function stateOf(row: object | null | undefined): object | null {
  if (row === null || row === undefined) return null;
  const { entity, openedBy, ordinal, validFrom, validTo, endedBy, withdrawnBy, tie, eventId, eventType, ...state } = row as Row;
  return state;
}

function sameAsTheLaw(events: readonly RecordedEvent[], book: RowBook, asOf: EpochMs, knownAt: number): void {
  for (const [stream, own] of byStream(events)) {
    if (!stream.startsWith('deal-')) continue;
    const rows = book.counting(asOf, knownAt, stream.slice('deal-'.length));
    // One state at any instant, and while it is a deal that is under way one stage of one pipeline (RV01).
    expect(rows.length).toBeLessThanOrEqual(1);
    for (const { status, pipeline, stage } of rows) {
      if (status === 'open' || status === 'postponed') expect([typeof pipeline, typeof stage]).toEqual(['string', 'string']);
    }
    expect(stateOf(rows[0])).toEqual(stateOf(byTheLaw(own, asOf, knownAt)));
  }
}

describe('the interval rows of a deal', () => {
  it('equal the slow fold at random (T, K), whatever was corrected, withdrawn, reopened or postponed: one stage of one pipeline at a time (TN01, RV01)', async () => {
    await holds(
      fc.property(
        arbitraryLog({ events: 60 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 12, maxLength: 12 }),
        (events, picks) => {
          const book = rowsOf(events);
          for (const [t, k] of picks) sameAsTheLaw(events, book, tellingInstant(events, t), positionNumber(tellingPosition(events, k)));
        },
      ),
    );
  });

  it('equal the slow fold at every position and every telling instant of one deal', async () => {
    await holds(
      fc.property(arbitraryDealHistory({ events: 16, corrections: 40 }), (events) => {
        const book = rowsOf(events);
        const instants = [
          ...new Set(events.flatMap((_event, index) => [0, 1, 2, 3, 4].map((step) => tellingInstant(events, index * 5 + step)))),
        ];
        for (let knownAt = 0; knownAt <= events.length; knownAt += 1)
          for (const asOf of instants) sameAsTheLaw(events, book, asOf, knownAt);
      }),
      0.5,
    );
  });

  it('are withdrawn only where they no longer hold: what a correction leaves as it was keeps its row', async () => {
    await holds(
      fc.property(arbitraryDealHistory({ events: 25, corrections: 40 }), (events) => {
        const book = rowsOf(events);
        const life = ({ entity, openedBy, ordinal, withdrawnBy, endedBy, ...rest }: Row): string => JSON.stringify(rest);
        for (const event of events) {
          const at = positionNumber(event.position);
          const gone = book.all().filter((row) => row.withdrawnBy === at);
          const opened = new Set(
            book
              .all()
              .filter((row) => row.openedBy === at)
              .map((row) => life({ ...row, validTo: row.endedBy === at ? row.validTo : null })),
          );
          for (const row of gone) expect(opened).not.toContain(life(row));
        }
      }),
    );
  });
});

describe('a deal told and corrected', () => {
  let telling: Telling;
  beforeEach(() => {
    telling = new Telling();
  });
  const told = (day: number, event: DomainEvent): RecordedEvent => telling.tell('deal-D1', Date.UTC(2025, 0, day, 9), event);
  const registered: DomainEvent = {
    type: 'RequestRegistered',
    data: {
      ...{ contactId: 'p1', companyId: 'c1', summary: 'not-in-source', source: { kind: 'known', source: 'website' } },
      ...{ origin: { kind: 'spontaneous' }, receivedBy: 'not-in-source' },
    },
  };
  const qualified: DomainEvent = { type: 'LeadQualified', data: { pipelineId: 'q', stageId: 'meeting', ownerId: 'anna' } };
  const valued: DomainEvent = { type: 'ExpectedValueEstimated', data: { value: { minor: 1000, currency: 'EUR' } } };
  const won: DomainEvent = { type: 'DealWon', data: { value: { minor: 900, currency: 'EUR' }, reasons: [] } };
  const seen = (events: RecordedEvent[]): unknown[] =>
    rowsOf(events)
      .all()
      .map(({ openedBy, validFrom, validTo, endedBy, withdrawnBy, status, valueMinor }) => [
        ...[openedBy, new Date(validFrom).getUTCDate(), validTo === null ? null : new Date(validTo).getUTCDate(), endedBy, withdrawnBy],
        ...[status, valueMinor],
      ]);

  it('opens a row with each event that changes it and ends the one before', () => {
    expect(seen([told(6, registered), told(7, qualified), told(7, qualified), told(9, valued), told(9, valued), told(20, won)])).toEqual([
      [1, 6, 7, 2, null, 'requested', null],
      [2, 7, 9, 4, null, 'open', null],
      [4, 9, 20, 6, null, 'open', 1000],
      [6, 20, null, null, null, 'won', 900],
    ]);
  });

  it('keeps rows of no length: both facts of one instant are there', () => {
    expect(seen([told(6, registered), told(6, qualified)])).toEqual([
      [1, 6, 6, 2, null, 'requested', null],
      [2, 6, null, null, null, 'open', null],
    ]);
  });

  it('withdraws what a forgotten fact between two others changes, and nothing before it', () => {
    const events = [told(6, registered), told(7, qualified), told(20, won)];
    const event = { ...valued, schemaVersion: 1, effectiveAt: isoInstant(Date.UTC(2025, 0, 9, 9)) };
    expect(seen([...events, told(21, { type: 'HistoryCorrected', data: { kind: 'insert', event, reason: 'forgotten' } })])).toEqual([
      [1, 6, 7, 2, null, 'requested', null],
      [2, 7, 20, 3, 4, 'open', null],
      [3, 20, null, null, null, 'won', 900],
      [4, 7, 9, 4, null, 'open', null],
      [4, 9, 20, 4, null, 'open', 1000],
    ]);
  });

  it('withdraws a deal whose registration was voided, and brings it back when that is voided in turn', () => {
    const events = [told(6, registered), told(7, qualified)];
    const duplicate = told(8, { type: 'HistoryCorrected', data: { kind: 'void', target: events[0]!.eventId, reason: 'a test' } });
    const valuedMeanwhile = told(9, valued);
    const restored = told(10, { type: 'HistoryCorrected', data: { kind: 'void', target: duplicate.eventId, reason: 'no test' } });
    expect(seen([...events, duplicate, valuedMeanwhile, restored])).toEqual([
      [1, 6, 7, 2, 3, 'requested', null],
      [2, 7, null, null, 3, 'open', null],
      [5, 6, 7, 5, null, 'requested', null],
      [5, 7, 9, 5, null, 'open', null],
      [5, 9, null, null, null, 'open', 1000],
    ]);
    expect(rowsOf([...events, duplicate, valuedMeanwhile]).counting(END_OF_TIME, 4)).toEqual([]);
  });
});
