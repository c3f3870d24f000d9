import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The built file of this name in the folder of a module (its `import.meta.url`). A worker thread runs what was built, also where the sources are run as they are (tests):
 * those are three folders or less below the folder that holds `dist`.
 */
export function builtBeside(moduleUrl: string, name: string): string {
  const file = fileURLToPath(moduleUrl);
  const folder = dirname(file);
  if (!file.endsWith('.ts')) return join(folder, name);
  const rooms = folder.split(sep);
  const room = rooms.findLastIndex((part) => part === 'libs' || part === 'apps');
  return join(rooms.slice(0, room).join(sep), 'dist', ...rooms.slice(room), name);
}
