import type { PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import type { ValidationError } from 'class-validator';
import { validateSync } from 'class-validator';
import type { Fault } from './problem.js';
import { malformed } from './problem.js';

const DEEPEST = 12;
const MOST_FAULTS = 50;

/** Deeper than any body of ours: refused before code that recurses meets it. */
function tooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  for (const key in value) if (tooDeep((value as Record<string, unknown>)[key], depth - 1)) return true; // parsed JSON: own keys alone
  return false;
}

function* faultsOf(errors: readonly ValidationError[], parent: string): Generator<Fault> {
  for (const error of errors) {
    const path = parent === '' ? error.property : `${parent}.${error.property}`;
    const constraints = error.constraints ?? {};
    const [first] = Object.values(constraints);
    if ('whitelistValidation' in constraints) yield { path, message: 'is not a field of this command' };
    // One fault a field: the rules of a nested object say the same thing twice.
    else if (first !== undefined) yield { path, message: error.value === undefined ? `is missing: it ${first}` : first };
    if (error.children) yield* faultsOf(error.children, path);
  }
}

/** The body as an instance of the class, every field checked and none unknown; else 400 with the path of each fault. */
export function checked<T extends object>(type: Type<T>): PipeTransform<unknown, T> & { transform(body: unknown): T } {
  return {
    transform(body: unknown): T {
      // An empty body says that nothing optional is said.
      const plain = body === undefined || body === null || body === '' ? {} : body;
      if (typeof plain !== 'object' || Array.isArray(plain)) throw malformed([{ path: '', message: 'must be a JSON object' }]);
      if (tooDeep(plain, DEEPEST)) throw malformed([{ path: '', message: `must not nest deeper than ${DEEPEST}` }]);
      const instance = plainToInstance(type, plain);
      const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true });
      if (errors.length > 0) throw malformed([...faultsOf(errors, '')].slice(0, MOST_FAULTS));
      return instance;
    },
  };
}
