import { readFileSync } from 'node:fs';

/** Of package.json, which stands beside `dist`, and two folders up from the sources. */
export function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }).version; // npm demands one
    } catch {
      continue;
    }
  }
  return 'unknown';
}
