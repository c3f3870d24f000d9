import type { ImportDesk } from '../../testing/import-desk.js';
import { openImportDesk } from '../../testing/import-desk.js';

const HEADER = 'id,phase,who,firm,amount\n';
const rows = (...lines: string[]) => `${HEADER}${lines.map((line) => `${line}\n`).join('')}`;

/** A mapping of dated exports, each with the day it was made. */
const mapping = (days: readonly string[], contains = 'all') => `
source: sheet
currency: EUR
pipeline: { id: sales, name: Sales, stages: [lead, quote, order] }
deals:
  shape: snapshots
  snapshots:
${days.map((day) => `    - { file: ${day}.csv, at: ${day} }`).join('\n')}
  contains: ${contains}
  key: id
  stage: phase
  outcomes: { won: won, lost: lost, waiting: postponed }
  owner: who
  company: firm
  value: amount
`;

const short = (lines: readonly string[]) => lines.map((line) => line.replace(/ \{.*$/, '').replace('T23:59:59.999Z', ''));

describe('dated snapshots', () => {
  let desk: ImportDesk;
  beforeEach(() => {
    desk = openImportDesk('2026-11-23T12:00:00.000Z');
  });
  afterEach(() => desk.close());

  const snapshot = (day: string, ...lines: string[]) => desk.import(mapping([day]), { [`${day}.csv`]: rows(...lines) });
  const corrected = (day: string, ...lines: string[]) =>
    desk.import(mapping([day]), { [`${day}.csv`]: rows(...lines) }, { asCorrections: true });
  const said = (report: Awaited<ReturnType<typeof snapshot>>) =>
    report.findings.map(
      ({ kind, line, reason }) => `${kind}${line === null ? '' : ` ${line}`}: ${reason.replaceAll('T23:59:59.999Z', '')}`,
    );

  it('record what differs from what is known as events at the end of their day, and nothing that is the same', async () => {
    expect(await snapshot('2026-01-09', 'A,lead,Ann,Acme,100')).toMatchObject({ newDeals: 1, findings: [] });
    const second = await snapshot('2026-01-16', 'A,order,Bob,Acme,120');
    expect(second.findings).toEqual([]);
    expect(short(await desk.lines('sheet-A')).slice(3)).toEqual([
      '2026-01-16 StageAdvanced',
      '2026-01-16 OwnerAssigned',
      '2026-01-16 ExpectedValueEstimated',
    ]);
    expect(await snapshot('2026-01-23', 'A,order,Bob,Acme,120')).toMatchObject({ events: 0, rows: { unchanged: 1 } });
    expect(await snapshot('2026-01-16', 'A,order,Bob,Acme,120')).toMatchObject({ events: 0, findings: [] });
    expect(await desk.deal('sheet-A', '2026-01-12')).toMatchObject({ status: 'open', stageId: 'lead', value: { minor: 10_000 } });
  });

  it('are taken in the order of their days, whatever the mapping’s', async () => {
    const files = { '2026-01-16.csv': rows('A,quote,Ann,Acme,100'), '2026-01-09.csv': rows('A,lead,Ann,Acme,100') };
    expect((await desk.import(mapping(['2026-01-16', '2026-01-09']), files)).findings).toEqual([]);
    expect(short(await desk.lines('sheet-A'))).toEqual([
      '2026-01-09 RequestRegistered',
      '2026-01-09 LeadQualified',
      '2026-01-09 ExpectedValueEstimated',
      '2026-01-16 StageAdvanced',
    ]);
  });

  it('say returns, postponements, resumptions and outcomes as the deciders have them', async () => {
    await snapshot('2026-01-09', 'A,quote,Ann,Acme,100', 'B,quote,Ann,Acme,50');
    await snapshot('2026-01-16', 'A,lead,Ann,Acme,100', 'B,waiting,Ann,Acme,50');
    await snapshot('2026-01-23', 'A,won,Ann,Acme,90', 'B,order,Ann,Acme,50');
    const report = await snapshot('2026-01-30', 'A,won,Ann,Acme,90', 'B,lost,Ann,Acme,50');
    expect(report.findings).toEqual([]);
    const types = async (id: string) => short(await desk.lines(id)).map((line) => line.slice(5));
    expect((await types('sheet-A')).slice(3)).toEqual(['01-16 StageReturned', '01-23 DealWon']);
    expect((await types('sheet-B')).slice(3)).toEqual([
      '01-16 DealPostponed',
      '01-23 DealResumed',
      '01-23 StageAdvanced',
      '01-30 DealLost',
    ]);
    expect(await desk.deal('sheet-A')).toMatchObject({ status: 'won', wonValue: { minor: 9_000 } });
  });

  it('older than others say what would need a correction where the deal has later events, and write it only as corrections', async () => {
    await snapshot('2026-01-09', 'A,lead,Ann,Acme,100');
    await snapshot('2026-01-23', 'A,order,Ann,Acme,100');
    const before = await desk.lines('sheet-A');
    const older = await snapshot('2026-01-16', 'A,quote,Ann,Acme,110');
    expect(said(older)).toEqual([
      'would need a correction 2: in stage quote on 2026-01-16 as the source says, with later events recorded (in stage order on 2026-01-23)',
      'would need a correction 2: worth 110.00 EUR on 2026-01-16 as the source says, with later events recorded (in stage order on 2026-01-23)',
    ]);
    expect(older.events).toBe(0);
    expect(await desk.lines('sheet-A')).toEqual(before);

    expect(await corrected('2026-01-16', 'A,quote,Ann,Acme,110')).toMatchObject({ events: 2, findings: [] });
    expect(await desk.deal('sheet-A', '2026-01-12')).toMatchObject({ stageId: 'lead', value: { minor: 10_000 } });
    expect(await desk.deal('sheet-A', '2026-01-20')).toMatchObject({ stageId: 'quote', value: { minor: 11_000 } });
    expect(await desk.deal('sheet-A')).toMatchObject({ stageId: 'order' });
    expect(await corrected('2026-01-16', 'A,quote,Ann,Acme,110')).toMatchObject({ events: 0, findings: [] });
  });

  it('older than all say so of a deal that was not recorded then, and move its beginning only as corrections', async () => {
    await snapshot('2026-01-16', 'A,quote,Ann,Acme,100');
    const older = await snapshot('2026-01-09', 'A,lead,Ann,Acme,80');
    expect(said(older)).toEqual(['would need a correction 2: not recorded before 2026-01-16, in the source on 2026-01-09']);
    expect(await corrected('2026-01-09', 'A,lead,Ann,Acme,80')).toMatchObject({ findings: [] });
    expect(await desk.deal('sheet-A', '2026-01-12')).toMatchObject({ status: 'open', stageId: 'lead', value: { minor: 8_000 } });
    expect(await desk.deal('sheet-A')).toMatchObject({ status: 'open', stageId: 'quote', value: { minor: 10_000 } });
  });

  it('that contradict a won deal are a difference, not a second win', async () => {
    await snapshot('2026-01-09', 'A,won,Ann,Acme,100');
    const before = await desk.lines('sheet-A');
    const changed = await snapshot('2026-01-16', 'A,won,Ann,Acme,120');
    expect(said(changed)).toEqual([
      'would need a correction 2: the deal is recorded as won for 100.00 EUR; the source says won for 120.00 EUR',
    ]);
    expect(await desk.lines('sheet-A')).toEqual(before);
    await corrected('2026-01-16', 'A,won,Ann,Acme,120');
    expect(await desk.deal('sheet-A')).toMatchObject({
      status: 'won',
      wonValue: { minor: 12_000 },
      closedAt: Date.parse('2026-01-09T23:59:59.999Z'),
    });
    expect((await desk.lines('sheet-A')).filter((line) => line.includes('DealWon')).length).toBe(2); // the fact, and within its correction
  });

  it('that lack a deal tell it as gone from the source, and never close it', async () => {
    await snapshot('2026-01-09', 'A,lead,Ann,Acme,100', 'B,won,Ann,Acme,50', 'C,quote,Ann,Acme,70');
    const second = await snapshot('2026-01-16', 'C,quote,Ann,Acme,70');
    expect(said(second)).toEqual([
      'gone from source: deal "sheet-A" is not in the file; recorded as open in lead',
      'gone from source: deal "sheet-B" is not in the file; recorded as won',
    ]);
    expect(second.events).toBe(0);
    expect(await desk.deal('sheet-A')).toMatchObject({ status: 'open' });
    const open = await desk.import(mapping(['2026-01-23'], 'open'), { '2026-01-23.csv': rows('C,quote,Ann,Acme,70') });
    expect(said(open)).toEqual(['gone from source: deal "sheet-A" is not in the file; recorded as open in lead']);
    // Before it was recorded nobody misses it.
    expect(said(await snapshot('2026-01-02', 'C,quote,Ann,Acme,70'))).toEqual([
      'would need a correction 2: not recorded before 2026-01-09, in the source on 2026-01-02',
    ]);
  });

  it('refuse rows that cannot be read with their place, and write nothing under strict', async () => {
    const files = { '2026-01-09.csv': rows('A,lead,Ann,Acme,100', 'B,shipped,Ann,Acme,50', 'C,lead,Ann,Acme,much') };
    const strict = await desk.import(mapping(['2026-01-09']), files, { strict: true });
    expect(strict).toMatchObject({ stopped: true, events: 0, rows: { read: 3, refused: 2 } });
    const report = await desk.import(mapping(['2026-01-09']), files);
    expect(report).toMatchObject({ stopped: false, newDeals: 1, rows: { read: 3, accepted: 1, refused: 2 } });
    expect(report.findings.map(({ line, column }) => [line, column])).toEqual([
      [3, 'phase'],
      [4, 'amount'],
    ]);
  });
});
