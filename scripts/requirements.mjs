// Lists the requirement ids of ../shared/requirements.md and the tests that cite them; `--open` lists only the ids that no test cites.
// The requirements stand beside the checkout; without them only the citations are listed.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, '..', 'shared', 'requirements.md');
const ID = /\b(?:RQ|AS|QL|RV|KK|QT|CL|MK|AL|AC|PR|LT|SU|SO|NU|FC|EF|PF|TN|PC|CF|SV)\d{2}\b/g;

const cited = new Map();
for (const room of ['apps', 'libs', 'projections']) {
  for (const entry of readdirSync(join(root, room), { withFileTypes: true, recursive: true })) {
    if (!entry.name.endsWith('.spec.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    for (const id of new Set(readFileSync(file, 'utf8').match(ID) ?? [])) {
      cited.set(id, [...(cited.get(id) ?? []), relative(root, file)]);
    }
  }
}
const required = existsSync(page)
  ? [...readFileSync(page, 'utf8').matchAll(/^\| ([A-Z]{2}\d{2}) \| (.*?) \| (MUST|SHOULD|MAY) \|/gm)].map(([, id, text, force]) => ({
      id,
      text,
      force,
    }))
  : [...cited.keys()].sort().map((id) => ({ id, text: '', force: '' }));

const openOnly = process.argv.includes('--open');
for (const { id, text, force } of required) {
  const tests = cited.get(id);
  if (openOnly && tests) continue;
  console.log(`${id}  ${force.padEnd(6)} ${tests ? tests.join(', ') : `- no test cites it: ${text.slice(0, 90)}`}`);
}
const met = required.filter(({ id }) => cited.has(id)).length;
console.log(`${met} of ${required.length} requirements are cited by a test, ${required.length - met} by none.`);
const unknown = existsSync(page) ? [...cited.keys()].filter((id) => !required.some((one) => one.id === id)) : [];
if (unknown.length > 0) {
  console.error(`Cited, but not in the requirements: ${unknown.join(', ')}`);
  process.exitCode = 1;
}
