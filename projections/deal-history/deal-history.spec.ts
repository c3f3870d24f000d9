import { replay } from '../../libs/projection-engine/projection.js';
import { RowBook } from '../../libs/testing/row-book.js';
import { Telling } from '../../libs/testing/tell.js';
import { dealHistory } from './deal-history.js';

describe('the history of a deal', () => {
  it('has one row per event, who did what and when, and keeps what a correction takes back', () => {
    const telling = new Telling();
    const at = Date.UTC(2025, 0, 6, 9);
    const value = { minor: 1000, currency: 'EUR' };
    const estimated = telling.tell(
      'deal-D1',
      at,
      { type: 'ExpectedValueEstimated', data: { value } },
      { recordedAt: at + 5, processVersion: 'q@1' },
    );
    const reason = { sealed: 1, person: 'deal-D1', field: 'HistoryCorrected.reason', box: 'AA==' };
    const voided = { kind: 'void', target: estimated.eventId, reason };
    telling.tell('deal-D1', at + 9, { type: 'HistoryCorrected', data: voided }, { actor: { id: 'bo', kind: 'person' } });
    const same = { entity: 'D1', ordinal: 0, validTo: null, endedBy: null, withdrawnBy: null, dated: 1, actorKind: 'person' };
    const id = (number: number): string => `00000000-0000-7000-8000-00000000000${number}`;
    expect(new RowBook().take(replay(dealHistory, telling.events).changes).all()).toEqual([
      {
        ...{
          ...same,
          openedBy: 1,
          revision: 0,
          validFrom: at,
          recordedAt: at + 5,
          type: 'ExpectedValueEstimated',
          target: null,
        },
        ...{ actor: 'anna', processVersion: 'q@1' },
      },
      {
        ...{
          ...same,
          openedBy: 2,
          revision: 1,
          validFrom: at + 9,
          recordedAt: at + 9,
          type: 'HistoryCorrected',
          target: id(1),
        },
        ...{ actor: 'bo', processVersion: null },
      },
    ]);
  });
});
