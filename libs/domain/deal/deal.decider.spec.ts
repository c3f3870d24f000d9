import {
  DEAL,
  PROCESSES,
  QUOTES,
  SALES,
  day,
  dealLost,
  dealPostponed,
  dealWon,
  employee,
  eur,
  leadQualified,
  registerRequest,
  requestContacted,
  requestFiled,
  requestRegistered,
  routedToMarketing,
  stage,
  stageAdvanced,
  valueEstimated,
} from '../../testing/deal-words.js';
import { givenOf } from '../../testing/given.js';
import { dealKind } from './deal.decider.js';

const given = givenOf(dealKind, { stream: 'deal-d1', begins: Date.UTC(2025, 2, 3, 9), processes: PROCESSES });

describe('registering a request', () => {
  it('keeps who asked, what, where it came from, who provoked it and who received it (RQ01, RQ03, RQ04, RQ05, RQ06, RQ07)', () => {
    given().when(registerRequest()).then(requestRegistered());
  });

  it('refuses a request without a question (RQ04)', () => {
    given()
      .when({ ...registerRequest(), summary: '  ' } as never)
      .thenRefused('deal/field-empty', { field: 'summary' });
  });

  it('takes "unknown" and "not asked" for a source as two different answers (RQ05)', () => {
    given()
      .when(registerRequest({ source: { kind: 'unknown' } }))
      .then(requestRegistered({ source: { kind: 'unknown' } }));
    given()
      .when(registerRequest({ source: { kind: 'not-asked' } }))
      .then(requestRegistered({ source: { kind: 'not-asked' } }));
  });

  it('lets only an import say that its source does not hold something', () => {
    const command = registerRequest({ contactId: 'not-in-source', companyId: 'not-in-source', origin: { kind: 'not-in-source' } });
    given()
      .when(command)
      .thenRefused('deal/not-in-source', { fields: ['contactId', 'companyId', 'origin'] });
    given()
      .when(command, { actor: { id: 'crm', kind: 'import' } })
      .then(requestRegistered({ contactId: 'not-in-source', companyId: 'not-in-source', origin: { kind: 'not-in-source' } }));
  });

  it('refuses a second one under the same id: a similar question later is a new request (RQ20)', () => {
    given(requestRegistered()).when(registerRequest()).thenRefused('deal/already-registered', { status: 'requested' });
  });
});

describe('assessing a request', () => {
  it('records the first contact once (AS16)', () => {
    given(requestRegistered()).when({ type: 'RecordFirstContact', id: DEAL, channel: 'phone' }).then(requestContacted());
    given(requestRegistered(), requestContacted()).when({ type: 'RecordFirstContact', id: DEAL, channel: 'mail' }).thenNothing();
  });

  it('has three outcomes: to sales, to marketing, filed (AS02)', () => {
    given(requestRegistered(), requestContacted())
      .when({ type: 'QualifyLead', id: DEAL, pipelineId: SALES, ownerId: employee('bob') })
      .then(leadQualified());
    given(requestRegistered(), requestContacted())
      .when({ type: 'RouteRequestToMarketing', id: DEAL, lists: ['newsletter'], reason: 'no plans yet' })
      .then(routedToMarketing());
    given(requestRegistered(), requestContacted()).when({ type: 'FileRequest', id: DEAL, reason: 'a student asking' }).then(requestFiled());
  });

  it('never files without a reason (AS03)', () => {
    given(requestRegistered()).when({ type: 'FileRequest', id: DEAL, reason: '' }).thenRefused('deal/reason-missing', { field: 'reason' });
  });

  it('qualifies straight from the first question, into a stage further on (RV05, AS10)', () => {
    given(requestRegistered())
      .when({ type: 'QualifyLead', id: DEAL, pipelineId: SALES, stageId: stage('proposal'), ownerId: employee('bob') })
      .then(leadQualified({ stageId: stage('proposal') }));
  });

  it('qualifies into a pipeline and a stage that exist', () => {
    given(requestRegistered())
      .when({ type: 'QualifyLead', id: DEAL, pipelineId: 'other' as never, ownerId: employee('bob') })
      .thenRefused('deal/unknown-pipeline', { pipelineId: 'other' });
    given(requestRegistered())
      .when({ type: 'QualifyLead', id: DEAL, pipelineId: SALES, stageId: stage('demo'), ownerId: employee('bob') })
      .thenRefused('deal/unknown-stage', { stages: ['qualification', 'meeting', 'proposal', 'closing'] });
  });

  it('never reopens a request that was closed (RQ20)', () => {
    const reopen = { type: 'ReopenDeal', id: DEAL } as const;
    const qualify = { type: 'QualifyLead', id: DEAL, pipelineId: SALES, ownerId: employee('bob') } as const;
    for (const closed of [routedToMarketing(), requestFiled()]) {
      given(requestRegistered(), closed)
        .when(reopen)
        .thenRefused('deal/request-closed', { legal: ['CompanyIdentified', 'ProductIdentified'] });
      given(requestRegistered(), closed).when(qualify).thenRefused('deal/request-closed');
    }
  });
});

