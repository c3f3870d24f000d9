import { parse } from 'csv-parse/sync';
import type { Answering } from '../../../libs/testing/answering.js';
import { openAnswering } from '../../../libs/testing/answering.js';
import { metricsFixture } from '../../../libs/testing/metrics-fixture.js';
import { answerText } from '../../questions/question.js';
import { askedBy } from '../../testing/report-samples.js';
import { renderText } from './answer.js';

describe('a figure that was opened', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering(metricsFixture(), { now: Date.parse('2025-04-01'), logMadeAt: Date.parse('2025-01-01') });
  });
  afterAll(() => answering.close());
  const body = async (line: string): Promise<string> => answerText(await askedBy(line, answering.answers));
  const csv = async (line: string) => parse(renderText(await body(line), 'csv'), { columns: true }) as Record<string, string>[]; // as it was asked

  it('is what CSV holds, one line for each that counts: stays of a stage, moves of a bucket', async () => {
    const stays = await csv('report time-in-stage --as-of 2025-03-20T00:00Z --behind exits.lost');
    expect(stays.map((row) => [row['deal'], row['row.stage'], row['days'], row['value.USD'], row['eventType']])).toEqual([
      ['D2', 'proposal', '26', '20000.00', 'DealLost'],
      ['D5', 'qualification', '11', '8000.00', 'DealLost'],
    ]);
    const moves = await csv('report waterfall --from 2025-03-01T00:00Z --to 2025-03-20T00:00Z --closing 2025-Q1 --bucket won');
    expect(moves.map((row) => [row['deal'], row['deals'], row['value.USD']])).toEqual([
      ['D1', '-1', '-12000.00'],
      ['D8', '-1', '-9500.00'],
    ]);
    expect((await csv('report time-in-stage --as-of 2025-03-20T00:00Z')).map((row) => row['stage'])).toHaveLength(4);
  });

  it('says in a table what it is of, how many more there are, and that nobody is', async () => {
    const table = async (line: string): Promise<string> => renderText(await body(line), 'table');
    const cut = await table('report leadtimes --from qualified --to won --as-of 2025-03-20T00:00Z --behind n --limit 3');
    expect(cut).toMatch(/\nBehind all\n\n[^]*\nD1 [^]*\nD3 [^]*\n\n5 more, with a higher --limit\n/);
    expect(await table('report velocity --as-of 2025-01-06 --behind lost')).toContain('\nBehind lost\n\nno deal\n');
  });
});
