import { writeFile } from 'node:fs/promises';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Format } from './render/formats.js';

/** What a command found goes to stdout; what it says about itself goes to stderr, so that output can be piped. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function remark(line: string): void {
  process.stderr.write(`${line}\n`);
}

export interface OutputOptions {
  readonly format: Format;
  /** The file that takes the answer, instead of stdout. */
  readonly output?: string;
}

/** An answer on its way to stdout or into a file. */
export async function deliver(answer: string | Uint8Array, { output }: OutputOptions): Promise<void> {
  if (output !== undefined) {
    try {
      await writeFile(output, answer);
    } catch (error) {
      throw new CommandFailed(EXIT.failed, `${output} cannot be written: ${(error as Error).message}`);
    }
    remark(`written to ${output}`);
    return;
  }
  if (typeof answer === 'string') return print(answer);
  if (process.stdout.isTTY)
    throw new CommandFailed(EXIT.usage, 'these are no letters for a terminal: name a file with --output, or pipe them on');
  process.stdout.write(answer);
}
