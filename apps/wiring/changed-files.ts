import { readFileSync } from 'node:fs';

const EVERY_MS = 10_000;

export interface ChangedFilesOptions {
  readonly files: readonly string[];
  /** Takes what is new into use; where it throws, what was before goes on. */
  readonly use: () => void;
  /** Told once for each content that cannot be used. */
  readonly onFault: (fault: Error) => void;
  /** How long a change may go unnoticed; default 10 s. */
  readonly everyMs?: number;
}

/**
 * Reads the files again and again, and takes them into use where one of them changed: a renewed certificate needs no restart. By content, because who renews may
 * replace the file, what it links to, or the folder it is in. Files that are being replaced one after the other may not fit for a moment: they are tried again when
 * the next has changed. @returns how to stop
 */
export function useChangedFiles({ files, use, onFault, everyMs = EVERY_MS }: ChangedFilesOptions): () => void {
  let seen = contentsOf(files);
  const timer = setInterval(() => {
    const now = contentsOf(files);
    if (now.every((content, index) => content === seen[index])) return;
    seen = now;
    try {
      use();
    } catch (error) {
      onFault(error as Error); // ConfigError and the like: nothing else is thrown here
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** Undefined where a file cannot be read. */
function contentsOf(files: readonly string[]): (string | undefined)[] {
  return files.map((file) => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return undefined;
    }
  });
}
