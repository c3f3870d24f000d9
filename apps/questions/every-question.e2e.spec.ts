import { parse } from 'csv-parse/sync';
import { renderText, render } from '../cli/render/answer.js';
import type { Days, Said } from '../testing/asked.js';
import { ASKED, daysBefore } from '../testing/asked.js';
import { tellDemo } from '../testing/demo.js';
import type { Running } from '../testing/running.js';
import { runServer, temporaryFolder } from '../testing/running.js';
import { one, readGiven } from './given.js';
import type { Question } from './question.js';
import { answerText } from './question.js';
import { QUESTIONS } from './questions.js';

const anybody = { readPersonal: true };

const CHARTS = ['report series', 'report waterfall', 'report funnel', 'report forecast-history'];

describe('every question', () => {
  const data = temporaryFolder();
  let running: Running;
  let knownAt: string;
  let days: Days;
  const json = async <T>(path: string): Promise<T> => (await running.ask(path)).json() as T; // as the answers' types say
  beforeAll(async () => {
    await tellDemo(data.folder, 60);
    running = await runServer(data.folder);
    await running.dealtrail.projector?.catchUp();
    const { basis } = await json<{ basis: { position: string; knownAt: string } }>('/v1/reports/pipeline');
    knownAt = `position:${basis.position}`;
    days = daysBefore(basis.knownAt);
  }, 60_000);
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  function url(question: Question, said: Said): string {
    return `${question.path.replace('{id}', 'D00003')}?${new URLSearchParams(said).toString()}`;
  }

  it('is asked in the words that people were promised', () => {
    expect(QUESTIONS.map(({ command }) => command).sort()).toEqual(Object.keys(ASKED).sort());
    expect(new Set(QUESTIONS.map(({ path }) => path)).size).toBe(QUESTIONS.length);
    expect(new Set(QUESTIONS.map(({ operationId }) => operationId)).size).toBe(QUESTIONS.length);
  });

  it('stands in the OpenAPI document with its parameters', async () => {
    type Document = { paths: Record<string, { get?: { operationId: string; parameters: { name: string; in: string }[] } }> };
    const { paths } = await json<Document>('/openapi.json');
    for (const { path, operationId, parameters } of QUESTIONS) {
      const get = paths[path]?.get;
      expect(get?.operationId).toBe(operationId);
      expect((get?.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name)).toEqual(
        parameters.map(({ name }) => name),
      );
    }
  });

  describe.each(QUESTIONS.map((question) => [question.command, question] as const))('%s', (command, question) => {
    const [report = '', saying] = ASKED[command] ?? [];
    const said = (): Said => saying?.(days) ?? {};
    const detailOf = async (path: string): Promise<[number, string]> => {
      const answer = await running.ask(path);
      return [answer.status, (answer.json() as { detail: string }).detail]; // a problem of ours
    };

    it('has the same body over HTTP as on the command line, and reads within 100 columns, as CSV, as Parquet, as a chart', async () => {
      const asOf: Said = question.parameters.some(({ name }) => name === 'asOf') ? { asOf: days.ago(30) } : {};
      const exact = { ...asOf, ...said(), knownAt };
      const { status, text: body } = await running.ask(url(question, exact));
      expect([status, body.slice(0, 200)]).toEqual([200, expect.stringMatching(new RegExp(`^\\{"report":"${report}"`))]);
      const given = readGiven(question, exact);
      const here = await question.ask(running.dealtrail.answersByZone.in(one(given, 'timeZone')), given, anybody, 'D00003');
      expect(answerText(here)).toBe(body);

      const table = renderText(body, 'table');
      expect(table.split('\n').filter((line) => [...line].length > 100)).toEqual([]);
      expect(table).not.toMatch(/undefined|NaN|\[object|…/);
      const rows = parse(renderText(body, 'csv'), { columns: true });
      expect(rows.length).toBeGreaterThan(0);
      const parquet = await render(body, 'parquet');
      expect(Buffer.from(parquet).subarray(0, 4).toString()).toBe('PAR1');
      if (CHARTS.includes(command)) expect(await render(body, 'svg')).toMatch(/^<svg [^]*<\/svg>\n$/);
      else await expect(render(body, 'svg')).rejects.toThrow(`no chart is drawn of ${report}`);
    });

    it('refuses what it does not take in one line, as 400', async () => {
      expect(await detailOf(url(question, { ...said(), colour: 'red' }))).toEqual([
        400,
        expect.stringContaining("'colour' is nothing that"),
      ]);
      for (const { name, choices, shape } of question.parameters) {
        const takesInstant = name === 'asOf' || name === 'knownAt';
        if ((choices === undefined && !takesInstant) || shape === 'many') continue;
        const [status, detail] = await detailOf(url(question, { ...said(), [name]: 'nonsense' }));
        expect([name, status, detail]).toEqual([name, 400, expect.stringMatching(/^'nonsense' is no [^\n]+$/)]);
      }
      for (const { name } of question.parameters.filter(({ required }) => required)) {
        const { [name]: _left, ...rest } = said();
        expect([name, (await running.ask(url(question, rest))).status]).toEqual([name, 400]);
      }
    });
  });

  it('takes dates as people say them, and its basis has the instants that they meant', async () => {
    const basisOf = async (asOf: string): Promise<string> => {
      const search = new URLSearchParams({ asOf, timeZone: 'Europe/Amsterdam' });
      return (await json<{ basis: { asOf: string } }>(`/v1/reports/pipeline?${search.toString()}`)).basis.asOf;
    };
    expect(await basisOf('2026-Q3')).toBe('2026-09-30T21:59:59.999Z');
    expect(await basisOf('2026-W42')).toBe('2026-10-18T21:59:59.999Z');
    expect(await basisOf('yesterday')).toMatch(/T2[23]:59:59\.999Z$/);
    expect(await basisOf('last month')).toMatch(/T2[23]:59:59\.999Z$/);
    expect(await basisOf('-1y')).toMatch(/^\d{4}-/);
    const { basis } = await json<{ basis: { period: { from: string } } }>('/v1/reports/forecast?period=last%20quarter');
    expect(basis.period.from).toMatch(/-01T00:00:00\.000Z$/);
  });

  it('is written as the caller accepts it: CSV, Parquet or a chart, else JSON', async () => {
    const path = `/v1/reports/pipeline/series?from=${days.ago(200)}&to=${days.ago(20)}&step=month&knownAt=${knownAt}`;
    const as = async (accept: string, url = path) => {
      const { status, headers, text } = await running.ask(url, { headers: { accept } });
      return [status, headers['content-type'], text.slice(0, 4)];
    };
    expect(await as('text/csv')).toEqual([200, 'text/csv; charset=utf-8', 'at,g']);
    expect(await as('image/svg+xml, */*;q=0.1')).toEqual([200, 'image/svg+xml; charset=utf-8', '<svg']);
    expect(await as('application/vnd.apache.parquet')).toEqual([200, 'application/vnd.apache.parquet', 'PAR1']);
    expect(await as('text/html, */*')).toEqual([200, 'application/json; charset=utf-8', '{"re']);
    expect(await as('text/csv, application/json')).toEqual([200, 'application/json; charset=utf-8', '{"re']);
    expect((await as('image/svg+xml', '/v1/reports/aging'))[0]).toBe(406);
    // Rows have no place for marks: an empty list of them says why in a header.
    const marksAs = async (accept: string) =>
      (await running.ask('/v1/reports/pipeline?asOf=1990', { headers: { accept } })).headers['dealtrail-marks'];
    expect(await marksAs('text/csv')).toMatch(/^1990-12-31T23:59:59\.999Z is before the first event of any deal, /);
    expect(await marksAs('application/vnd.apache.parquet')).toMatch(/is before the first event/);
    expect(await marksAs('application/json')).toBeUndefined();
  });

  it('without grouping is asked by `none`, which stands alone', async () => {
    const rows = async (groupBy: string) => (await json<{ rows: object[] }>(`/v1/reports/pipeline?groupBy=${groupBy}`)).rows;
    expect(await rows('none')).toHaveLength(1);
    expect((await running.ask('/v1/reports/pipeline?groupBy=none,stage')).status).toBe(400);
  });
});
