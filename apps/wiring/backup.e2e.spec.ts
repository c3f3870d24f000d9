import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { StoredEvent } from '../../libs/event-store/event-store.port.js';
import { logPages } from '../../libs/event-store/log-pages.js';
import { tellDemo } from '../testing/demo.js';
import { startProcess } from '../testing/processes.js';
import type { Running } from '../testing/running.js';
import { runServer, temporaryFolder } from '../testing/running.js';
import type { Backup } from './backup.js';
import { filesOf } from './files.js';

const QUESTIONS = [
  '/v1/reports/pipeline?asOf=2026-03-31&groupBy=status,stage,owner',
  '/v1/reports/pipeline/compare?then=2025-12-31&now=2026-03-31&groupBy=team',
  '/v1/reports/funnel?cohort=2026-Q1&asOf=2026-06-30',
  '/v1/reports/pipeline/waterfall?from=2026-01-01&to=2026-03-31',
];

async function dealtrail(...args: string[]): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return startProcess('apps/cli/main.js', args, {}).ended;
}

async function eventsOf({ dealtrail: { eventStore } }: Running, through: string): Promise<string[]> {
  const events: StoredEvent[] = [];
  for await (const page of logPages(eventStore, { limit: 5_000 })) events.push(...page);
  const bytes = (text: string | Uint8Array): string => Buffer.from(text as Uint8Array).toString('hex'); // Buffer takes both
  return events
    .filter(({ position }) => position <= through)
    .map((event) => JSON.stringify({ ...event, data: bytes(event.data), metadata: bytes(event.metadata) }));
}

/** Once the read models are there: a log restored without them is built from its beginning. */
async function answersOf(running: Running, position: string): Promise<string[]> {
  while ((await running.ask(`${QUESTIONS[0]}&knownAt=position:${position}`)).status === 503) continue;
  const bodies: string[] = [];
  for (const question of QUESTIONS) {
    const { status, text } = await running.ask(`${question}&knownAt=position:${position}`);
    expect({ question, status, text }).toEqual({ question, status: 200, text });
    bodies.push(text);
  }
  return bodies;
}

