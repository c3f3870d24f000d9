import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');

describe('the build that npm start and ./dealtrail begin with', () => {
  const house = mkdtempSync(join(tmpdir(), 'dealtrail-build-'));
  const source = join(house, 'apps/cli/main.ts');

  beforeAll(() => {
    for (const file of ['.swcrc', 'package.json', 'dealtrail', 'scripts/build.mjs']) cpSync(join(ROOT, file), join(house, file));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    mkdirSync(join(house, 'apps/cli'), { recursive: true });
    writeFileSync(source, "const greeting: string = 'first';\nprocess.stdout.write(`${greeting}\\n`);\n");
  });
  afterAll(() => rmSync(house, { recursive: true }));

  const start = (): Promise<{ stdout: string; stderr: string }> => promisify(execFile)(join(house, 'dealtrail'), []);

  it('is made where there is none, with one line that says so', async () => {
    expect(await start()).toEqual({ stdout: 'first\n', stderr: 'dealtrail: no build yet, building once …\n' });
  });

  it('is left alone while the sources are what they were', async () => {
    expect(await start()).toEqual({ stdout: 'first\n', stderr: '' });
  });

  it('is made anew, with one line, where a source has changed, and then holds that one', async () => {
    writeFileSync(source, "const greeting: string = 'second';\nprocess.stdout.write(`${greeting}\\n`);\n");
    expect(await start()).toEqual({ stdout: 'second\n', stderr: 'dealtrail: the build is older than the sources, rebuilding …\n' });
    expect(await start()).toEqual({ stdout: 'second\n', stderr: '' });
  });

  it('that cannot be made leaves the old one, and says where the source is wrong', async () => {
    const before = readFileSync(join(house, 'dist/apps/cli/main.js'), 'utf8');
    writeFileSync(source, 'const = ;\n');
    await expect(start()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('main.ts') });
    expect(readFileSync(join(house, 'dist/apps/cli/main.js'), 'utf8')).toBe(before);
  });
});