describe('advancing a stage', () => {
  it('records the stages it skips (RV02)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('proposal'), reason: 'asked for a quote on the phone' })
      .then({
        type: 'StageAdvanced',
        data: {
          from: stage('qualification'),
          to: stage('proposal'),
          skipped: [stage('meeting')],
          reason: 'asked for a quote on the phone',
        },
      });
  });

  it('is nothing where the deal is there already', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('qualification') })
      .thenNothing();
  });

  it('refuses a stage behind, and says which are ahead', () => {
    given(requestRegistered(), leadQualified({ stageId: stage('meeting') }))
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('qualification') })
      .thenRefused('deal/not-forward', { legal: ['proposal', 'closing'] });
  });

  it('refuses a lost deal, and says what would be legal', () => {
    given(requestRegistered(), leadQualified(), dealLost())
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('proposal') })
      .thenRefused('deal/not-open', { status: 'lost', legal: ['CompanyIdentified', 'ProductIdentified', 'DealReopened'] });
  });

  it('refuses a deal nobody registered', () => {
    given()
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('proposal') })
      .thenRefused('deal/unknown', { legal: ['RequestRegistered'] });
  });

  it('asks for the fields that the stage requires, and for no more than those: a value once there is a quote (QL10, QL24)', () => {
    const quoting = leadQualified({ pipelineId: QUOTES, stageId: stage('qualified-lead') });
    const advance = { type: 'AdvanceStage', id: DEAL, toStageId: stage('quote') } as const;
    given(requestRegistered(), quoting)
      .when(advance)
      .thenRefused('deal/fields-missing', { missing: ['value', 'decisionDate'] });
    given(requestRegistered(), quoting, valueEstimated(9_000))
      .when(advance)
      .thenRefused('deal/fields-missing', { missing: ['decisionDate'] });
    given(requestRegistered(), quoting, valueEstimated(9_000), {
      type: 'DecisionDateExpected',
      data: { decisionDate: day('2025-06-30') },
    })
      .when(advance)
      .then(stageAdvanced('qualified-lead', 'quote'));
  });
});