describe('a backup', () => {
  const { folder, remove } = temporaryFolder();
  const dataDir = join(folder, 'data');
  const backups = { plain: join(folder, 'plain'), whole: join(folder, 'whole') };
  const made: Record<string, Backup> = {};
  const acknowledged: Record<string, string> = {};
  let later: { readonly events: string[]; readonly answers: string[] }[];

  /** Two backups while commands go on without a pause, and what the log and the reports said at their ends. */
  beforeAll(async () => {
    await tellDemo(dataDir, 150);
    const running = await runServer(dataDir);
    try {
      for (const [name, more] of [
        ['plain', []],
        ['whole', ['--with-models']],
      ] as const) {
        let [count, position, done] = [0, '', false];
        const writing = (async () => {
          while (!done) {
            count += 1;
            const answer = await running.post('/v1/contacts', { id: `${name}-${count}`, name: `Person ${count}`, companyId: null });
            if (answer.status !== 201) throw new Error(answer.text);
            ({ position } = answer.json() as { position: string });
          }
        })();
        while (position === '') await running.ask('/health/live');
        acknowledged[name] = position;
        const { code, out, err } = await dealtrail('backup', backups[name], '--data-dir', dataDir, '--format', 'json', ...more);
        done = true;
        await writing;
        expect({ code, err }).toMatchObject({ code: 0 });
        made[name] = JSON.parse(out) as Backup;
        expect(position > made[name].position).toBe(true); // commands went on behind it
      }
      later = [];
      for (const name of ['plain', 'whole'] as const) {
        const { position } = made[name] as Backup;
        later.push({ events: await eventsOf(running, position), answers: await answersOf(running, position) });
      }
    } finally {
      await running.stop();
    }
  }, 60_000);
  afterAll(remove);

  it.each([
    ['plain', 0],
    ['whole', 1],
  ] as const)(
    'made during live appends (%s) and put in place is the same log, byte by byte, and answers with the same bytes',
    async (name, number) => {
      const { position, events } = made[name] as Backup;
      expect(position >= (acknowledged[name] as string)).toBe(true);
      expect(events).toBe(later[number]?.events.length);

      const restored = join(folder, `restored-${name}`);
      cpSync(backups[name], restored, { recursive: true });
      const running = await runServer(restored);
      try {
        expect(await eventsOf(running, '9'.repeat(20))).toEqual(later[number]?.events);
        expect(await answersOf(running, position)).toEqual(later[number]?.answers);
        // And it goes on from there.
        const next = await running.post('/v1/companies', { id: 'next', name: 'Next' });
        expect(next.status).toBe(201);
      } finally {
        await running.stop();
      }
    },
    60_000,
  );

  it('is a few plain files that only their owner reads, without anything half done beside them', () => {
    const { files } = made['whole'] as Backup;
    expect(Object.keys(files).sort()).toEqual(['keys/keys.sqlite', 'log.sqlite', 'models.sqlite']);
    for (const [file, bytes] of Object.entries(files)) {
      const { size, mode } = statSync(join(backups.whole, file));
      expect({ file, size, mode: mode & 0o777 }).toEqual({ file, size: bytes, mode: 0o600 });
    }
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    expect(JSON.parse(readFileSync(join(backups.whole, 'backup.json'), 'utf8'))).toEqual(made['whole']);
  });

  it('older than the read models beside it is noticed: nothing starts until they are rebuilt, and then everything is as it was', async () => {
    const older = join(folder, 'older');
    cpSync(dataDir, older, { recursive: true });
    cpSync(backups.plain, older, { recursive: true });
    const line =
      /read model pipeline-snapshot has seen position \d+, this log ends at \d+ \(restored from a backup\?\): rebuild the read models \(`\.\/dealtrail rebuild`\)/;

    await expect(runServer(older)).rejects.toThrow(line);
    const report = await dealtrail('report', 'pipeline', '--data-dir', older);
    expect(report).toMatchObject({ code: 1, out: '' });
    expect(report.err).toMatch(line);

    const rebuilt = await dealtrail('rebuild', 'pipeline-snapshot', '--data-dir', older);
    expect(rebuilt).toMatchObject({ code: 0 });
    for (const model of ['pipeline-snapshot', 'dimension-timelines', 'deal-history', 'deal-directory'])
      expect(rebuilt.err).toContain(`${model} was made from another history than this log's`);
    const running = await runServer(older);
    try {
      expect(await answersOf(running, (made['plain'] as Backup).position)).toEqual(later[0]?.answers);
    } finally {
      await running.stop();
    }
  }, 60_000);

  it('is refused, and leaves nothing, where a key that the log needs is not there', async () => {
    const broken = join(folder, 'broken');
    cpSync(backups.plain, broken, { recursive: true });
    const keys = new Database(filesOf(broken).keys);
    keys.prepare("DELETE FROM keys WHERE holder = 'contact-plain-1'").run();
    keys.close();
    const target = join(folder, 'of-broken');
    const { code, err } = await dealtrail('backup', target, '--data-dir', broken);
    expect(code).toBe(1);
    expect(err).toMatch(/contact-plain-1/);
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('of-broken'))).toEqual([]);
  });

  it('is refused, and leaves nothing, where an event cannot be read', async () => {
    const broken = join(folder, 'unreadable');
    cpSync(backups.plain, broken, { recursive: true });
    const log = new Database(filesOf(broken).log);
    log.prepare('UPDATE events SET data = \'{"name":7}\' WHERE position = 5').run();
    log.close();
    const { code, err } = await dealtrail('backup', join(folder, 'of-unreadable'), '--data-dir', broken);
    expect(code).toBe(1);
    expect(err).toMatch(/^dealtrail: .*\/data/m);
    expect(existsSync(join(folder, 'of-unreadable'))).toBe(false);
  });

  it('takes neither a folder that holds something nor a log that is elsewhere', async () => {
    const taken = await dealtrail('backup', backups.plain, '--data-dir', dataDir);
    expect(taken).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
    const elsewhere = await startProcess('apps/cli/main.js', ['backup', join(folder, 'x'), '--data-dir', dataDir], {
      EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false',
    }).ended;
    expect(elsewhere).toMatchObject({ code: 1, err: expect.stringContaining('the log is in EventStoreDB') });
  });
});
