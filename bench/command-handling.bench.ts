// Commands as an import sends them, decided, checked, sealed and appended, against the port's own appendMany of the very events that came out:
// `node dist/bench/command-handling.bench.js [--deals 8000] [--rounds 5]`. Rounds alternate; what is printed is the median of each and their ratio.
// Also the catalog's decode (parse, check, upcast) against a bare JSON.parse of the same events.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Step, StreamSteps } from '../libs/command-handling/command.js';
import { openCommandHandling } from '../libs/command-handling/command-handling.js';
import type { Command } from '../libs/domain/commands.js';
import { FOUR_STAGES } from '../libs/domain/pipeline/pipeline.templates.js';
import type { JsonObject } from '../libs/domain/shared/envelope.js';
import type { CompanyId, ContactId, DealId, EmployeeId, PipelineId, StageId } from '../libs/domain/shared/ids.js';
import { streamName } from '../libs/domain/shared/ids.js';
import { catalog } from '../libs/event-catalog/catalog.js';
import type { AppendRequest, EventStore, StoredEvent } from '../libs/event-store/event-store.port.js';
import { logPages } from '../libs/event-store/log-pages.js';
import { openSqliteEventStore } from '../libs/event-store/sqlite/sqlite-event-store.js';
import { openSqliteKeyStore } from '../libs/privacy/sqlite/sqlite-key-store.js';

const { values } = parseArgs({ options: { deals: { type: 'string', default: '8000' }, rounds: { type: 'string', default: '5' } } });
const DEALS = Number(values.deals);
const ROUNDS = Number(values.rounds);
const DEALS_A_COMMIT = 200;
const DAY = 86_400_000;
const START = Date.UTC(2017, 0, 1);
const sales = 'sales' as PipelineId;

const dir = mkdtempSync(join(tmpdir(), 'dealtrail-bench-'));
const keyStore = openSqliteKeyStore({ file: join(dir, 'keys.db') });
const openLog = (name: string): EventStore =>
  openSqliteEventStore({
    file: join(dir, name),
    clock: Date,
    checkStored: (type, version, data, metadata) => catalog.checkStored(type, version, data, metadata),
    keyStoreId: keyStore.id,
  });

/** Five facts a deal, one of them with a text that is sealed. */
function dealSteps(index: number): StreamSteps {
  const id = `crm-${index}` as DealId;
  const commands: Command[] = [
    {
      type: 'RegisterRequest',
      id,
      contactId: `crm-${index % 900}` as ContactId,
      companyId: `crm-${index % 80}` as CompanyId,
      summary: `wants ${index} pumps`,
      source: { kind: 'unknown' },
      origin: { kind: 'spontaneous' },
      receivedBy: { employeeId: `crm-${index % 30}` as EmployeeId, department: 'sales' },
    },
    { type: 'QualifyLead', id, pipelineId: sales, ownerId: `crm-${index % 30}` as EmployeeId },
    { type: 'EstimateValue', id, value: { minor: 100 + index, currency: 'USD' } },
    { type: 'AdvanceStage', id, toStageId: 'proposal' as StageId },
    { type: 'WinDeal', id, reasons: ['price'] },
  ];
  const steps = commands.map((command, day): Step => {
    const importHash = `${index.toString(16).padStart(30, '0')}0${day}`;
    return {
      command,
      context: { actor: { id: 'crm', kind: 'import' }, correlationId: 'an-import', effectiveAt: START + day * DAY, importHash },
    };
  });
  return { stream: streamName('deal', id), steps };
}

function inCommits<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / DEALS_A_COMMIT) }, (_, index) =>
    items.slice(index * DEALS_A_COMMIT, (index + 1) * DEALS_A_COMMIT),
  );
}

async function allDeals(log: EventStore): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of logPages(log, { limit: 5_000, filter: { categories: ['deal'] } })) events.push(...page);
  return events;
}

/** What came out of the commands, as the port takes it. */
function appendsOf(events: readonly StoredEvent[]): AppendRequest[] {
  const byStream = new Map<string, StoredEvent[]>();
  for (const event of events) byStream.set(event.stream, [...(byStream.get(event.stream) ?? []), event]);
  return [...byStream.values()].map((own) => ({
    stream: own[0]?.stream ?? streamName('deal', 'none'),
    expected: 'none',
    events: own.map(({ eventId, type, data, metadata }) => ({
      eventId,
      type,
      data: JSON.parse(String(data)) as JsonObject,
      metadata: JSON.parse(String(metadata)) as JsonObject,
    })),
  }));
}

async function timed(work: () => void | Promise<void>, events: number): Promise<number> {
  const started = performance.now();
  await work();
  return events / ((performance.now() - started) / 1_000);
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
const line = (what: string, perSecond: number, ratio = ''): void =>
  console.log(`${what.padEnd(62)} ${Math.round(perSecond).toLocaleString('en-US').padStart(9)} events/s  ${ratio}`);

try {
  const measured = { commands: [] as number[], port: [] as number[], decode: [] as number[], parse: [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const log = openLog(`commands-${round}.db`);
    const handling = openCommandHandling({ eventStore: log, keyStore, clock: Date });
    await handling.execute(
      { type: 'DefinePipeline', id: sales, process: FOUR_STAGES },
      { actor: { id: 'crm', kind: 'import' }, correlationId: 'bench' },
    );
    const batches = inCommits(Array.from({ length: DEALS }, (_, index) => dealSteps(index)));
    const count = DEALS * 5;
    const commands = await timed(async () => {
      for (const batch of batches) await handling.executeStreams(batch);
    }, count);
    const events = await allDeals(log);
    if (events.length !== count) throw new Error(`${events.length} events instead of ${count}`);
    const peer = openLog(`port-${round}.db`);
    const appends = inCommits(appendsOf(events));
    const port = await timed(async () => {
      for (const batch of appends) await peer.appendMany(batch);
    }, count);
    const parse = await timed(
      () => events.forEach(({ data, metadata }) => void [JSON.parse(String(data)), JSON.parse(String(metadata))]),
      count,
    );
    const decode = await timed(() => events.forEach((event) => void catalog.decode(event)), count);
    await log.close();
    await peer.close();
    if (round === 0) continue; // warm-up
    measured.commands.push(commands);
    measured.port.push(port);
    measured.parse.push(parse);
    measured.decode.push(decode);
  }
  const [commands = NaN, port = NaN, parse = NaN, decode = NaN] = [measured.commands, measured.port, measured.parse, measured.decode].map(
    median,
  );
  line(`port appendMany, ${DEALS_A_COMMIT} streams of 5 events a commit`, port);
  line('commands decided, checked, sealed, appended', commands, `${(commands / port).toFixed(2)} x the port`);
  line('JSON.parse of data and metadata', parse);
  line('catalog.decode', decode, `${(decode / parse).toFixed(2)} x parsing alone`);
} finally {
  await keyStore.close();
  rmSync(dir, { recursive: true });
}
