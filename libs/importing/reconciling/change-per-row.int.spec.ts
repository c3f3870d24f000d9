import type { ImportDesk } from '../../testing/import-desk.js';
import { openImportDesk } from '../../testing/import-desk.js';

const MAPPING = `
source: cloud
currency: USD
timeZone: America/New_York
dates: [iso, M/d/yyyy h:mm a]
pipeline: { id: software, name: Software, stages: [discovery, proposal, negotiation] }
deals:
  shape: change-per-row
  file: history.csv
  key: id
  at: at
  field: field
  from: old
  to: new
  registers: { field: created }
  fields:
    Stage:
      is: stage
      map: { Discovery: discovery, Proposal: proposal, Negotiation: negotiation }
      outcomes: { Closed Won: won, Closed Lost: lost, On Hold: postponed }
    Amount: value
    Owner: owner
    Close Date: decisionDate
  ignore: [Next Step]
`;
const file = (...rows: string[]) => ({ 'history.csv': `id,at,field,old,new\n${rows.map((row) => `${row}\n`).join('')}` });
const CREATED = 'A,2026-01-12T09:30:00Z,created,,';
const PROPOSED = 'A,2026-01-20T10:00:00Z,Stage,Discovery,Proposal';

const short = (lines: readonly string[]) => lines.map((line) => line.replace(/ \{.*$/, '').replace(':00.000Z', ''));

describe('one row per change of a deal', () => {
  let desk: ImportDesk;
  beforeEach(() => {
    desk = openImportDesk('2026-11-23T12:00:00.000Z');
  });
  afterEach(() => desk.close());
  const said = (report: Awaited<ReturnType<ImportDesk['import']>>) =>
    report.findings.map(({ kind, line, column, reason }) => `${kind} ${line} ${column}: ${reason.replaceAll(':00.000Z', '')}`);

  it('begins with the old values of the first changes, in whatever order the rows stand', async () => {
    const rows = ['A,2026-02-01T10:00:00Z,Amount,100,120', 'A,2026-02-03T10:00:00Z,Owner,Lee,Kim', PROPOSED, CREATED];
    expect((await desk.import(MAPPING, file(...rows))).findings).toEqual([]);
    expect(short(await desk.lines('cloud-A'))).toEqual([
      '2026-01-12T09:30 RequestRegistered',
      '2026-01-12T09:30 LeadQualified',
      '2026-01-12T09:30 ExpectedValueEstimated',
      '2026-01-20T10:00 StageAdvanced',
      '2026-02-01T10:00 ExpectedValueEstimated',
      '2026-02-03T10:00 OwnerAssigned',
    ]);
    expect(await desk.deal('cloud-A', '2026-01-15')).toMatchObject({ stageId: 'discovery', value: { minor: 10_000 } });
  });

  it('adds nothing when it comes again, and of a file that has grown only what is new, also when only the new rows are sent', async () => {
    await desk.import(MAPPING, file(CREATED, PROPOSED));
    expect(await desk.import(MAPPING, file(CREATED, PROPOSED))).toMatchObject({ events: 0, rows: { read: 2, unchanged: 2 }, findings: [] });
    const won = 'A,2026-03-01T10:00:00Z,Stage,Proposal,Closed Won';
    expect(await desk.import(MAPPING, file(CREATED, PROPOSED, 'A,2026-02-20T10:00:00Z,Amount,,500'))).toMatchObject({ events: 1 });
    expect(await desk.import(MAPPING, file(won))).toMatchObject({ events: 1, findings: [] });
    expect(await desk.deal('cloud-A')).toMatchObject({ status: 'won', wonValue: { minor: 50_000 } });
  });

  it('puts a change that is found later before others as a correction, and only when asked to', async () => {
    await desk.import(MAPPING, file(CREATED, 'A,2026-03-01T10:00:00Z,Stage,Discovery,Negotiation'));
    const late = file('A,2026-02-01T10:00:00Z,Amount,,300');
    const before = await desk.lines('cloud-A');
    const report = await desk.import(MAPPING, late);
    expect(said(report)).toEqual([
      'would need a correction 2 new: worth 300.00 USD on 2026-02-01T10:00 as the source says, with later events recorded (in stage negotiation on 2026-03-01T10:00)',
    ]);
    expect(await desk.lines('cloud-A')).toEqual(before);
    expect(await desk.import(MAPPING, late, { asCorrections: true })).toMatchObject({ events: 1, findings: [] });
    expect(await desk.deal('cloud-A', '2026-02-15')).toMatchObject({ stageId: 'discovery', value: { minor: 30_000 } });
    expect(await desk.import(MAPPING, late)).toMatchObject({ events: 0, findings: [] });
  });

  it('takes another value of a win for a difference, not for a second win', async () => {
    await desk.import(MAPPING, file(CREATED, 'A,2026-02-20T15:00:00Z,Amount,,200', 'A,2026-02-20T15:00:00Z,Stage,Discovery,Closed Won'));
    expect(await desk.deal('cloud-A')).toMatchObject({ status: 'won', wonValue: { minor: 20_000 } });
    const again = await desk.import(MAPPING, file('A,2026-02-25T15:00:00Z,Amount,200,250'));
    expect(said(again)).toEqual([
      'would need a correction 2 new: the deal is won, and what was expected of it was another value; the source says worth 250.00 USD',
    ]);
    expect(again).toMatchObject({ events: 0 });
    expect(await desk.deal('cloud-A')).toMatchObject({ status: 'won', wonValue: { minor: 20_000 } });
  });

  it('takes a later change of a closed deal for what it is: reopened in its last stage, and closed otherwise', async () => {
    await desk.import(MAPPING, file(CREATED, 'A,2026-02-20T15:00:00Z,Stage,Proposal,Closed Lost'));
    const changed = file('A,2026-03-20T15:00:00Z,Stage,Closed Lost,Closed Won', 'A,2026-03-20T15:00:00Z,Amount,,90');
    expect((await desk.import(MAPPING, changed)).findings).toEqual([]);
    expect(short(await desk.lines('cloud-A')).slice(2)).toEqual([
      '2026-02-20T15:00 DealLost',
      '2026-03-20T15:00 DealReopened',
      '2026-03-20T15:00 DealWon',
    ]);
    expect(await desk.deal('cloud-A', '2026-03-01')).toMatchObject({ status: 'lost' });
    expect(await desk.deal('cloud-A')).toMatchObject({ status: 'won', wonValue: { minor: 9_000 } });
    expect(await desk.import(MAPPING, changed)).toMatchObject({ events: 0, findings: [] });
  });

  it('reads dates by the mapping’s formats and zone, and values by its map', async () => {
    await desk.import(MAPPING, file('A,1/12/2026 9:30 AM,created,,', 'A,1/20/2026 1:05 PM,Stage,Discovery,On Hold'));
    expect(short(await desk.lines('cloud-A'))).toEqual([
      '2026-01-12T14:30 RequestRegistered',
      '2026-01-12T14:30 LeadQualified',
      '2026-01-20T18:05 DealPostponed',
    ]);
  });

  it('refuses what it cannot place or read, with line, column and reason, and goes on', async () => {
    const report = await desk.import(
      MAPPING,
      file(
        CREATED,
        'A,2026-01-15T10:00:00Z,Colour,,red',
        'A,2026-01-16T10:00:00Z,Amount,,much',
        'A,,Amount,,5',
        'A,2027-01-16T10:00:00Z,Amount,,5',
        'A,2026-01-02T10:00:00Z,Amount,,5',
        'B,2026-01-16T10:00:00Z,Amount,,5',
        'A,2026-01-17T10:00:00Z,Next Step,,call',
        'A,2026-01-18T10:00:00Z,Amount,,7',
        'A,2026-01-19T10:00:00Z,Owner,,An\u0007n',
      ),
    );
    expect(said(report)).toEqual([
      "refused 3 field: Colour is not among the mapping's fields; add it, or name it under ignore",
      'refused 4 new: much is no amount (decimals with ".")',
      'refused 5 at: a change without a time',
      'refused 6 at: 2027-01-16T10:00 has not come yet',
      'refused 11 new: holds the character U+0007, which no text may hold',
      'refused 7 at: a change before the deal was made (line 2)',
      'refused 8 field: no row says when deal "B" was made',
    ]);
    expect(await desk.deal('cloud-A')).toMatchObject({ value: { minor: 700 } });
    expect((await desk.streams()).has('deal-cloud-B' as never)).toBe(false);
  });

  it('writes nothing under strict where a row would be refused', async () => {
    const report = await desk.import(MAPPING, file(CREATED, 'A,2026-01-16T10:00:00Z,Amount,,much'), { strict: true });
    expect(report).toMatchObject({ stopped: true, events: 0, rows: { read: 2, refused: 1 } });
    expect((await desk.streams()).size).toBe(1);
  });
});
