import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenRefused } from '../authenticator.js';
import { FileTokens } from './file-tokens.js';
import { hashOfToken, isOurToken, makeToken } from './token.js';
import type { TokenEntry } from './token-list.js';
import { TokenFileRefused, linesOf, readTokenList } from './token-list.js';

const NOON = Date.parse('2026-03-02T12:00:00.000Z');
const [anna, bert] = [makeToken(), makeToken()];

function entry(token: string, fields: Partial<TokenEntry> = {}): TokenEntry {
  return { name: null, subject: 'E17', hash: hashOfToken(token), rights: new Set(['read'] as const), expiresAt: null, ...fields };
}

const fileOf = (...entries: readonly TokenEntry[]): string => `tokens:\n${entries.map(linesOf).join('\n')}\n`;

describe('a token', () => {
  it('has 256 random bits, and shows what it is', () => {
    expect(anna).toMatch(/^dealtrail_[A-Za-z0-9_-]{43}$/);
    expect([isOurToken(anna), isOurToken('eyJhbGciOi')]).toEqual([true, false]);
    expect(new Set(Array.from({ length: 1_000 }, makeToken)).size).toBe(1_000);
  });
});

describe('the file of tokens', () => {
  it('reads what it is written as, as YAML and as JSON', () => {
    const written = [
      entry(anna, { name: 'the reporting tool: "nightly"', subject: 'anna@acme.example', rights: new Set(['read', 'personal'] as const) }),
      entry(bert, { expiresAt: NOON }),
    ];
    expect(readTokenList(fileOf(...written), 'f')).toEqual(written);
    const json = { tokens: [{ subject: 'E17', hash: `sha256:${hashOfToken(anna).toString('hex')}`, rights: ['read'] }] };
    expect(readTokenList(JSON.stringify(json), 'f')).toEqual([entry(anna)]);
    expect(readTokenList('tokens:\n', 'f')).toEqual([]);
  });

  it('takes a date as the end of that day, and instants with their zone', () => {
    const expiry = (expires: string) => readTokenList(`${fileOf(entry(anna))}    expires: "${expires}"\n`, 'f')[0]?.expiresAt;
    expect(expiry('2026-03-02')).toBe(Date.parse('2026-03-02T23:59:59.999Z'));
    expect(expiry('2026-03-02T13:00:00+01:00')).toBe(NOON);
    for (const wrong of ['2026-02-30', 'soon', '2026-03-02T12:00:00']) expect(() => expiry(wrong)).toThrow('/tokens/0/expires');
  });

  const hash = `sha256:${'0'.repeat(64)}`;
  it.each([
    ['', 'Expected object, at /'],
    ['tokens: {}', 'Expected array, at /tokens'],
    [
      `tokens: [{ subject: E1, hash: '${hash}', rights: [admin] }]`,
      'rights must be a list of read, write, correct, operate, personal, at /tokens/0/rights',
    ],
    [`tokens: [{ subject: E1, hash: abc, rights: [read] }]`, 'hash must be sha256: and 64 hexadecimal digits'],
    [`tokens: [{ hash: '${hash}', rights: [read] }]`, 'subject must be text, at /tokens/0/subject'],
    [`tokens: [{ subject: E1, hash: '${hash}', rights: [read], right: write }]`, 'at /tokens/0/right'],
    [fileOf(entry(anna), entry(anna)), 'a token stands there twice, at /tokens/1/hash'],
    ['tokens: [', 'Flow sequence'],
  ])('is refused with the place of its fault: %j', (text, fault) => {
    const read = () => readTokenList(text, '/etc/tokens.yaml');
    expect(read).toThrow(TokenFileRefused);
    expect(read).toThrow(/^the file of tokens \/etc\/tokens\.yaml cannot be used: [^\n]+$/);
    expect(read).toThrow(fault);
  });
});

describe('tokens of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dealtrail-tokens-'));
  const file = join(folder, 'tokens.yaml');
  let now = NOON;
  let faults: string[] = [];
  const open = () =>
    new FileTokens({ file, clock: { now: () => now }, checkEveryMs: 1_000, onFault: ({ message }) => void faults.push(message) });
  beforeEach(() => {
    [now, faults] = [NOON, []];
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('stand for their subjects with their rights, and a stranger for nobody', async () => {
    writeFileSync(
      file,
      fileOf(entry(anna, { subject: 'E1', rights: new Set(['read', 'write'] as const) }), entry(bert, { subject: 'E2' })),
    );
    const tokens = open();
    expect(await tokens.authenticate(anna)).toMatchObject({ subject: 'E1', rights: new Set(['read', 'write']), expiresAt: null });
    expect((await tokens.authenticate(bert)).subject).toBe('E2');
    for (const stranger of [makeToken(), '', hashOfToken(anna).toString('hex'), `${anna}x`])
      await expect(tokens.authenticate(stranger)).rejects.toThrow(new TokenRefused('the token is not known here'));
  });

  it('end when they expire', async () => {
    writeFileSync(file, fileOf(entry(anna, { expiresAt: NOON + 1 })));
    const tokens = open();
    const { holds } = await tokens.authenticate(anna);
    expect(holds()).toBe(true);
    now += 1;
    expect(holds()).toBe(false);
    await expect(tokens.authenticate(anna)).rejects.toThrow('the token has expired');
  });

  it('are read again when the file changes: one that is taken out ends, also for who came before', async () => {
    writeFileSync(file, fileOf(entry(anna), entry(bert)));
    const tokens = open();
    const [ofAnna, ofBert] = [await tokens.authenticate(anna), await tokens.authenticate(bert)];
    writeFileSync(`${file}.new`, fileOf(entry(bert)));
    renameSync(`${file}.new`, file);
    now += 1_000;
    await expect(tokens.authenticate(anna)).rejects.toThrow(TokenRefused);
    expect([ofAnna.holds(), ofBert.holds()]).toEqual([false, true]);
    writeFileSync(file, fileOf(entry(bert, { rights: new Set(['read', 'write'] as const) })));
    now += 1_000;
    expect(ofBert.holds()).toBe(false); // other rights: who lasts comes back and gets them
    expect([...(await tokens.authenticate(bert)).rights]).toEqual(['read', 'write']);
  });

  it('hold on as they were when a changed file cannot be used, which is told once', async () => {
    writeFileSync(file, fileOf(entry(anna)));
    const tokens = open();
    for (const harm of [() => writeFileSync(file, 'tokens: ['), () => rmSync(file)]) {
      harm();
      for (let time = 0; time < 3; time += 1) {
        now += 1_000;
        expect((await tokens.authenticate(anna)).subject).toBe('E17');
      }
    }
    expect(faults).toEqual([expect.stringContaining('cannot be used'), expect.stringContaining('cannot be read: ENOENT')]);
    expect(open).toThrow(TokenFileRefused);
  });
});
