import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Java 17 or newer, and Maven, are on the PATH. */
export function javaIsThere(): boolean {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0);
  return major >= 17 && spawnSync('mvn', ['--version']).status === 0;
}

/** libs/testing of the sources: from the build in dist/ too, where neither the poms nor the Java files are. */
export const testingSources = sourceFolder();

function sourceFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return existsSync(join(here, 'mongo-server', 'pom.xml')) ? here : join(here, '..', '..', '..', 'libs', 'testing');
}

/** Fetches what the pom in libs/testing/<name> lists, once; the folder is ignored by git. */
export async function jarsOf(name: string): Promise<string> {
  const folder = join(testingSources, '..', '..', '.build', name);
  if (existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.jar'))) return folder;
  const fresh = `${folder}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${fresh}`];
  await promisify(execFile)('mvn', ['-q', '-B', '-f', join(testingSources, name, 'pom.xml'), ...goal]);
  try {
    renameSync(fresh, folder);
  } catch {
    // Another test process was faster.
    rmSync(fresh, { recursive: true, force: true });
  }
  return folder;
}
