import type { TSchema } from '@sinclair/typebox';
import type { TypeCheck } from '@sinclair/typebox/compiler';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { SchemaFault } from './errors.js';
import { InvalidEvent } from './errors.js';

const FAULTS_SHOWN = 5;

/** A compiled schema; compiled at first use, because a command line that reads one stream should not wait for fifty compilations. */
export interface Check {
  readonly schema: TSchema;
  (value: unknown): boolean;
  /** Never holds the values themselves: they may be somebody's clear text. */
  faults(value: unknown, under: string): readonly SchemaFault[];
}

export function checkOf(schema: TSchema): Check {
  let compiled: TypeCheck<TSchema> | undefined;
  const compile = (): TypeCheck<TSchema> => (compiled ??= TypeCompiler.Compile(schema));
  const check = (value: unknown): boolean => (compiled ?? compile()).Check(value);
  const faults = (value: unknown, under: string): readonly SchemaFault[] =>
    [...compile().Errors(value)].slice(0, FAULTS_SHOWN).map(({ path, message }) => ({ path: under + path, message }));
  return Object.assign(check, { schema, faults });
}

/** @throws InvalidEvent */
export function refuse(what: string, faults: readonly SchemaFault[]): never {
  throw new InvalidEvent(
    `${what} does not fit the event catalog: ${faults.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    faults,
  );
}
