import type { RecordedEvent } from '../shared/envelope.js';
import type { EventId } from '../shared/ids.js';
import {
  DEAL,
  PROCESSES,
  day,
  dealLost,
  dealWon,
  eur,
  leadQualified,
  requestContacted,
  requestRegistered,
  stage,
  stageAdvanced,
  valueEstimated,
} from '../../testing/deal-words.js';
import type { Past } from '../../testing/given.js';
import { givenOf, pastId } from '../../testing/given.js';
import type { Correction } from './deal.commands.js';
import { dealKind } from './deal.decider.js';
import type { DealEvent } from './deal.events.js';

const begins = Date.UTC(2025, 2, 3, 9);
const at = (dayOfMarch: number, hour = 9): number => Date.UTC(2025, 2, dayOfMarch, hour);
const given = givenOf(dealKind, { stream: 'deal-d1', begins, now: at(31), processes: PROCESSES });
const correct = (correction: Correction) => ({ type: 'CorrectHistory', id: DEAL, correction, reason: 'entered late' }) as const;
const naming = (number: number, make: (id: EventId) => Correction) => (events: readonly RecordedEvent[]) =>
  correct(make(pastId(events, number)));
const voiding = (number: number) => naming(number, (target) => ({ kind: 'void', target }));

const inProposal: readonly Past<DealEvent>[] = [
  { ...requestRegistered(), at: at(3) },
  { ...leadQualified(), at: at(4) },
  { ...stageAdvanced('qualification', 'proposal', 'meeting'), at: at(10) },
];
const correctionOf = (data: object): DealEvent => ({ type: 'HistoryCorrected', data: { ...data, reason: 'entered late' } }) as DealEvent;

describe('a fact that was entered late', () => {
  it('is inserted where it happened: the win entered on Monday was on Friday', () => {
    given(...inProposal, { ...valueEstimated(900), at: at(12) })
      .when(correct({ kind: 'insert', event: dealWon(900), effectiveAt: at(14, 16) }))
      .then(
        correctionOf({
          kind: 'insert',
          event: {
            ...dealWon(900),
            schemaVersion: 1,
            effectiveAt: '2025-03-14T16:00:00.000Z',
            processVersion: 'sales@1',
          },
        }),
      );
  });

  it('gets what a move says of where it came from out of the corrected history: a meeting forgotten between two moves', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: { type: 'StageAdvanced', data: { to: stage('meeting') } }, effectiveAt: at(7) }))
      .then(
        correctionOf({
          kind: 'insert',
          event: {
            ...stageAdvanced('qualification', 'meeting'),
            schemaVersion: 1,
            effectiveAt: '2025-03-07T09:00:00.000Z',
            processVersion: 'sales@1',
          },
        }),
      );
  });

  it('may be undated, as an import has it', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: requestContacted(), effectiveAt: at(3, 12), dated: false }))
      .then(
        correctionOf({
          kind: 'insert',
          event: { ...requestContacted(), schemaVersion: 1, effectiveAt: '2025-03-03T12:00:00.000Z', dated: false },
        }),
      );
  });

  it('is refused where it had no place, and the refusal says what would have been legal', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: requestContacted(), effectiveAt: at(5) }))
      .thenRefused('deal/correction-breaks-history', { event: null, type: 'RequestContacted', status: 'open' });
    given(...inProposal)
      .when(correct({ kind: 'insert', event: valueEstimated(5), effectiveAt: at(2) }))
      .thenRefused('deal/correction-breaks-history', { event: null, status: 'none', legal: ['RequestRegistered'] });
  });

  it('is refused where a later event would no longer fit, and the first of those is named', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: dealLost('price'), effectiveAt: at(7) }))
      .thenRefused('deal/correction-breaks-history', {
        event: '00000000-0000-7000-8000-000000000003',
        type: 'StageAdvanced',
        effectiveAt: '2025-03-10T09:00:00.000Z',
        status: 'lost',
      });
  });

  it('is refused in a stage that the process in force then did not have', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: { type: 'StageReturned', data: { to: stage('demo') } }, effectiveAt: at(12) }))
      .thenRefused('deal/correction-breaks-history', { event: null, type: 'StageReturned' });
  });

  it('is refused in the future', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: dealWon(), effectiveAt: at(31) + 2_001 }))
      .thenRefused('deal/effective-in-future', { now: '2025-03-31T09:00:00.000Z' });
  });

  it('comes right after an event of the same instant, if that is said', () => {
    const history: readonly Past<DealEvent>[] = [
      ...inProposal,
      { ...dealLost('price'), at: at(12) },
      { type: 'DealReopened', data: { stageId: stage('closing') }, at: at(12) },
    ];
    const insert = (after: number) => naming(after, (id) => ({ kind: 'insert', event: valueEstimated(5), effectiveAt: at(12), after: id }));
    // After the loss it has no place, after the reopening it has.
    given(...history)
      .when(insert(4))
      .thenRefused('deal/correction-breaks-history', { event: null, status: 'lost' });
    given(...history)
      .when(insert(5))
      .then(
        correctionOf({
          kind: 'insert',
          after: '00000000-0000-7000-8000-000000000005',
          event: { ...valueEstimated(5), schemaVersion: 1, effectiveAt: '2025-03-12T09:00:00.000Z', processVersion: 'sales@1' },
        }),
      );
    given(...history)
      .when(insert(3))
      .thenRefused('deal/correction-after-elsewhere');
  });

  it('is nothing where it is there already', () => {
    given(...inProposal)
      .when(correct({ kind: 'insert', event: { type: 'StageAdvanced', data: { to: stage('proposal') } }, effectiveAt: at(10) }))
      .thenNothing();
  });

  it('says why it is corrected (RV04)', () => {
    given(...inProposal)
      .when({ ...correct({ kind: 'insert', event: dealWon(), effectiveAt: at(12) }), reason: ' ' })
      .thenRefused('deal/reason-missing');
  });
});

