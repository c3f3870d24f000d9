import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { join } from 'node:path';
import { FIRST_NAMES, SURNAMES } from '../../../libs/demo/words.js';
import type { Personal } from '../../../libs/domain/shared/envelope.js';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import { openPersonal } from '../../../libs/privacy/opening.js';
import { changePersonal } from '../../../libs/privacy/personal-fields.js';
import type { Question } from '../../questions/question.js';
import { QUESTIONS } from '../../questions/questions.js';
import type { Days, Said } from '../../testing/asked.js';
import { ASKED, daysBefore } from '../../testing/asked.js';
import { tellDemo } from '../../testing/demo.js';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';
import { bearing, tokenFile } from '../../testing/tokens.js';

const PEOPLE = ['owner', 'manager'];

describe('without the right to read personal data', () => {
  const data = temporaryFolder();
  const file = join(data.folder, 'tokens.yaml');
  const tokens = tokenFile(file, {
    reader: { rights: ['read', 'write', 'correct', 'operate'] },
    confidant: { rights: ['read', 'personal'] },
  });
  let running: Running;
  let days: Days;
  /** Everything personal that the log holds, however short. */
  let employees: readonly string[];
  let texts: readonly string[];

  beforeAll(async () => {
    const dataDir = join(data.folder, 'data');
    await tellDemo(dataDir, 60);
    running = await runServer(dataDir, { environment: { DEALTRAIL_TOKENS: file }, feed: { heartbeatMs: 50 } });
    await running.dealtrail.projector?.catchUp();
    const { recordedAt } = await running.dealtrail.eventStore.head();
    days = daysBefore(new Date(recordedAt).toISOString());
    const all = await personalTexts();
    employees = [...new Set(all.filter(({ type }) => type.startsWith('Employee')).map(({ text }) => text))];
    // A role such as finance is a word like any other; whole sentences, addresses and names are not.
    texts = [...new Set([...all.map(({ text }) => text).filter((text) => text.length > 14), ...FIRST_NAMES, ...SURNAMES])];
    expect([employees.length > 3, texts.length > 150]).toEqual([true, true]);
  }, 60_000);
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  async function personalTexts(): Promise<readonly { readonly type: string; readonly text: string }[]> {
    const sealed: { readonly type: string; readonly value: Personal }[] = [];
    const { events } = await running.dealtrail.eventStore.readAll({ limit: 100_000 });
    for (const stored of events) {
      const event = catalog.decode(stored);
      changePersonal(catalog, event, (value) => {
        sealed.push({ type: event.type, value: value as Personal }); // what the catalog marks
        return value;
      });
    }
    const opened = await Promise.all(sealed.map(({ value }) => openPersonal(value, running.dealtrail.keyStore)));
    return opened.map((field, index) => ({
      type: sealed[index]?.type ?? '',
      text: field.state === 'present' ? field.text : '',
    }));
  }

  const read = async (token: string, path: string, accept = 'application/json'): Promise<string> => {
    const { status, text } = await running.ask(path, { headers: { ...bearing(token), accept } });
    expect([path, status]).toEqual([path, 200]);
    return text;
  };

  function told(answer: string): readonly string[] {
    return texts.filter((text) => answer.includes(text));
  }

  /** As of an instant of its own: asked twice it is the same question. */
  function saidTo({ command, parameters }: Question): Said {
    const [, say] = ASKED[command] ?? [];
    return { ...(parameters.some(({ name }) => name === 'asOf') ? { asOf: days.ago(1) } : {}), ...say?.(days) };
  }

  function pathsOf(question: Question): readonly string[] {
    const said = saidTo(question);
    const choices = question.parameters.find(({ name }) => name === 'groupBy')?.choices ?? [];
    const byPeople = PEOPLE.filter((name) => choices.includes(name)).map((groupBy) => ({ ...said, groupBy }));
    const ids = question.about === 'deal' ? Array.from({ length: 60 }, (_, index) => `D${String(index + 1).padStart(5, '0')}`) : [''];
    return ids.flatMap((id) =>
      [said, ...byPeople].map((each) => `${question.path.replace('{id}', id)}?${new URLSearchParams(each).toString()}`),
    );
  }

  it.each(QUESTIONS.map((question) => [question.command, question] as const))(
    '%s tells no name and no free text',
    async (_, question) => {
      for (const path of pathsOf(question)) {
        for (const accept of ['application/json', 'text/csv'])
          expect([path, told(await read(tokens.reader, path, accept))]).toEqual([path, []]);
        // The same answer but for what is withheld: nothing is counted or left out by it.
        const [seen, whole] = [await read(tokens.reader, path), await read(tokens.confidant, path)];
        if (told(whole).length > 0) expect(seen).toContain('"withheld"');
        else expect(seen.length).toBe(whole.length);
      }
    },
    60_000,
  );

  it('the answers that withhold would tell them to who has the right', async () => {
    const whole = await Promise.all(
      QUESTIONS.flatMap((question) => pathsOf(question).slice(0, 20)).map((path) => read(tokens.confidant, path)),
    );
    expect(told(whole.join('')).length).toBeGreaterThan(20);
  });

  it('a filter by a name finds nobody, in any report: nothing is found out by guessing', async () => {
    const filtered = QUESTIONS.filter(({ parameters }) => parameters.some(({ name }) => name === 'owner'));
    expect(filtered.length).toBeGreaterThan(8);
    const asked = (name: string, grouping: string) => `/v1/reports/pipeline?${new URLSearchParams({ [grouping]: name }).toString()}`;
    for (const grouping of PEOPLE) {
      const none = JSON.parse(await read(tokens.reader, asked('Nobody Inparticular', grouping))) as { totals: object };
      let found = 0;
      for (const name of employees) {
        const blind = JSON.parse(await read(tokens.reader, asked(name, grouping))) as { totals: object };
        expect([name, blind.totals]).toEqual([name, none.totals]);
        const seeing = JSON.parse(await read(tokens.confidant, asked(name, grouping))) as { totals: { all: { deals: number } } };
        found += seeing.totals.all.deals;
      }
      expect([grouping, found > 0]).toEqual([grouping, true]);
    }
    for (const question of filtered) {
      const path = (owner: string) => `${question.path}?${new URLSearchParams({ ...saidTo(question), owner }).toString()}`;
      const plain = (text: string, owner: string) => text.replaceAll(owner, '…');
      const nobody = 'Nobody Inparticular';
      const name = employees[1] ?? '';
      expect(plain(await read(tokens.reader, path(name)), name)).toBe(plain(await read(tokens.reader, path(nobody)), nobody));
    }
  }, 60_000);

  it('a subscription tells nothing either', async () => {
    const { position: head } = await running.dealtrail.eventStore.head();
    const subscribe = async (token: string): Promise<string> => {
      const sent = get(new URL('/v1/events', running.base), { headers: bearing(token), agent: false });
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      let text = '';
      for await (const chunk of answer) {
        text += String(chunk);
        if (text.includes(`id: ${head}\n`) && text.endsWith('\n\n')) break;
      }
      sent.destroy();
      return text;
    };
    expect(told(await subscribe(tokens.reader))).toEqual([]);
    expect(told(await subscribe(tokens.confidant)).length).toBeGreaterThan(100);
  });

  it('neither do commands and what operators see', async () => {
    const post = (path: string, body: object) => running.post(path, body, bearing(tokens.reader));
    const [first] = (await personalTexts()).filter(({ type }) => type === 'EmployeeRegistered');
    const answers = [
      await post('/v1/employees/E01/rename', { name: first?.text }),
      await post('/v1/employees', { id: 'E01', name: 'Another' }),
      await post('/v1/contacts', { id: 'P00001', name: 'Another' }),
      await post('/v1/deals/D00001/win', {}),
    ].map(({ text }) => text);
    const operating = await Promise.all(['doctor', 'lag', 'parked'].map((name) => read(tokens.reader, `/v1/operations/${name}`)));
    expect(told([...answers, ...operating].join(''))).toEqual([]);
  });
});
