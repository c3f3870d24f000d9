import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';

/** A process of ours, as it is run in earnest (npm run build comes first). */
export interface Process {
  readonly pid: number;
  /** Waits for a line on either stream. @throws where it ends before */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** What it ended with; null after a signal that it did not take. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  kill(signal: NodeJS.Signals): void;
}

/** Of the checkout, for specs that run from the sources and for what runs from dist alike. */
const ABOVE = join(import.meta.dirname, '../..');
const ROOT = basename(ABOVE) === 'dist' ? dirname(ABOVE) : ABOVE;

/** `main` under dist, such as `apps/api/main.js`. */
export function startProcess(main: string, args: readonly string[], environment: Readonly<Record<string, string>>): Process {
  const child = spawn(process.execPath, [join(ROOT, 'dist', main), ...args], { cwd: ROOT, env: { ...process.env, ...environment } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out, err })); // null after a signal
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => void child.kill(signal),
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(out) ?? pattern.exec(err);
        if (match) return match;
        const heard = new AbortController();
        const { signal } = heard;
        try {
          await Promise.race([
            once(child.stdout, 'data', { signal }),
            once(child.stderr, 'data', { signal }),
            ended.then(() => Promise.reject(new Error(`${main} ended without saying ${String(pattern)}: ${err}`))),
          ]);
        } finally {
          heard.abort(); // the stream that said nothing is no longer listened to
        }
      }
    },
  };
}
