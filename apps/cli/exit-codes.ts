/** 0 done, 1 the work failed, 2 wrong usage, 3 verification found damage (design section 8). */
export const EXIT = { done: 0, failed: 1, usage: 2, damage: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one line for people. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
