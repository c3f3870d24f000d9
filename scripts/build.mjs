// Compiles apps, libs and projections to dist/ with swc (types are checked by `npm run check`, not here), and writes a stamp
// of the sources it saw. `--if-stale` does nothing when dist/ already holds this source; ./dealtrail and npm start call it so.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = ['apps', 'libs', 'projections', 'bench'];
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');

function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => (file.endsWith('.ts') && !file.endsWith('.d.ts')) || file.endsWith('.json') || file.endsWith('.yaml'))
    .sort();
}

function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of [...files, join(root, '.swcrc'), join(root, 'package.json')]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const files = rooms.flatMap((room) => sources(join(root, room)));
const stamp = fingerprint(files);
const built = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : undefined;
if (process.argv.includes('--if-stale') && built === stamp) process.exit(0);
if (process.argv.includes('--announce')) {
  process.stderr.write(
    built === undefined ? 'dealtrail: no build yet, building once …\n' : 'dealtrail: the build is older than the sources, rebuilding …\n',
  );
}

const { transformFile } = await import('@swc/core');
// Built beside the old one and swapped at the end, so that a running process or a second builder never sees half a build.
const fresh = join(root, `.build/dist-${process.pid}`);
rmSync(fresh, { recursive: true, force: true });
await Promise.all(
  files.map(async (file) => {
    const target = join(fresh, relative(root, file));
    mkdirSync(dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) return writeFileSync(target, readFileSync(file));
    if (file.endsWith('.spec.ts')) return undefined;
    const { code, map } = await transformFile(file, { configFile: join(root, '.swcrc'), sourceFileName: relative(dirname(target), file) });
    const js = target.replace(/\.ts$/, '.js');
    writeFileSync(js, `${code}\n//# sourceMappingURL=${js.slice(js.lastIndexOf('/') + 1)}.map\n`);
    return writeFileSync(`${js}.map`, map);
  }),
);
writeFileSync(join(fresh, '.stamp'), stamp);
const old = join(root, `.build/old-${process.pid}`);
if (existsSync(dist)) renameSync(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
