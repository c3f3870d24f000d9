import type { DomainEvent } from '../../libs/domain/shared/envelope.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import { nobody, openAnswering } from '../../libs/testing/answering.js';
import { Telling } from '../../libs/testing/tell.js';

const day = (text: string): number => Date.parse(`2025-${text}T09:00:00.000Z`);

describe('a stage that a later version took away', () => {
  it('keeps its name for the deals that ended there, in filters too (CF03)', async () => {
    const telling = new Telling();
    const stage = { requiredFields: [], stagnatesAfterDays: null, actions: [], weight: 1_000 };
    const meeting = { ...stage, id: 'meeting', label: 'Meeting' };
    const demo = { ...stage, id: 'demo', label: 'Demo at the office' };
    const process = (stages: readonly object[], removedStages: readonly object[] = []) => ({
      ...{ name: 'Sales', stages, gates: {}, removedStages },
    });
    const first: DomainEvent = { type: 'PipelineDefined', data: { version: 1, process: process([meeting, demo]) } };
    const second: DomainEvent = {
      type: 'PipelineRevised',
      data: { version: 2, process: process([meeting], [{ stageId: 'demo', to: 'meeting' }]) },
    };
    telling.tell('pipeline-sales', BEGINNING_OF_TIME, first, { dated: false, recordedAt: day('01-02') });
    const request = { contactId: 'not-in-source', companyId: 'not-in-source', summary: 'not-in-source', receivedBy: 'not-in-source' };
    telling.tell('deal-d1', day('01-03'), {
      type: 'RequestRegistered',
      data: { ...request, source: { kind: 'unknown' }, origin: { kind: 'spontaneous' } },
    });
    telling.tell('deal-d1', day('01-04'), { type: 'LeadQualified', data: { pipelineId: 'sales', stageId: 'demo', ownerId: 'anna' } });
    telling.tell('deal-d1', day('01-05'), { type: 'DealLost', data: { reasons: [] } });
    telling.tell('pipeline-sales', day('02-01'), second);
    const { answers, close } = await openAnswering(telling.events, { now: day('04-01'), logMadeAt: day('01-01') });
    const stages = async (asOf: string, filters: object = {}) => {
      const { rows, basis } = await answers.pipeline({ asOf, groupBy: ['pipeline', 'lastStage'], filters }, nobody);
      return [...basis.processVersions, ...rows.map(({ group, labels, deals }) => [group.lastStage, labels.lastStage, deals])];
    };
    expect(await stages('2025-01-31')).toEqual(['sales@1', ['demo', 'Demo at the office', 1]]);
    expect(await stages('2025-02-28')).toEqual(['sales@2', ['demo', 'Demo at the office', 1]]);
    expect(await stages('2025-02-28', { lastStage: ['demo at the office'] })).toEqual(['sales@2', ['demo', 'Demo at the office', 1]]);
    await close();
  });
});