describe('a fact that was entered wrong', () => {
  it('is replaced, at its own time where no other is said', () => {
    given(...inProposal, { ...valueEstimated(900), at: at(12) })
      .when(naming(4, (target) => ({ kind: 'replace', target, event: valueEstimated(1_900) })))
      .then(
        correctionOf({
          kind: 'replace',
          target: '00000000-0000-7000-8000-000000000004',
          event: { ...valueEstimated(1_900), schemaVersion: 1, effectiveAt: '2025-03-12T09:00:00.000Z', processVersion: 'sales@1' },
        }),
      );
  });

  it('is moved to another time, as long as the history stays possible', () => {
    given(...inProposal)
      .when(naming(2, (target) => ({ kind: 'replace', target, event: leadQualified(), effectiveAt: at(11) })))
      .thenRefused('deal/correction-breaks-history', { type: 'StageAdvanced', status: 'requested' });
    given(...inProposal)
      .when(
        naming(3, (target) => ({
          kind: 'replace',
          target,
          event: { type: 'StageAdvanced', data: { to: stage('closing') } },
          effectiveAt: at(5),
        })),
      )
      .then(
        correctionOf({
          kind: 'replace',
          target: '00000000-0000-7000-8000-000000000003',
          event: {
            ...stageAdvanced('qualification', 'closing', 'meeting', 'proposal'),
            schemaVersion: 1,
            effectiveAt: '2025-03-05T09:00:00.000Z',
            processVersion: 'sales@1',
          },
        }),
      );
  });

  it('must be an event of this deal', () => {
    given(...inProposal)
      .when(correct({ kind: 'void', target: 'nowhere' as EventId }))
      .thenRefused('deal/correction-target-unknown', { target: 'nowhere' });
    given()
      .when(correct({ kind: 'void', target: 'nowhere' as EventId }))
      .thenRefused('deal/unknown');
  });

  it('is checked in itself, like any other', () => {
    given(...inProposal)
      .when(
        correct({
          kind: 'insert',
          event: { type: 'DecisionDateExpected', data: { decisionDate: day('2025-13-01') } },
          effectiveAt: at(12),
        }),
      )
      .thenRefused('deal/bad-field', { field: 'decisionDate' });
  });

  it('keeps what its import did not know, and no more than that', () => {
    const imported = requestRegistered({ contactId: 'not-in-source', companyId: 'not-in-source' });
    const known = requestRegistered({ contactId: 'not-in-source' });
    const replace = (event: typeof imported) => naming(1, (target) => ({ kind: 'replace', target, event }));
    given({ ...imported, at: at(3) })
      .when(replace(known))
      .then(
        correctionOf({
          kind: 'replace',
          target: '00000000-0000-7000-8000-000000000001',
          event: { ...known, schemaVersion: 1, effectiveAt: '2025-03-03T09:00:00.000Z' },
        }),
      );
    given({ ...known, at: at(3) })
      .when(replace(imported))
      .thenRefused('deal/not-in-source', { fields: ['companyId'] });
  });
});

