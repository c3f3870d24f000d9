import type { Format } from './render/formats.js';

/** What a command found goes to stdout; what it says about itself goes to stderr, so that output can be piped. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface FormatOption {
  readonly format: Format;
}
