import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answering } from '../../libs/testing/answering.js';
import { openAnswering } from '../../libs/testing/answering.js';
import { metricsFixtureWithQuotas } from '../../libs/testing/metrics-fixture.js';
import { runSamples } from '../testing/report-samples.js';
import { QUESTIONS } from './questions.js';

const FOLDER = join(import.meta.dirname, '../../docs/reports');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));

/** `UPDATE_SAMPLES=1` writes the pages as they run, to be read before they are committed. */
const UPDATE = process.env['UPDATE_SAMPLES'] === '1';

function same(file: string, expected: string): void {
  if (UPDATE) writeFileSync(join(FOLDER, file), expected);
  expect(readFileSync(join(FOLDER, file), 'utf8')).toBe(expected);
}

describe('the pages about reports', () => {
  let answering: Answering;
  beforeAll(async () => {
    answering = await openAnswering(metricsFixtureWithQuotas(), { now: Date.parse('2025-04-01'), logMadeAt: Date.parse('2025-01-01') });
  });
  afterAll(() => answering.close());

  it('are one for every report', () => {
    const reports = QUESTIONS.flatMap(({ command }) => (command.startsWith('report ') ? [`${command.slice('report '.length)}.md`] : []));
    expect(PAGES.filter((name) => name !== 'README.md').sort()).toEqual([...reports, 'deal.md'].sort());
  });

  it.each(PAGES)('%s shows what its commands print, and the parameters that there are', async (name) => {
    const page = readFileSync(join(FOLDER, name), 'utf8');
    const { text, files } = await runSamples(page, answering.answers, answering.eventStore.identity.logId);
    expect(page).toContain('$ ./dealtrail ');
    same(name, text);
    for (const [file, chart] of files) {
      same(file, chart);
      expect(page).toContain(`](${file})`);
    }
  });
});
