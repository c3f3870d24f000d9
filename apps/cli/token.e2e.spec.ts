import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '../testing/processes.js';
import { temporaryFolder } from '../testing/running.js';

const data = temporaryFolder();
const file = join(data.folder, 'tokens.yaml');
const at = ['--data-dir', join(data.folder, 'data')];
afterAll(() => data.remove());

const dealtrail = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  startProcess('apps/cli/main.js', args, { DEALTRAIL_TOKENS: file, ...environment }).ended;

async function create(...options: string[]): Promise<{ readonly lines: string; readonly token: string }> {
  const { code, out, err } = await dealtrail(['token', 'create', ...options]);
  expect([code, err]).toEqual([0, expect.stringContaining('not shown again')]);
  const [, lines = '', token = ''] = /^((?: {2}- | {4})[^]*?)(dealtrail_\S+)\n$/.exec(out) ?? [];
  expect(lines).not.toContain(token);
  return { lines, token };
}

describe('tokens on the command line', () => {
  it('are made, listed, and open a server to the commands that have the right', async () => {
    const all = await create('--subject', 'E17', '--rights', 'read,write,operate,personal', '--name', 'operator');
    const reader = await create('--subject', 'anna@acme.example', '--rights', 'read', '--expires', '2999-12-31');
    writeFileSync(file, `tokens:\n${all.lines}${reader.lines}`);
    const listed = await dealtrail(['token', 'list']);
    expect(listed.out).toMatch(
      /operator +E17 +read, write, operate, personal +never\n[^\n]*anna@acme\.example +read +2999-12-31T23:59:59\.999Z/,
    );

    const server = startProcess('apps/api/main.js', [], {
      ...{ DEALTRAIL_DATA_DIR: at[1] ?? '', DEALTRAIL_DEMO: 'off', PORT: '0', DEALTRAIL_PROTOCOL_PORT: 'off' },
      ...{ DEALTRAIL_TOKENS: file, DEALTRAIL_LISTEN: '0.0.0.0' },
    });
    const [, address = ''] = await server.says(/answers at (http:\S+),/);
    // The owner of the data directory is found, and asked with the token of the environment.
    const lag = (environment: Readonly<Record<string, string>>) => dealtrail(['lag', ...at], environment);
    expect(await lag({ DEALTRAIL_TOKEN: reader.token })).toMatchObject({
      code: 0,
      out: expect.stringContaining('pipeline-snapshot') as string,
    });
    expect(await lag({})).toEqual({
      code: 1,
      out: '',
      err: 'dealtrail: this needs a bearer token in the header Authorization; set DEALTRAIL_TOKEN to a token of that server\n',
    });
    expect((await lag({ DEALTRAIL_TOKEN: 'dealtrail_guessed' })).err).toBe(
      'dealtrail: the token is not known here; set DEALTRAIL_TOKEN to a token of that server\n',
    );
    const pause = (token: string) => dealtrail(['pause', '--url', address], { DEALTRAIL_TOKEN: token });
    expect(await pause(reader.token)).toEqual({
      code: 1,
      out: '',
      err: "dealtrail: this needs the right 'operate', which the token does not give; set DEALTRAIL_TOKEN to one that does\n",
    });
    expect(await pause(all.token)).toMatchObject({ code: 0 });
    const imported = await dealtrail(
      ['import', 'examples/imports/row-per-deal/mapping.yaml', '--dir', 'examples/imports/row-per-deal', ...at],
      { DEALTRAIL_TOKEN: reader.token },
    );
    expect([imported.code, imported.err]).toEqual([1, expect.stringContaining("needs the right 'operate'")]);
    server.kill('SIGTERM');
    const { code, err } = await server.ended;
    expect([code, err]).toEqual([0, expect.stringContaining('clear text')]);
    expect(err).not.toContain('dealtrail_');
  }, 60_000);

  it.each([
    [['--subject', 'E17', '--rights', 'admin'], "'admin' is no right; take of read, write, correct, operate, personal"],
    [['--subject', '', '--rights', 'read'], '--subject must be one line of 1 to 500 characters'],
    [
      ['--subject', 'E17', '--rights', 'read', '--expires', 'soon'],
      "'soon' is neither a date nor an instant with its zone, such as 2027-01-31T12:00:00Z",
    ],
    [['--subject', 'E17', '--rights', 'read', '--expires', '2020-01-01'], "'2020-01-01' is over"],
  ])('are not made of %j', async (options, line) => {
    expect(await dealtrail(['token', 'create', ...options])).toEqual({ code: 2, out: '', err: `dealtrail: ${line}\n` });
  });

  it('are needed by a server beyond loopback, whose start says so in one line', async () => {
    const refused = await startProcess('apps/api/main.js', [], { DEALTRAIL_LISTEN: '0.0.0.0', DEALTRAIL_DATA_DIR: at[1] ?? '' }).ended;
    expect([refused.code, refused.err.split('\n').length, refused.err]).toEqual([
      2,
      2,
      expect.stringContaining('only with authentication'),
    ]);
    const broken = await startProcess('apps/api/main.js', [], {
      DEALTRAIL_TOKENS: '/nowhere',
      DEALTRAIL_DATA_DIR: at[1] ?? '',
      DEALTRAIL_PROTOCOL_PORT: 'off',
    }).ended;
    expect([broken.code, broken.err]).toEqual([
      2,
      expect.stringMatching(/^dealtrail: the file of tokens \/nowhere cannot be read: [^\n]*\n$/),
    ]);
  }, 60_000);
});
