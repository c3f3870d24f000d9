import type { JsonObject } from '../../libs/domain/shared/envelope.js';
import { catalog } from '../../libs/event-catalog/catalog.js';
import { openAll } from '../../libs/privacy/opening.js';
import { readConfig } from '../wiring/config.js';
import { openDealtrail } from '../wiring/open-dealtrail.js';
import { exchange } from './http.js';
import type { Process } from './processes.js';
import { startProcess } from './processes.js';
import { temporaryFolder } from './running.js';

/** Every text of personal fields, in any event: what was sealed is opened and compared with what was there. */
function textsOf(sealed: unknown, opened: unknown, found: Set<string>): Set<string> {
  if (typeof opened === 'string' && JSON.stringify(sealed) !== JSON.stringify(opened)) found.add(opened);
  else if (opened instanceof Object && sealed instanceof Object) {
    for (const [key, value] of Object.entries(opened)) textsOf((sealed as Readonly<Record<string, unknown>>)[key], value, found);
  }
  return found;
}

async function personalTexts(dataDir: string): Promise<Set<string>> {
  const dealtrail = await openDealtrail(readConfig({}, { dataDir }), { mode: 'reader' });
  const found = new Set<string>();
  const { events } = await dealtrail.eventStore.readAll({ limit: 100_000 });
  for (const stored of events) {
    const { data } = catalog.decode(stored);
    textsOf(data, await openAll(data as JsonObject, dealtrail.keyStore), found);
  }
  await dealtrail.close();
  return found;
}

describe('logs', () => {
  const data = temporaryFolder();
  let server: Process;
  afterAll(() => {
    server.kill('SIGKILL');
    data.remove();
  });

  it('hold no name and no free text, at the most talkative level, of the demo, of commands and of what was refused', async () => {
    server = startProcess('apps/api/main.js', [], {
      DEALTRAIL_DATA_DIR: data.folder,
      DEALTRAIL_DEMO: '40',
      DEALTRAIL_LOG_LEVEL: 'trace',
      DEALTRAIL_PROTOCOL_PORT: 'off',
      PORT: '0',
    });
    const [, base = ''] = await server.says(/Dealtrail answers at (\S+),/);
    const post = (path: string, body: unknown) => exchange(base, path, { method: 'POST', body });
    const mine = [
      'Xaviera Quillfeather',
      'quill@feather.example',
      '+31 6 5550 1234',
      'Hushhush Holdings',
      'a very private remark',
      'Zzyzx',
    ];
    const [name, email, phone, company, remark, query] = mine as [string, string, string, string, string, string];
    const request = {
      contact: { new: { name, email, phone } },
      company: { new: { name: company } },
      summary: remark,
      source: { kind: 'unknown' },
      origin: { kind: 'spontaneous' },
      receivedBy: { employeeId: 'e-1', department: 'sales' },
    };
    const made = await post('/v1/requests', request);
    expect(made.status).toBe(201);
    const { id, position } = made.json() as { id: string; position: string };
    const refused = [
      await post(`/v1/deals/${id}/lose`, { reasons: ['price'], note: remark }),
      await post('/v1/requests', { ...request, summary: 7, [remark]: name }),
      await post('/v1/requests', `{"summary": "${remark}`),
      await post(`/v1/deals/${encodeURIComponent(name)}/win`, { value: { amount: '1.00', currency: 'EUR' } }),
      await exchange(base, `/v1/deals?search=${query}&owner=${encodeURIComponent(name)}`),
      await exchange(base, `/${query}?name=${encodeURIComponent(name)}`),
    ].map(({ status }) => status);
    expect(refused.every((status) => status >= 400 && status < 500)).toBe(true);
    expect((await exchange(base, `/v1/deals?search=Quill&after=${position}`)).status).toBeLessThan(500);
    server.kill('SIGTERM');
    const { code, err } = await server.ended;
    expect(code).toBe(0);

    const logged = err.split('\n').filter((line) => line.startsWith('{'));
    expect(logged.filter((line) => line.includes('"msg":"request"')).length).toBeGreaterThanOrEqual(8);
    expect(logged.some((line) => line.includes('"msg":"a page was committed"'))).toBe(true);
    const texts = await personalTexts(data.folder);
    expect(texts).toContain(name);
    expect(texts.size).toBeGreaterThan(100);
    // Short words stand in our own lines too.
    const long = [...texts, ...mine, encodeURIComponent(name)].filter((text) => text.length > 4);
    expect(long.filter((text) => logged.some((line) => line.includes(text)))).toEqual([]);
  }, 60_000);
});
