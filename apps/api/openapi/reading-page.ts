import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

// Everything comes from this server, and the validator that Swagger UI would ask over the network is off: it reads without a network.
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Dealtrail API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', validatorUrl: null, deepLinking: true, displayOperationId: true, docExpansion: 'list', defaultModelsExpandDepth: 0 });\n`;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface Documents {
  readonly openApi: () => object;
  readonly asyncApi: () => object;
}

/** Made once, when first asked for. */
function serveJson(server: FastifyInstance, path: string, document: () => object): void {
  let text: string | undefined;
  server.get(path, (_request, reply) => {
    text ??= `${JSON.stringify(document())}\n`;
    return reply.type('application/json; charset=utf-8').send(text);
  });
}

/** `/openapi.json`, and `/docs` to read it: Swagger UI from the package on disk. `/asyncapi.json` for subscribers. */
export function serveDocuments(server: FastifyInstance, { openApi, asyncApi }: Documents): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  serveJson(server, '/openapi.json', openApi);
  serveJson(server, '/asyncapi.json', asyncApi);
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE));
  server.get('/docs/start.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  for (const [name, type] of Object.entries(ASSETS))
    server.get(`/docs/${name}`, (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'max-age=3600')
        .send(readFileSync(join(folder, name))),
    );
}
