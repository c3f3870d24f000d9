import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Authenticator } from '../../libs/access/authenticator.js';
import type { Tracing } from '../../libs/observability/tracing.js';
import type { Tls } from '../wiring/open-access.js';
import type { Need } from './access/operation-rights.js';
import { resolveCallers } from './access/resolve-callers.js';
import { needsOf } from './access/routes.js';
import { ApiModule } from './api.module.js';
import { asyncApiDocument } from './asyncapi/document.js';
import type { ApiParts } from './parts.js';
import type { Gate } from './gate.js';
import { refuseForeignOrigins } from './http/origin-check.js';
import { ProblemFilter } from './http/problem.filter.js';
import { setSafeHeaders } from './http/safe-headers.js';
import { answerNoRequest, answerUnroutable } from './http/unreadable.js';
import { watchRequests } from './http/watch-requests.js';
import { openApiDocument } from './openapi/document.js';
import { serveDocuments } from './openapi/reading-page.js';

export interface ApiOptions {
  readonly parts: ApiParts;
  readonly version: string;
  readonly gate: Gate;
  /** Null: callers need no tokens. */
  readonly authenticator?: Authenticator | null;
  /** How long a stranger may go on sending once it has been refused, in ms. */
  readonly lingerMs?: number;
  /** Null: clear text. */
  readonly tls?: Tls | null;
  /** Modules beside ours: a bench measures an empty route on the very same server. */
  readonly beside?: readonly (new () => object)[];
  readonly tracing?: Tracing | null;
}

export const LEAST_TLS = 'TLSv1.2';
const LARGEST_BODY = 1024 * 1024;
/** Of an import. */
const MOST_FILES = 100;
const LARGEST_FILE = 8 * 1024 ** 3;

/** The HTTP server, wired and not yet listening. */
export async function createApi({
  parts,
  version,
  gate,
  authenticator = null,
  lingerMs,
  tls = null,
  beside = [],
  tracing = null,
}: ApiOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: LARGEST_BODY,
    forceCloseConnections: true, // subscribers never end by themselves: a stop does not wait for them
    genReqId: () => randomUUID(),
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerNoRequest,
    routerOptions: { maxParamLength: 200 },
    ...(tls === null ? {} : { https: { ...tls, minVersion: LEAST_TLS } }),
  });
  const server = adapter.getInstance();
  const fastify = server as unknown as FastifyInstance; // the same Fastify; the adapter's type parameters differ
  let needs = (_request: FastifyRequest): Need | null => null;
  watchRequests(fastify, { metrics: parts.metrics, log: parts.log, tracing });
  setSafeHeaders(fastify, { isTls: tls !== null });
  if (authenticator === null) refuseForeignOrigins(fastify);
  resolveCallers(fastify, {
    ...{ authenticator, logKey: parts.dealtrail.keyStore.logKey, log: parts.log, needOf: (request) => needs(request) },
    ...(lingerMs === undefined ? {} : { lingerMs }),
  });
  gate.guard(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: class Root {}, imports: [ApiModule.of(parts), ...beside] },
    adapter,
    {
      logger: false,
      abortOnError: false,
    },
  );
  app.useGlobalFilters(new ProblemFilter(parts.log));
  serveDocuments(fastify, { openApi: () => openApi, asyncApi: () => asyncApiDocument(version) });
  await server.register(multipart, { limits: { files: MOST_FILES, fields: 10, fileSize: LARGEST_FILE } });
  await app.init();
  const openApi = openApiDocument(app, version);
  needs = needsOf(openApi);
  server.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']); // what a form of another site could send without asking
  await server.ready();
  return app;
}
