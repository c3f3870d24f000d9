import { connect } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { openAnswers } from '../../projections/answers/answers.js';
import { UTC } from '../../libs/reporting/time/report-zone.js';
import { tellDemo } from '../testing/demo.js';
import { runServer, temporaryFolder } from '../testing/running.js';
import type { Running } from '../testing/running.js';

const REPORTS = {
  waterfall: 'pipeline/waterfall?from=-2y',
  explain: 'pipeline/explain?then=-2y&groupBy=owner',
  funnel: 'funnel?cohort=2000..2099',
  leadTimes: 'leadtimes?from=registered&to=won&groupBy=owner',
  timeInStage: 'time-in-stage?groupBy=owner',
} as const;

/** The thread, for a test that looks at it and ends it. */
function reportsOf({ dealtrail }: Running): { readonly asked: number; readonly worker: Worker | undefined } {
  return (dealtrail.answersByZone as unknown as { reports: { asked: number; worker: Worker | undefined } }).reports;
}

/** Turn by turn until it is so, or for ten seconds. */
async function until(isSo: () => boolean): Promise<void> {
  const began = Date.now();
  while (!isSo()) {
    if (Date.now() - began > 10_000) throw new Error(`never: ${isSo.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('reports that follow deals, in a thread of their own', () => {
  const data = temporaryFolder();
  let server: Running;
  beforeAll(async () => {
    await tellDemo(data.folder, 200);
    server = await runServer(data.folder, { threads: true, indexed: true });
    await server.dealtrail.projector?.catchUp();
    await server.dealtrail.warmRows();
  });
  afterAll(async () => {
    await server.stop();
    data.remove();
  });

  const metric = async (name: string): Promise<number> => {
    const { text } = await server.ask('/metrics');
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
  };

  it('leave the thread that serves free for everybody else', async () => {
    const { worker } = reportsOf(server);
    if (worker === undefined) throw new Error('rows were read by nobody');
    // Once, so that code is warm on both sides.
    for (const path of Object.values(REPORTS)) expect((await server.ask(`/v1/reports/${path}`)).status).toBe(200);
    const before = { here: performance.eventLoopUtilization(), there: worker.performance.eventLoopUtilization() };
    const asked = Array.from({ length: 8 }, () => Object.values(REPORTS)).flat();
    let left = asked.length;
    const made = Promise.all(
      asked.map(async (path) => {
        expect((await server.ask(`/v1/reports/${path}`)).status).toBe(200);
        left -= 1;
      }),
    );
    expect((await server.ask('/v1/reports/pipeline')).status).toBe(200);
    expect(left).toBeGreaterThan(asked.length / 2); // the pipeline was answered before most of them
    await made;
    const here = performance.eventLoopUtilization(before.here).active;
    const there = worker.performance.eventLoopUtilization(before.there).active;
    expect(there).toBeGreaterThan(here);
  });

  it('answer as in the thread that serves, names withheld or not', async () => {
    const { eventStore, readStore, keyStore } = server.dealtrail;
    const here = openAnswers({ eventStore, readStore, keyStore, clock: { now: Date.now }, timeZone: UTC });
    const there = server.dealtrail.answers;
    const query = { cohort: '2000-01-01..2100-01-01', asOf: '2100-01-01', groupBy: ['owner'] } as const;
    for (const readPersonal of [false, true]) {
      expect(await there.funnel(query, { readPersonal })).toEqual(await here.funnel(query, { readPersonal }));
      const listed = { cohort: query.cohort, asOf: query.asOf, reached: 'won' };
      expect(await there.deals(listed, { readPersonal })).toEqual(await here.deals(listed, { readPersonal }));
    }
  });

  it('are refused as elsewhere: a word that is no milestone, a position that is not there, a zone that is none', async () => {
    const asked = ['leadtimes?from=registered&to=nowhere', 'velocity?after=99999999&timeoutMs=1', 'velocity?timeZone=Nowhere'];
    const answers = await Promise.all(asked.map((path) => server.ask(`/v1/reports/${path}`)));
    expect(answers.map(({ status }) => status)).toEqual([400, 503, 400]);
    expect(answers[1]?.json()).toMatchObject({ code: 'view/late', position: '00000000000099999999' });
  });

  it('show in the metrics and in doctor how many rows are kept, and what they take', async () => {
    const { keptRows } = (await server.ask('/v1/operations/doctor')).json() as { keptRows: { rows: number; bytes: number } };
    expect(keptRows.rows).toBeGreaterThan(1_000);
    expect(keptRows.bytes).toBeGreaterThan(keptRows.rows * 20);
    expect(await metric('dealtrail_kept_rows')).toBe(keptRows.rows);
    expect(await metric('dealtrail_kept_rows_size_bytes')).toBe(keptRows.bytes);
  });

  it('are no longer made for a client that has gone', async () => {
    const { hostname, port } = new URL(server.base);
    const sockets = Array.from({ length: 30 }, () => {
      const socket = connect(Number(port), hostname);
      socket.write(`GET /v1/reports/pipeline/explain?then=-3y&groupBy=owner HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`);
      return socket;
    });
    await until(() => reportsOf(server).asked >= 10);
    for (const socket of sockets) socket.destroy();
    // Gone at once: long before thirty of them could have been made.
    await until(() => reportsOf(server).asked <= 2);
    expect((await server.ask(`/v1/reports/${REPORTS.funnel}`)).status).toBe(200);
    expect(await metric('dealtrail_reports_asked')).toBe(0);
  });

  it('are refused in one line where the thread ends, and made by another one after that', async () => {
    const asked = server.ask(`/v1/reports/${REPORTS.explain}`);
    await until(() => reportsOf(server).asked > 0);
    await reportsOf(server).worker?.terminate();
    expect((await asked).json()).toMatchObject({ status: 503, detail: expect.stringContaining('ask again') as string });
    expect((await server.ask(`/v1/reports/${REPORTS.explain}`)).status).toBe(200);
  });
});
