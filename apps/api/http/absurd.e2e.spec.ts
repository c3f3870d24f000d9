import { once } from 'node:events';
import { connect } from 'node:net';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';

const OURS = 'Host: localhost\r\nConnection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const parts = (body: string, type = 'multipart/form-data; boundary=x') =>
  `POST /v1/imports HTTP/1.1\r\n${OURS}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const posted = (headers: string, body: string) => `POST /v1/companies HTTP/1.1\r\n${OURS}${JSON_TYPE}${headers}\r\n${body}`;
const file = (name: string, text: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n${text}\r\n--x--\r\n`;

describe('whatever absurd thing comes over the wire', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    running = await runServer(data.folder);
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  async function answerTo(bytes: string): Promise<string> {
    const socket = connect(Number(new URL(running.base).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.write(bytes);
    await once(socket, 'end');
    socket.destroy();
    return text;
  }

  it.each([
    ['a header of 20 kB', `GET /health/live HTTP/1.1\r\n${OURS}X: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    [
      '3,000 headers',
      `GET /health/live HTTP/1.1\r\n${OURS}${Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1234\r\n`).join('')}\r\n`,
      431,
    ],
    ['an address of 10 kB', `GET /v1/deals/${'a'.repeat(10_000)} HTTP/1.1\r\n${OURS}\r\n`, 414],
    ['an address with half an escape', `GET /v1/deals/%zz HTTP/1.1\r\n${OURS}\r\n`, 400],
    ['a method that nobody has', `FETCH /v1/companies HTTP/1.1\r\n${OURS}\r\n`, 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['no HTTP', 'HELLO\r\n\r\n', 400],
    ['a length of less than nothing', posted('Content-Length: -1\r\n', ''), 400],
    ['two lengths', posted('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
    ['a length of 100 GB', posted('Content-Length: 99999999999\r\n', ''), 413],
    ['a body of 2 MB without a length', posted('Transfer-Encoding: chunked\r\n', `200000\r\n${' '.repeat(2 ** 21)}\r\n0\r\n\r\n`), 413],
    ['lists 200,000 deep', posted('Content-Length: 400000\r\n', `${'['.repeat(200_000)}${']'.repeat(200_000)}`), 400],
    ['a prototype', posted('Content-Length: 21\r\n', '{"__proto__":{"x":1}}'), 400],
    ['parts without a boundary', parts('{}', 'multipart/form-data'), 400],
    ['parts that end in their midst', parts('--x\r\nContent-Disp'), 400],
    ['a part named as a prototype', parts(file('__proto__', 'x')), 400],
    ['101 files', parts(`${file('files', 'x').replace('--x--\r\n', '').repeat(101)}--x--\r\n`), 413],
    ['a mapping of 2 MB', parts(file('mapping', 'x'.repeat(2 ** 21))), 400],
  ])('%s is answered in one problem', async (_, bytes, status) => {
    const text = await answerTo(bytes);
    expect(text.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text.toLowerCase()).toContain('content-type: application/problem+json');
    const [, body = ''] = /\r\n\r\n(.*)$/s.exec(text) ?? [];
    expect(JSON.parse(body)).toMatchObject({ status, detail: expect.any(String) as string });
    expect((await running.ask('/health/live')).status).toBe(200);
  });

  it('an answer with more money than can be told exactly is refused, not rounded', async () => {
    const { id } = (
      await running.post('/v1/requests', {
        contact: { new: { name: 'Anna Jansen' } },
        company: { new: { name: 'Brouwerij Dom' } },
        summary: 'a palace',
        source: { kind: 'unknown' },
        origin: { kind: 'spontaneous' },
        receivedBy: { employeeId: 'E17', department: 'sales' },
      })
    ).json() as { id: string };
    await running.post('/v1/pipelines', { id: 'palaces', template: 'four-stages' });
    await running.post(`/v1/deals/${id}/qualify-lead`, { pipelineId: 'palaces', ownerId: 'E17' });
    await running.post(`/v1/deals/${id}/estimate-value`, { value: { amount: '1000000000000.00', currency: 'EUR' } });
    const { position } = (await running.post('/v1/rates', { from: 'EUR', to: 'JPY', rate: '999999999' })).json() as { position: string };
    const plain = await running.ask(`/v1/reports/pipeline?groupBy=status&after=${position}`);
    expect(plain.json()).toMatchObject({ rows: [{ value: [{ amount: '1000000000000.00', currency: 'EUR' }] }] });
    for (const report of ['pipeline', 'pipeline/waterfall?from=2020-01-01&to=2030-01-01', 'forecast?period=2030']) {
      const converted = await running.ask(`/v1/reports/${report}${report.includes('?') ? '&' : '?'}convertTo=JPY`);
      expect(converted.json()).toMatchObject({ status: 422, code: 'question/too-large' });
    }
  });
});
