import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCommandHandling } from '../libs/command-handling/command-handling.js';
import type { Step, StreamSteps } from '../libs/command-handling/command.js';
import type { Command } from '../libs/domain/commands.js';
import { FOUR_STAGES } from '../libs/domain/pipeline/pipeline.templates.js';
import type { CompanyId, ContactId, DealId, EmployeeId, PipelineId, StageId, StreamName } from '../libs/domain/shared/ids.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import { hashUnder } from '../libs/privacy/hashing.js';
import { openSqliteKeyStore } from '../libs/privacy/sqlite/sqlite-key-store.js';

const folder = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
const clock = { now: () => Date.now() };
const keyStore = openSqliteKeyStore({ file: join(folder, 'keys.sqlite') });
const eventStore = openSqliteEventStore({
  file: join(folder, 'log.sqlite'),
  clock,
  keyStoreId: keyStore.id,
  checkStored: (...event: Parameters<typeof catalog.checkStored>) => catalog.checkStored(...event),
});
const handling = openCommandHandling({ eventStore, keyStore, clock });
const sales = 'sales' as PipelineId;
await handling.execute({ type: 'DefinePipeline', id: sales, process: FOUR_STAGES }, { actor: { id: 'x', kind: 'import' }, correlationId: 'b' });

const DEALS = Number(process.env['DEALS'] ?? 20_000);
const BATCH = Number(process.env['BATCH'] ?? 200);
const start = Date.UTC(2017, 0, 1);
let fact = 0;
const step = (command: Command, day: number): Step => ({
  command,
  context: {
    actor: { id: 'crm', kind: 'import' },
    correlationId: 'import-1',
    effectiveAt: start + day * 86_400_000,
    importHash: hashUnder(keyStore.logKey, JSON.stringify(['import', fact++])),
  },
});
function deal(index: number): StreamSteps {
  const id = `crm-${index}` as DealId;
  const bob = `crm-bob${index % 30}` as EmployeeId;
  const steps = [
    step(
      {
        type: 'RegisterRequest',
        id,
        contactId: 'not-in-source' as ContactId & 'not-in-source',
        companyId: `f${index % 80}` as CompanyId,
        summary: 'not-in-source',
        source: { kind: 'not-in-source' },
        origin: { kind: 'not-in-source' },
        receivedBy: 'not-in-source',
      },
      0,
    ),
    step({ type: 'QualifyLead', id, pipelineId: sales, ownerId: bob }, 0),
    step({ type: 'EstimateValue', id, value: { minor: 100 + index, currency: 'USD' } }, 1),
    step({ type: 'AdvanceStage', id, toStageId: 'proposal' as StageId }, 2),
    step({ type: 'WinDeal', id, reasons: [] }, 3),
  ];
  return { stream: `deal-${id}` as StreamName, steps };
}
const began = performance.now();
const cpu = process.cpuUsage();
let events = 0;
for (let from = 0; from < DEALS; from += BATCH) {
  const batch = Array.from({ length: Math.min(BATCH, DEALS - from) }, (_, index) => deal(from + index));
  const outcomes = await handling.executeStreams(batch);
  for (const outcome of outcomes) for (const { status } of outcome.steps) if (status === 'appended') events += 1; else throw new Error(JSON.stringify(outcome));
}
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
console.log(`import-like: ${Math.round(events / ((user + system) / 1e6))} events per CPU second (user ${user / 1e6}, system ${system / 1e6})`);
console.log(`import-like: ${events} events, ${Math.round(events / seconds)} events/s`);

if (process.env['ONLY']) process.exit(0);
{
  const N = 3000;
  const began = performance.now();
  for (let from = 0; from < N; from += 64)
    await Promise.all(Array.from({ length: 64 }, (_, i) => handling.execute({ type: 'EstimateValue', id: `crm-x${from + i}` as DealId, value: { minor: from, currency: 'USD' } }, { actor: { id: 'ann', kind: 'person' }, correlationId: 'b' }).catch(() => 0)));
  console.log('refused', Math.round(N / ((performance.now() - began) / 1000)), '/s');
}
{
  const N = 6400;
  const began = performance.now();
  for (let from = 0; from < N; from += 64)
    await Promise.all(Array.from({ length: 64 }, (_, i) => handling.execute({ type: 'IdentifyCompany', id: `crm-${DEALS - 1 - from - i}` as DealId, companyId: `n${from}` as CompanyId }, { actor: { id: 'ann', kind: 'person' }, correlationId: 'b' })));
  console.log('single commands, 64 at once, warm', Math.round(N / ((performance.now() - began) / 1000)), '/s');
}
{
  let n = 0;
  let after;
  const pages = [];
  for (;;) {
    const page = await eventStore.readAll({ limit: 5000, ...(after && { after }) });
    pages.push(...page.events);
    after = page.through;
    if (page.end) break;
  }
  let began = performance.now();
  for (const e of pages) { JSON.parse(e.data as string); JSON.parse(e.metadata as string); n++; }
  const bare = performance.now() - began;
  began = performance.now();
  for (const e of pages) catalog.decode(e);
  const decode = performance.now() - began;
  console.log(`parse ${(bare * 1000 / n).toFixed(2)} µs, decode ${(decode * 1000 / n).toFixed(2)} µs an event`);
}
await eventStore.close();
await keyStore.close();
rmSync(folder, { recursive: true });
