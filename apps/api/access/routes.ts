import type { FastifyRequest } from 'fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Need } from './operation-rights.js';
import { OPERATION_RIGHTS, isDocumentation } from './operation-rights.js';

interface Operation {
  readonly operationId: string;
  security?: object[];
  'x-right'?: string;
}

/** Every operation of the document with its method and path. */
function operationsOf({ paths }: OpenAPIObject): (readonly [method: string, path: string, operation: Operation])[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'delete', 'patch'] as const).flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [[method.toUpperCase(), path, operation as Operation] as const]; // all of ours have an operationId
    }),
  );
}

/** The document, saying of every operation that it needs a token and with which right. @throws TypeError for an operation of which nobody said it */
export function withRights(document: OpenAPIObject): OpenAPIObject {
  for (const [, , operation] of operationsOf(document)) {
    const need = needOfOperation(operation);
    operation.security = need === 'open' ? [] : [{ bearer: [] }];
    if (need !== 'open') operation['x-right'] = need;
  }
  return document;
}

function needOfOperation({ operationId }: Operation): Need {
  const need = OPERATION_RIGHTS[operationId];
  if (need === undefined) throw new TypeError(`operation ${operationId} has no right in apps/api/access/operation-rights.ts`);
  return need;
}

/** What each route asks of its caller, by what the router found: `GET /v1/deals/:id`. */
export function needsOf(document: OpenAPIObject): (request: FastifyRequest) => Need | null {
  const needs = new Map(
    operationsOf(document).map(([method, path, operation]) => [
      `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      needOfOperation(operation),
    ]),
  );
  return ({ method, routeOptions: { url } }) => {
    if (url === undefined) return null;
    if (isDocumentation(url)) return 'open';
    return needs.get(`${method === 'HEAD' ? 'GET' : method} ${url}`) ?? null;
  };
}
