/**
 * A rule of the business said no: nothing was appended. `code` is stable (`deal/not-open`), the message says what happened, to what,
 * and what would have been legal; `details` are for programs. Factories in `*.refusals.ts` make them; nobody else constructs one.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
