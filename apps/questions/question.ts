import type { Answers } from '../../projections/answers/answers.js';
import type { Asker } from '../../projections/answers/sources.js';

/** What somebody may say with a question: a query parameter over HTTP, an option on the command line. */
export interface Parameter {
  /** `asOf`; on the command line `--as-of`. */
  readonly name: string;
  readonly about: string;
  readonly example: string;
  /** What it must be one of. */
  readonly choices?: readonly string[];
  /** `many`: may be given several times. `list`: with commas too, for values that cannot hold one. `flag`: `true`, on the command line without a value. */
  readonly shape?: 'one' | 'many' | 'list' | 'flag';
  readonly required?: boolean;
  /** One of those that narrow which deals are meant. */
  readonly filter?: boolean;
}

/** A parameter that takes one of few words; the words are its type. */
export type Choice<C extends string> = Omit<Parameter, 'shape' | 'choices'> & { readonly choices: readonly C[] };

/** As given, checked against the parameters: every value of every name. */
export type Given = Readonly<Record<string, readonly string[]>>;

/** A question that people and services ask: one path over HTTP, one command on the command line, one operationId. */
export interface Question {
  /** On the command line: `report pipeline`, `deal show`. */
  readonly command: string;
  readonly operationId: string;
  readonly path: string;
  readonly summary: string;
  /** A path such as `/v1/deals/{id}` has an id. */
  readonly about?: 'deal';
  readonly parameters: readonly Parameter[];
  ask(answers: Answers, given: Given, asker: Asker, id: string): Promise<object>;
}

/** The body of every answer, over HTTP and on the command line alike: byte for byte. */
export function answerText(answer: object): string {
  return `${JSON.stringify(answer)}\n`;
}

export function flagOf(parameter: Parameter): string {
  return parameter.name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