describe('a fact that never was', () => {
  it('is voided, if what came after can stand without it', () => {
    given(...inProposal)
      .when(voiding(3))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000003' }));
    given(...inProposal)
      .when(voiding(2))
      .thenRefused('deal/correction-breaks-history', { event: '00000000-0000-7000-8000-000000000003', status: 'requested' });
  });

  it('is voided once', () => {
    given(...inProposal, correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000003' }))
      .when(voiding(3))
      .thenNothing();
  });

  it('withdraws the deal where it is the first: a duplicate, a test', () => {
    const withdrawn = [...inProposal, correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000001' })];
    given(...inProposal)
      .when(voiding(1))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000001' }));
    given(...withdrawn)
      .when({ type: 'WinDeal', id: DEAL, value: eur(5), reasons: ['price'] })
      .thenRefused('deal/withdrawn', { legal: ['CorrectHistory'] });
    given(...withdrawn)
      .when(voiding(3))
      .thenRefused('deal/withdrawn');
    given(...withdrawn)
      .when(voiding(4))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000004' }));
  });
});

describe('a correction that was wrong itself', () => {
  const replaced = [
    ...inProposal,
    { ...valueEstimated(900), at: at(12) },
    correctionOf({
      kind: 'replace',
      target: '00000000-0000-7000-8000-000000000004',
      event: { ...valueEstimated(1_900), schemaVersion: 1, effectiveAt: '2025-03-12T09:00:00.000Z' },
    }),
  ];

  it('is voided, which restores what it had replaced', () => {
    given(...replaced)
      .when(voiding(5))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000005' }));
  });

  it('is not replaced: the event it named is', () => {
    given(...replaced)
      .when(naming(5, (target) => ({ kind: 'replace', target, event: valueEstimated(7) })))
      .thenRefused('deal/correction-target-no-fact', { legal: ['void', 'replace 00000000-0000-7000-8000-000000000004'] });
  });

  it('is not voided twice, and can be voided again once its voiding was voided', () => {
    const voided = [...replaced, correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000005' })];
    given(...voided)
      .when(voiding(5))
      .thenNothing();
    given(...voided, correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000006' }))
      .when(voiding(5))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000005' }));
  });

  it('leaves a fact that it inserted to be replaced or voided by its id', () => {
    const inserted = [
      ...inProposal,
      correctionOf({
        kind: 'insert',
        event: { ...stageAdvanced('qualification', 'meeting'), schemaVersion: 1, effectiveAt: '2025-03-07T09:00:00.000Z' },
      }),
    ];
    given(...inserted)
      .when(naming(4, (target) => ({ kind: 'replace', target, event: { type: 'StageAdvanced', data: { to: stage('closing') } } })))
      .then(
        correctionOf({
          kind: 'replace',
          target: '00000000-0000-7000-8000-000000000004',
          event: {
            ...stageAdvanced('qualification', 'closing', 'meeting', 'proposal'),
            schemaVersion: 1,
            effectiveAt: '2025-03-07T09:00:00.000Z',
            processVersion: 'sales@1',
          },
        }),
      );
    given(...inserted)
      .when(voiding(4))
      .then(correctionOf({ kind: 'void', target: '00000000-0000-7000-8000-000000000004' }));
  });
});
