import fc from 'fast-check';
import type { DealFact } from '../../libs/domain/deal/deal.events.js';
import type { DealFactAt } from '../../libs/domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../../libs/domain/deal/deal.evolve.js';
import type { Deal } from '../../libs/domain/deal/deal.evolve.js';
import { factsAsOf } from '../../libs/domain/shared/history.js';
import { END_OF_TIME } from '../../libs/domain/shared/instant.js';
import { positionNumber } from '../../libs/domain/shared/position.js';
import { replay } from '../../libs/projection-engine/projection.js';
import { arbitraryDealHistory } from '../../libs/testing/histories.js';
import { holds } from '../../libs/testing/property.js';
import { RowBook } from '../../libs/testing/row-book.js';
import { Telling } from '../../libs/testing/tell.js';
import { dealDirectory } from './deal-directory.js';

describe('the directory of deals', () => {
  it('lists every deal in the state that is known at each position, and no deal that was withdrawn', async () => {
    await holds(
      fc.property(arbitraryDealHistory({ events: 20 }), (events) => {
        const book = new RowBook().take(replay(dealDirectory, events).changes);
        for (const { position } of events) {
          const facts = factsAsOf<DealFact>(events, position, END_OF_TIME);
          const deal = facts.reduce<Deal>((state, fact) => evolve(state, fact as DealFactAt), noDeal);
          const listed = book.counting(END_OF_TIME, positionNumber(position));
          expect(listed.map((row) => row['status'])).toEqual(deal.status === 'none' ? [] : [deal.status]);
          if (deal.status === 'none' || !('stageId' in deal)) continue;
          expect(listed[0]).toMatchObject({ owner: deal.ownerId, company: deal.companyId, pipeline: deal.pipelineId });
        }
      }),
    );
  });

  it('knows an imported deal by the key that its source gave it, and others by their id alone', () => {
    const registered = {
      type: 'RequestRegistered',
      data: {
        ...{ contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', source: { kind: 'not-in-source' } },
        ...{ origin: { kind: 'not-in-source' }, receivedBy: 'not-in-source' },
      },
    };
    const telling = new Telling();
    const imported = telling.tell('deal-crm-1C1I7A6R', 0, registered, { actor: { id: 'crm', kind: 'import' } });
    const own = telling.tell('deal-2025-17', 0, registered);
    const bareKey = (event: typeof own): unknown =>
      new RowBook()
        .take(replay(dealDirectory, [event]).changes)
        .all()
        .map((row) => [row.entity, row['bareKey']]);
    expect([bareKey(imported), bareKey(own)]).toEqual([[['crm-1C1I7A6R', '1C1I7A6R']], [['2025-17', null]]]);
  });
});
