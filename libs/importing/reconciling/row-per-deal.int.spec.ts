import type { ImportDesk } from '../../testing/import-desk.js';
import { openImportDesk } from '../../testing/import-desk.js';

const MAPPING = `
source: crm
currency: USD
pipeline: { id: sales, name: Sales, stages: [prospecting, engaging] }
deals:
  shape: row-per-deal
  file: deals.csv
  key: id
  owner: agent
  company: account
  value: price
  history:
    - { when: { stage: Prospecting }, at: engaged, stage: { constant: prospecting } }
    - { when: { stage: [Engaging, Won, Lost] }, at: engaged, stage: { constant: engaging } }
    - { when: { stage: Won }, at: closed, won: { value: sum } }
    - { when: { stage: Lost }, at: closed, lost: {} }
`;
const HEADER = 'id,agent,account,stage,engaged,closed,sum,price\n';
const file = (...rows: string[]) => ({ 'deals.csv': `${HEADER}${rows.map((row) => `${row}\n`).join('')}` });

/** Types and dates alone. */
const short = (lines: readonly string[]) => lines.map((line) => line.replace(/ \{.*$/, '').replace('T00:00:00.000Z', ''));

describe('one row per deal', () => {
  let desk: ImportDesk;
  beforeEach(() => {
    desk = openImportDesk('2026-11-23T12:00:00.000Z');
  });
  afterEach(() => desk.close());

  const correctionsSaid = async (...rows: string[]) => {
    const before = await desk.lines('crm-A');
    const report = await desk.import(MAPPING, file(...rows));
    expect(await desk.lines('crm-A')).toEqual(before);
    return report.findings.filter(({ kind }) => kind === 'would need a correction');
  };

  it('adds nothing when it comes again, and only what is new of a file that has grown', async () => {
    const first = ['A,Ann,Acme,Engaging,2017-01-01,,,100'];
    expect((await desk.import(MAPPING, file(...first))).events).toBe(1 + 1 + 1 + 3);
    expect((await desk.import(MAPPING, file(...first))).rows).toEqual({ read: 1, accepted: 1, unchanged: 1, refused: 0, odd: 0 });
    const grown = await desk.import(
      MAPPING,
      file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100', 'B,Ann,Acme,Lost,2017-02-01,2017-04-01,0,50'),
    );
    expect(grown).toMatchObject({ events: 1 + 4, newDeals: 1, rows: { read: 2, unchanged: 0 } });
    expect(short(await desk.lines('crm-A'))).toEqual([
      '2017-01-01 RequestRegistered',
      '2017-01-01 LeadQualified',
      '2017-01-01 ExpectedValueEstimated',
      '2017-03-01 DealWon',
    ]);
    const same = await desk.import(
      MAPPING,
      file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100', 'B,Ann,Acme,Lost,2017-02-01,2017-04-01,0,50'),
    );
    expect(same).toMatchObject({ events: 0, rows: { read: 2, unchanged: 2 }, findings: [] });
  });

  it('says of a changed value of a won deal that it would need a correction, and writes it only when asked to', async () => {
    await desk.import(MAPPING, file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100'));
    const changed = 'A,Ann,Acme,Won,2017-01-01,2017-03-01,150,100';
    expect(await correctionsSaid(changed)).toEqual([
      {
        kind: 'would need a correction',
        file: 'deals.csv',
        line: 2,
        column: 'closed',
        reason:
          'won for 120.00 USD on 2017-03-01T00:00:00.000Z as recorded, won for 150.00 USD on 2017-03-01T00:00:00.000Z as the source says',
      },
    ]);
    expect((await desk.import(MAPPING, file(changed), { asCorrections: true })).events).toBe(1);
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', wonValue: { minor: 15_000, currency: 'USD' } });
    expect(await desk.import(MAPPING, file(changed), { asCorrections: true })).toMatchObject({ events: 0, findings: [] });
    expect((await desk.import(MAPPING, file(changed))).findings).toEqual([]);
  });

  it('takes another date, owner, company or outcome of a recorded deal for a contradiction', async () => {
    await desk.import(MAPPING, file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100'));
    const reasons = async (row: string) => (await correctionsSaid(row)).map(({ reason }) => reason.replaceAll('T00:00:00.000Z', ''));
    expect(await reasons('A,Ann,Acme,Won,2017-01-01,2017-03-09,120,100')).toEqual([
      'won for 120.00 USD on 2017-03-01 as recorded, won for 120.00 USD on 2017-03-09 as the source says',
    ]);
    expect(await reasons('A,Ann,Acme,Lost,2017-01-01,2017-03-01,0,100')).toEqual([
      'won for 120.00 USD on 2017-03-01 as recorded, lost on 2017-03-01 as the source says',
    ]);
    expect(await reasons('A,Ann,Acme,Engaging,2017-01-01,,,100')).toEqual([
      'won for 120.00 USD on 2017-03-01 as recorded, open in engaging as the source says',
    ]);
    expect(await reasons('A,Ann,Brew Co,Won,2017-01-01,2017-03-01,120,100')).toEqual([
      'companyId "crm-acme" as recorded, "crm-brew-co" as the source says',
    ]);
    expect(await reasons('A,Bob,Acme,Won,2017-01-01,2017-03-01,120,100')).toEqual([
      expect.stringMatching(/^owner crm-[0-9a-f]{16} as recorded, crm-[0-9a-f]{16} as the source says$/),
    ]);
    expect(await reasons('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,90')).toEqual([
      'worth 100.00 USD as recorded, worth 90.00 USD as the source says',
    ]);
  });

  it('as corrections, rewrites dates, outcome, company and owner to what the source says', async () => {
    await desk.import(MAPPING, file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100'));
    const changed = file('A,Bob,Brew Co,Lost,2017-02-01,2017-03-05,0,90');
    const report = await desk.import(MAPPING, changed, { asCorrections: true });
    expect(report.findings.filter(({ kind }) => kind !== 'odd')).toEqual([]);
    expect(await desk.deal('crm-A', '2017-01-31')).toEqual({ status: 'none' });
    expect(await desk.deal('crm-A')).toMatchObject({
      status: 'lost',
      companyId: 'crm-brew-co',
      registeredAt: Date.parse('2017-02-01'),
      qualifiedAt: Date.parse('2017-02-01'),
      closedAt: Date.parse('2017-03-05'),
      value: { minor: 9_000, currency: 'USD' },
    });
    expect(await desk.import(MAPPING, changed, { asCorrections: true })).toMatchObject({ events: 0, findings: [] });
  });

  it('leaves alone what people recorded or corrected after the import', async () => {
    const rows = file('A,Ann,Acme,Engaging,2017-01-01,,,100', 'B,Ann,Acme,Won,2017-01-01,2017-03-01,120,100');
    await desk.import(MAPPING, rows);
    await desk.send({ type: 'LoseDeal', id: 'crm-A' as never, reasons: ['price'] });
    const won = (await desk.recorded('deal-crm-B')).at(-1);
    await desk.send({
      type: 'CorrectHistory',
      id: 'crm-B' as never,
      reason: 'the credit note',
      correction: {
        kind: 'replace',
        target: won?.eventId as never,
        event: { type: 'DealWon', data: { value: { minor: 1, currency: 'USD' }, reasons: [] } },
      },
    });
    expect(await desk.import(MAPPING, rows, { asCorrections: true })).toMatchObject({ events: 0, findings: [] });
  });

  it('records a row without dates as open and undated, all of it at one instant', async () => {
    const report = await desk.import(MAPPING, file('A,Ann,,Prospecting,,,,100'));
    expect(report.findings).toEqual([
      { kind: 'odd', file: 'deals.csv', line: 2, column: 'engaged', reason: 'no date: stage is recorded undated' },
      { kind: 'odd', file: 'deals.csv', line: 2, column: 'account', reason: 'no company: recorded as not in the source' },
    ]);
    expect(short(await desk.lines('crm-A'))).toEqual([
      '2026-11-23T12:00:00.000Z undated RequestRegistered',
      '2026-11-23T12:00:00.000Z undated LeadQualified',
      '2026-11-23T12:00:00.000Z undated ExpectedValueEstimated',
    ]);
  });

  it('writes the corrections by itself when a date becomes known for what was undated, then goes on in the ordinary way', async () => {
    await desk.import(MAPPING, file('A,Ann,,Prospecting,,,,100'));
    desk.clock.set('2026-12-01T12:00:00.000Z');
    const won = file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100');
    const report = await desk.import(MAPPING, won);
    expect(report.findings).toEqual([]);
    expect(short(await desk.lines('crm-A')).slice(3)).toEqual([
      'HistoryCorrected',
      'HistoryCorrected',
      'HistoryCorrected',
      '2017-01-01 StageAdvanced',
      '2017-03-01 DealWon',
    ]);
    expect(await desk.deal('crm-A', '2017-02-01')).toMatchObject({
      status: 'open',
      stageId: 'engaging',
      companyId: 'crm-acme',
      dated: true,
      value: { minor: 10_000 },
    });
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', closedAt: Date.parse('2017-03-01') });
    expect(await desk.import(MAPPING, won)).toMatchObject({ events: 0, findings: [] });
  });

  it('records what becomes known of a deal without a date from the import on, and puts what is dated before it in its place', async () => {
    await desk.import(MAPPING, file('A,,,Engaging,2017-01-01,,,100'));
    desk.clock.set('2026-12-01T12:00:00.000Z');
    await desk.import(MAPPING, file('A,Ann,Acme,Engaging,2017-01-01,,,100'));
    expect(short(await desk.lines('crm-A')).slice(3)).toEqual([
      '2026-12-01T12:00:00.000Z undated CompanyIdentified',
      '2026-12-01T12:00:00.000Z undated OwnerAssigned',
    ]);
    desk.clock.set('2026-12-08T12:00:00.000Z');
    const report = await desk.import(MAPPING, file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100'));
    expect(report.findings).toEqual([]);
    expect(short(await desk.lines('crm-A')).slice(5)).toEqual(['HistoryCorrected', 'HistoryCorrected']);
    expect(await desk.deal('crm-A', '2017-03-01')).toMatchObject({
      status: 'won',
      companyId: 'not-in-source',
      ownerId: expect.stringMatching(/^crm-/),
    });
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', companyId: 'crm-acme' });
  });

  it('keeps a close without a beginning undated, and says so', async () => {
    const report = await desk.import(MAPPING, file('A,Ann,Acme,Won,,2017-03-01,120,100'));
    expect(report.findings.map(({ reason }) => reason)).toEqual([
      'no date: stage is recorded undated',
      'won on 2017-03-01T00:00:00.000Z: recorded undated, for when the deal began has no date',
    ]);
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', dated: false, closedAt: null });
    desk.clock.set('2026-12-01T12:00:00.000Z');
    const dated = await desk.import(MAPPING, file('A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100'));
    expect(dated.findings).toEqual([]);
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', dated: true, closedAt: Date.parse('2017-03-01') });
  });

  it('refuses a row as a whole where one of its cells cannot be read, with line, column and reason, and goes on', async () => {
    const report = await desk.import(
      MAPPING,
      file(
        'A,Ann,Acme,Won,2017-01-32,2017-03-01,120,100',
        'B,Ann,Acme,Won,2017-01-01,2016-03-01,120,100',
        'C,Ann,Acme,Won,2017-01-01,2017-03-01,-5,100',
        'D,Ann,Acme,Shipped,2017-01-01,2017-03-01,5,100',
        ',Ann,Acme,Won,2017-01-01,2017-03-01,5,100',
        'E,Ann,Acme,Engaging,2030-01-01,,,100',
        'F,Ann,Acme,Engaging,2017-01-01,,,1.234',
        'G,Ann,Acme,Engaging,2017-01-01,,,100',
        'H,An\u0007n,Acme,Engaging,2017-01-01,,,100',
        'I\u001b,Ann,Acme,Engaging,2017-01-01,,,100',
      ),
    );
    expect(report.findings.map(({ kind, line, column, reason }) => `${kind} ${line} ${column}: ${reason}`)).toEqual([
      'refused 2 engaged: 2017-01-32 is no date (yyyy-MM-dd)',
      'refused 3 closed: closed is before engaged',
      'refused 4 sum: -5 is negative, and no value of a deal is',
      'refused 5 stage: no part of the history applies to this row',
      'refused 6 id: the key is blank',
      'refused 7 engaged: 2030-01-01T00:00:00.000Z has not come yet',
      'refused 8 price: 1.234 has more decimals than USD has',
      'refused 10 agent: holds the character U+0007, which no text may hold',
      'refused 11 id: holds the character U+001B, which no text may hold',
    ]);
    expect(report).toMatchObject({ newDeals: 1, rows: { read: 10, accepted: 1, refused: 9 } });
  });

  it('writes nothing under strict where a row would be refused', async () => {
    const rows = file('A,Ann,Acme,Engaging,2017-01-01,,,100', 'B,Ann,Acme,Engaging,never,,,100');
    expect(await desk.import(MAPPING, rows, { strict: true })).toMatchObject({ stopped: true, events: 0, rows: { read: 2, refused: 1 } });
    expect((await desk.streams()).size).toBe(1);
    expect(await desk.import(MAPPING, file('A,Ann,Acme,Engaging,2017-01-01,,,100'), { strict: true })).toMatchObject({
      stopped: false,
      newDeals: 1,
    });
  });

  it('decides a deal that comes twice in one file on what its first row made', async () => {
    const report = await desk.import(
      MAPPING,
      file(
        'A,Ann,Acme,Engaging,2017-01-01,,,100',
        'A,Ann,Acme,Won,2017-01-01,2017-03-01,120,100',
        'A,Ann,Acme,Won,2017-01-01,2017-03-01,999,100',
      ),
    );
    expect(report.findings.map(({ line, kind }) => `${line} ${kind}`)).toEqual(['4 would need a correction']);
    expect(await desk.deal('crm-A')).toMatchObject({ status: 'won', wonValue: { minor: 12_000 } });
  });
});