describe('moving a deal otherwise', () => {
  it('goes back a stage (RV02)', () => {
    given(requestRegistered(), leadQualified({ stageId: stage('proposal') }))
      .when({ type: 'ReturnToStage', id: DEAL, toStageId: stage('qualification'), reason: 'budget gone' })
      .then({ type: 'StageReturned', data: { from: stage('proposal'), to: stage('qualification'), reason: 'budget gone' } });
    given(requestRegistered(), leadQualified())
      .when({ type: 'ReturnToStage', id: DEAL, toStageId: stage('closing') })
      .thenRefused('deal/not-backward', { from: 'qualification', legal: [] });
  });

  it('hands it to another pipeline (RV16)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'TransferDeal', id: DEAL, pipelineId: QUOTES, stageId: stage('qualified-lead') })
      .then({
        type: 'DealTransferred',
        data: { fromPipelineId: SALES, fromStageId: stage('qualification'), pipelineId: QUOTES, stageId: stage('qualified-lead') },
      });
    given(requestRegistered(), leadQualified())
      .when({ type: 'TransferDeal', id: DEAL, pipelineId: SALES, stageId: stage('closing') })
      .thenRefused('deal/same-pipeline');
  });

  it('is postponed with a wake-up date and resumed where it stood (RV06, CL06)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'PostponeDeal', id: DEAL, wakeUp: day('2025-09-01') })
      .then(dealPostponed());
    given(requestRegistered(), leadQualified(), dealPostponed())
      .when({ type: 'PostponeDeal', id: DEAL, wakeUp: day('2025-11-01') })
      .then(dealPostponed('2025-11-01'));
    given(requestRegistered(), leadQualified(), dealPostponed())
      .when({ type: 'ResumeDeal', id: DEAL })
      .then({ type: 'DealResumed', data: {} });
    given(requestRegistered(), leadQualified(), dealPostponed())
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('closing') })
      .thenRefused('deal/not-open', { status: 'postponed' });
  });

  it('is handed to marketing out of the pipeline, and may come back (RV03, RV08)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'RouteRequestToMarketing', id: DEAL, lists: ['newsletter'], reason: 'no plans yet' })
      .then(routedToMarketing());
    given(requestRegistered(), leadQualified(), routedToMarketing())
      .when({ type: 'ReopenDeal', id: DEAL })
      .then({ type: 'DealReopened', data: { stageId: stage('qualification') } });
  });
});

describe('what is known of a deal', () => {
  it('says an unknown value, never 0 (QL01)', () => {
    given(requestRegistered(), leadQualified(), valueEstimated(12_000))
      .when({ type: 'EstimateValue', id: DEAL, value: 'unknown' })
      .then({ type: 'ExpectedValueEstimated', data: { value: 'unknown' } });
    given(requestRegistered(), leadQualified()).when({ type: 'EstimateValue', id: DEAL, value: 'unknown' }).thenNothing();
    given(requestRegistered(), leadQualified())
      .when({ type: 'EstimateValue', id: DEAL, value: eur(-1) })
      .thenRefused('deal/bad-money');
  });

  it('expects a decision and a project start as two dates (QL02)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'ExpectDecision', id: DEAL, decisionDate: day('2025-06-30'), projectStart: day('2025-09-01') })
      .then({ type: 'DecisionDateExpected', data: { decisionDate: day('2025-06-30'), projectStart: day('2025-09-01') } });
    given(requestRegistered(), leadQualified())
      .when({ type: 'ExpectDecision', id: DEAL, decisionDate: day('2025-02-30') })
      .thenRefused('deal/bad-field', { field: 'decisionDate' });
  });

  it('assesses two chances apart: to get it, and that it goes ahead (QL07, QL08)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'AssessChance', id: DEAL, go: 8_000 })
      .then({ type: 'ChanceAssessed', data: { go: 8_000 } });
    given(requestRegistered(), leadQualified(), { type: 'ChanceAssessed', data: { go: 8_000 } })
      .when({ type: 'AssessChance', id: DEAL, go: 8_000, get: 'unknown' })
      .thenNothing();
    given(requestRegistered(), leadQualified())
      .when({ type: 'AssessChance', id: DEAL, get: 10_001 })
      .thenRefused('deal/bad-field', { field: 'get' });
  });

  it('has exactly one owner (QL14)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'AssignOwner', id: DEAL, ownerId: employee('carla') })
      .then({ type: 'OwnerAssigned', data: { ownerId: employee('carla') } });
    given(requestRegistered(), leadQualified())
      .when({ type: 'AssignOwner', id: DEAL, ownerId: employee('bob') })
      .thenNothing();
  });
});

