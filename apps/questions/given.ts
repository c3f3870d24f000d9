import { nearest } from '../../libs/reporting/nearest.js';
import { QuestionNotUnderstood } from '../../libs/reporting/queries.js';
import type { Choice, Given, Parameter, Question } from './question.js';

const LONGEST = 500;

function values(parameter: Parameter, said: string | readonly string[]): readonly string[] {
  const all = typeof said === 'string' ? [said] : said;
  const { name, shape = 'one', choices } = parameter;
  if (shape !== 'many' && shape !== 'list' && all.length > 1) throw new QuestionNotUnderstood(`'${name}' is given more than once`);
  const split = shape === 'list' ? all.flatMap((text) => text.split(',')) : all;
  for (const value of split) {
    if (value.length > LONGEST) throw new QuestionNotUnderstood(`'${name}' is longer than ${LONGEST} characters`);
    if (value === '' && shape !== 'list') throw new QuestionNotUnderstood(`'${name}' is empty`);
    if (shape === 'flag' && value !== 'true' && value !== 'false') throw new QuestionNotUnderstood(`'${name}' is true or false`);
    if (choices && value !== '' && !choices.includes(value))
      throw new QuestionNotUnderstood(`'${value}' is no ${name}${nearest(value, choices)}; take of ${choices.join(', ')}`);
  }
  // `groupBy=` asks for no grouping at all.
  return shape === 'list' ? split.filter((value) => value !== '') : split;
}

/** What was said, checked against what the question takes: an unknown name is a fault, not ignored. @throws QuestionNotUnderstood */
export function readGiven(question: Question, said: Readonly<Record<string, unknown>>): Given {
  const given: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(said)) {
    const parameter = question.parameters.find((each) => each.name === name);
    if (!parameter) {
      const names = question.parameters.map((each) => each.name);
      throw new QuestionNotUnderstood(
        `'${name}' is nothing that ${question.command} takes${nearest(name, names)}; take of ${names.join(', ')}`,
      );
    }
    if (typeof value !== 'string' && !(Array.isArray(value) && value.every((each) => typeof each === 'string')))
      throw new QuestionNotUnderstood(`'${name}' must be text`);
    given[name] = values(parameter, value);
  }
  const missing = question.parameters.find(({ name, required }) => required && given[name] === undefined);
  if (missing) throw new QuestionNotUnderstood(`${question.command} needs '${missing.name}': ${missing.about}`);
  return given;
}

export function one(given: Given, name: string): string | undefined {
  return given[name]?.[0];
}

/** Of a parameter that is required: its absence was refused before. */
export function needed(given: Given, name: string): string {
  return one(given, name) ?? '';
}

/** Of a parameter with choices, as one of them. */
export function choice<C extends string>(given: Given, { name, choices }: Choice<C>): C | undefined {
  const said = one(given, name);
  return choices.find((each) => each === said);
}

/** @throws QuestionNotUnderstood */
export function number(given: Given, name: string): number | undefined {
  const text = one(given, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new QuestionNotUnderstood(`'${name}' must be a whole number`);
  return Number(text);
}

/** Only what was said: optional fields of a query are left out, never undefined. */
export function given<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T; // undefined is gone
}
