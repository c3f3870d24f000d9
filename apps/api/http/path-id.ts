import { Param } from '@nestjs/common';
import { idFault } from './fields.js';
import { malformed } from './problem.js';

const idPipe = {
  transform(value: unknown): string {
    const fault = idFault(value);
    if (fault !== undefined) throw malformed([{ path: 'path id', message: fault }]);
    return value as string; // no fault: it is text
  },
};

/** `{id}` of the path, checked. */
export function PathId(): ParameterDecorator {
  return Param('id', idPipe);
}
