import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { VARIABLES } from '../wiring/config.js';
import { runPage, words } from './page-samples.js';

const ROOT = join(import.meta.dirname, '../..');
/** `UPDATE_SAMPLES=1` writes the pages as they run, to be read before they are committed. */
const UPDATE = process.env['UPDATE_SAMPLES'] === '1';

/** Pages whose samples are run, those that call curl only where there is one. */
const CURL = spawnSync('curl', ['--version']).status === 0;
const RUN = ['README.md', 'docs/importing.md', 'docs/http.md', 'docs/time.md'].filter((name) => {
  const runs = CURL || !readFileSync(join(ROOT, name), 'utf8').includes('$ curl ');
  if (!runs) process.stderr.write(`samples of ${name}: tests skipped, there is no curl on the PATH\n`);
  return runs;
});

/** Where pages of ours are. */
const ROOMS = ['.', 'docs', 'bench', 'docker', 'examples', 'libs', 'apps', 'projections'];

function pages(): string[] {
  const found = ROOMS.flatMap((room) => {
    const folder = join(ROOT, room);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: room !== '.', encoding: 'utf8' }).map((name) => join(folder, name));
  });
  return found.filter((file) => file.endsWith('.md') && !file.includes('node_modules')).map((file) => relative(ROOT, file));
}

interface DependencyRules {
  readonly forbidden: readonly {
    readonly name: string;
    readonly from: { readonly path: string };
    readonly to: { readonly pathNot: readonly string[] };
  }[];
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(page: string): Set<string> {
  return new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

function brokenLinks(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8').replace(/```[^]*?```/g, '');
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
  });
}

describe('pages for users', () => {
  it.each(RUN)(
    '%s shows what its commands print',
    async (name) => {
      const file = join(ROOT, name);
      const page = readFileSync(file, 'utf8');
      const told = await runPage(page, { fresh: UPDATE });
      if (UPDATE) writeFileSync(file, told);
      expect(page).toMatch(/^\$ (\.\/dealtrail|curl) /m);
      expect(words(UPDATE ? told : page)).toBe(words(told));
    },
    60_000,
  );

  it('link to what is there', () => {
    const broken = pages().map((page) => ({ page, broken: brokenLinks(page) }));
    expect(broken.length).toBeGreaterThan(30);
    expect(broken.filter((one) => one.broken.length > 0)).toEqual([]);
  });

  it('lead to every page that there is: from that of their folder, and from that of docs', () => {
    const linkedFrom = (page: string): string[] => {
      const links = [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/g)];
      return links.map(([, link = '']) => relative(ROOT, resolve(ROOT, dirname(page), link)));
    };
    for (const folder of ['docs', 'docs/reports']) {
      const linked = linkedFrom(`${folder}/README.md`);
      const pagesThere = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md') && name !== 'README.md');
      expect(pagesThere.filter((name) => !linked.includes(`${folder}/${name}`))).toEqual([]);
    }
  });

  it('tell of every room what it may import, as the rules of npm run check do', () => {
    const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const told = Object.fromEntries(
      [...page.matchAll(/^\| \[([a-z/-]+)\]\(.*?\) +\|.*\| ([a-z, -]+?) +\|$/gm)].map(([, room = '', imports = '']) => [
        room,
        imports === 'nobody' ? [] : imports.split(', '),
      ]),
    );
    const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as DependencyRules; // its own shape
    const ruled = forbidden.filter(({ name }) => name.endsWith('-imports-only'));
    const rules = Object.fromEntries(
      ruled.map(({ from, to }) => [
        from.path.slice(1, -1),
        to.pathNot.slice(1).map((path) =>
          path
            .slice(1)
            .replace(/^libs\/read-store\/read-store.*$/, 'read-store port')
            .replace(/^libs\/(.*)\/$/, '$1'),
        ),
      ]),
    );
    const rooms = readdirSync(join(ROOT, 'libs'))
      .filter((name) => name !== 'testing')
      .map((name) => `libs/${name}`);
    expect(Object.keys(told).sort()).toEqual([...rooms, 'projections'].sort());
    expect(told).toEqual(Object.fromEntries(Object.entries(rules).filter(([room]) => existsSync(join(ROOT, room)))));
  });

  it('list every decision', () => {
    const index = readFileSync(join(ROOT, 'docs/decisions/README.md'), 'utf8');
    const decisions = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));
    expect([...index.matchAll(/\]\((\d{4}-[^)]+)\)/g)].map(([, name]) => name)).toEqual(decisions);
  });

  it('name every environment variable that Dealtrail reads, with its default and meaning, and no other', () => {
    const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(([, name, fallback, meaning]) => [
      name,
      fallback,
      meaning,
    ]);
    const read = Object.values(VARIABLES).map(({ name, fallback, meaning }) => [name, fallback === '' ? '-' : `\`${fallback}\``, meaning]);
    expect(rows).toEqual(read);
  });
});
