import { DEAL, SALES, employee, eur, leadQualified, requestRegistered, stage, stageAdvanced } from '../../testing/deal-words.js';
import { givenOf } from '../../testing/given.js';
import { FOUR_STAGES } from '../pipeline/pipeline.templates.js';
import { BEGINNING_OF_TIME } from '../shared/instant.js';
import { dealKind } from './deal.decider.js';

const revisedAt = Date.UTC(2025, 2, 15);
const withoutMeeting = {
  ...FOUR_STAGES,
  stages: FOUR_STAGES.stages.filter((other) => other.id !== 'meeting'),
  removedStages: [{ stageId: stage('meeting'), to: stage('qualification') }],
};
const processes = new Map([
  [
    SALES,
    {
      pipelineId: SALES,
      versions: [
        { version: 1, from: BEGINNING_OF_TIME, process: FOUR_STAGES },
        { version: 2, from: revisedAt, process: withoutMeeting },
      ],
    },
  ],
]);
const given = givenOf(dealKind, { stream: 'deal-d1', begins: Date.UTC(2025, 2, 3, 9), processes });
const inMeeting = [requestRegistered(), leadQualified(), stageAdvanced('qualification', 'meeting')] as const;
const reassigned = { type: 'StageReassigned', data: { from: stage('meeting'), to: stage('qualification') } } as const;

describe('a deal met in a stage that the process no longer has (CF03)', () => {
  const later = { now: revisedAt + 1 };

  it('is put where the process sends it, before anything else happens to it', () => {
    given(...inMeeting)
      .when({ type: 'EstimateValue', id: DEAL, value: eur(700) }, later)
      .then(reassigned, { type: 'ExpectedValueEstimated', data: { value: eur(700) } });
    given(...inMeeting)
      .when({ type: 'AdvanceStage', id: DEAL, toStageId: stage('proposal') }, later)
      .then(reassigned, stageAdvanced('qualification', 'proposal'));
  });

  it('is moved by nothing but that where it is asked to go there', () => {
    given(...inMeeting)
      .when({ type: 'ReturnToStage', id: DEAL, toStageId: stage('qualification') }, later)
      .then(reassigned);
  });

  it('stays where it is as long as nothing happens to it, and while the old version is in force', () => {
    given(...inMeeting)
      .when({ type: 'AssignOwner', id: DEAL, ownerId: employee('bob') }, later)
      .thenNothing();
    given(...inMeeting)
      .when({ type: 'EstimateValue', id: DEAL, value: eur(700) }, { now: revisedAt - 1 })
      .then({ type: 'ExpectedValueEstimated', data: { value: eur(700) } });
  });

  it('reopens in the stage that took its place', () => {
    given(...inMeeting, { type: 'DealLost', data: { reasons: ['price'] } })
      .when({ type: 'ReopenDeal', id: DEAL }, later)
      .then({ type: 'DealReopened', data: { stageId: stage('qualification') } });
  });
});