describe('closing a deal', () => {
  it('wins it for its last expected value where no other is said, with the reason why (CL04)', () => {
    given(requestRegistered(), leadQualified(), valueEstimated(12_000))
      .when({ type: 'WinDeal', id: DEAL, reasons: ['price'] })
      .then(dealWon(12_000));
    given(requestRegistered(), leadQualified()).when({ type: 'WinDeal', id: DEAL, reasons: [] }).thenRefused('deal/reason-missing');
  });

  it('loses it with the reason why (CL04, RV07)', () => {
    given(requestRegistered(), leadQualified())
      .when({ type: 'LoseDeal', id: DEAL, reasons: ['comparison-quote'] })
      .then(dealLost('comparison-quote'));
    given(requestRegistered(), leadQualified(), dealLost())
      .when({ type: 'LoseDeal', id: DEAL, reasons: ['competitor'] })
      .thenNothing();
    given(requestRegistered(), leadQualified(), dealWon())
      .when({ type: 'LoseDeal', id: DEAL, reasons: ['competitor'] })
      .thenRefused('deal/not-open', { status: 'won' });
  });

  it('does not win twice: another value is a correction', () => {
    const history = [requestRegistered(), leadQualified(), dealWon(12_000)] as const;
    given(...history)
      .when({ type: 'WinDeal', id: DEAL, value: eur(12_000), reasons: ['price'] })
      .thenNothing();
    given(...history)
      .when({ type: 'WinDeal', id: DEAL, value: eur(13_000), reasons: ['price'] })
      .thenRefused('deal/not-open', { status: 'won' });
  });

  it('reopens a lost or won deal in its last stage or another', () => {
    given(requestRegistered(), leadQualified(), dealLost())
      .when({ type: 'ReopenDeal', id: DEAL })
      .then({ type: 'DealReopened', data: { stageId: stage('qualification') } });
    given(requestRegistered(), leadQualified(), dealWon())
      .when({ type: 'ReopenDeal', id: DEAL, stageId: stage('meeting'), reason: 'order fell through' })
      .then({ type: 'DealReopened', data: { stageId: stage('meeting'), reason: 'order fell through' } });
  });
});

describe('when a deal event may be dated', () => {
  const monday = Date.UTC(2025, 2, 10, 9);
  const friday = Date.UTC(2025, 2, 7, 16);
  const history = [requestRegistered(), { ...leadQualified(), at: monday }] as const;
  const win = { type: 'WinDeal', id: DEAL, value: eur(5), reasons: ['price'] } as const;

  it('is never before its latest event: the refusal says that a correction inserts what happened earlier', () => {
    given(...history)
      .when(win, { at: friday })
      .thenRefused('deal/effective-before-previous', { latest: '2025-03-10T09:00:00.000Z', legal: ['CorrectHistory'] });
  });

  it('is never in the future, two seconds of clock skew apart', () => {
    const now = monday + 3_600_000;
    given(...history)
      .when(win, { now, at: now + 2_001 })
      .thenRefused('deal/effective-in-future', { now: '2025-03-10T10:00:00.000Z' });
    given(...history)
      .when(win, { now, at: now + 2_000 })
      .then({ type: 'DealWon', data: { value: eur(5), reasons: ['price'] } });
  });

  it('is the later of the clock and its latest event where nothing is said', () => {
    const clock = { now: monday, latestAt: monday + 500 };
    expect(dealKind.effectiveAt({ status: 'none' }, win, undefined, clock)).toEqual({ at: monday + 500, dated: true });
    expect(dealKind.effectiveAt({ status: 'none' }, win, undefined, { now: monday, latestAt: friday })).toEqual({
      at: monday,
      dated: true,
    });
    expect(dealKind.effectiveAt({ status: 'none' }, win, monday + 1_500, { now: monday, latestAt: friday })).toEqual({
      at: monday,
      dated: true,
    });
  });
});
