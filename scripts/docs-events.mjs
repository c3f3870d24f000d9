// Writes what the event catalog says into docs/: events.md, schemas/ and asyncapi.yaml (npm run docs:events, behind a build).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { eventDocuments } = await import(new URL('../dist/apps/api/asyncapi/event-documents.js', import.meta.url).href);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(join(root, 'docs/schemas'), { recursive: true, force: true }); // what the catalog no longer names
for (const [file, text] of eventDocuments(version)) {
  const path = join(root, 'docs', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
