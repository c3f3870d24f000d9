import { pino } from 'pino';
import type { Running } from '../testing/running.js';
import { REQUEST, runServer, temporaryFolder } from '../testing/running.js';
import { moveOutOfRemovedStages, watchRemovedStages } from './removed-stages.js';

interface Told {
  readonly type: string;
  readonly data: object;
  readonly actor: { readonly kind: string };
  readonly effectiveAt: string;
  readonly recordedAt: string;
}

const stage = (id: string) => ({ id, label: id, weight: null });

describe('a stage that a version in force has taken out (CF03)', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    running = await runServer(data.folder);
    await running.post('/v1/companies', { id: 'c-1', name: 'Brouwerij Dom' });
    await running.post('/v1/contacts', { id: 'p-1', name: 'Anna Jansen', companyId: 'c-1' });
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  async function pipelineWithDeals(id: string, deals: number): Promise<string[]> {
    await running.post('/v1/pipelines', { id, process: { name: id, stages: [stage('meeting'), stage('demo'), stage('offer')] } });
    const ids: string[] = [];
    for (let n = 0; n < deals; n += 1) {
      const { id: deal } = (await running.post('/v1/requests', REQUEST)).json() as { id: string };
      await running.post(`/v1/deals/${deal}/qualify-lead`, { pipelineId: id, stageId: n % 2 === 0 ? 'demo' : 'meeting', ownerId: 'E17' });
      ids.push(deal);
    }
    return ids;
  }

  async function withoutDemo(id: string, effectiveAt?: string): Promise<string> {
    const process = { name: id, stages: [stage('meeting'), stage('offer')], removedStages: [{ stageId: 'demo', to: 'offer' }] };
    const answer = await running.post(`/v1/pipelines/${id}/revise`, { process, ...(effectiveAt === undefined ? {} : { effectiveAt }) });
    expect(answer.json()).toMatchObject({ events: [{ type: 'PipelineRevised' }] });
    return (answer.json() as { position: string }).position;
  }

  async function lastOf(deal: string): Promise<Told | undefined> {
    return ((await running.ask(`/v1/deals/${deal}/history`)).json() as { events: readonly Told[] }).events.at(-1);
  }

  it('is left by the deals that stand there, each once, as the rule’s deed (RV10)', async () => {
    const [first = '', other = '', third = ''] = await pipelineWithDeals('machines', 3);
    const position = await withoutDemo('machines');
    await running.ask(`/v1/reports/pipeline?after=${position}`);
    expect(await moveOutOfRemovedStages(running.dealtrail)).toBe(2);
    for (const deal of [first, third]) {
      const last = await lastOf(deal);
      expect([last?.type, last?.data, last?.actor.kind]).toEqual(['StageReassigned', { from: 'demo', to: 'offer' }, 'rule']);
    }
    expect((await lastOf(other))?.type).toBe('LeadQualified');
    const { position: head } = await running.dealtrail.eventStore.head();
    const answer = await running.ask(`/v1/reports/pipeline?groupBy=stage&pipeline=machines&after=${head}`);
    expect((answer.json() as { rows: { group: object; deals: number }[] }).rows.map(({ group, deals }) => [group, deals])).toEqual([
      [{ stage: 'meeting' }, 1],
      [{ stage: 'offer' }, 2],
    ]);
    expect(await moveOutOfRemovedStages(running.dealtrail)).toBe(0);
  });

  it('is left when a version that was dated ahead comes into force, which a server sees by itself', async () => {
    const [deal = ''] = await pipelineWithDeals('services', 1);
    const effectiveAt = new Date(Date.now() + 300).toISOString();
    await withoutDemo('services', effectiveAt);
    const watch = watchRemovedStages(running.dealtrail, pino({ level: 'silent' }), { everyMs: 20 });
    const { eventStore } = running.dealtrail;
    for (;;) {
      const { position } = await eventStore.head();
      if ((await lastOf(deal))?.type === 'StageReassigned') break;
      await eventStore.waitForNew(position, { timeoutMs: 5_000 });
    }
    await watch.stop();
    const last = await lastOf(deal);
    expect(last?.effectiveAt).toBe(effectiveAt);
    expect((last?.recordedAt ?? '') >= effectiveAt).toBe(true);
  });
});
