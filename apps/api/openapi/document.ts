import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { withRights } from '../access/routes.js';

/** The document of every route, one operationId per command and query, and the right that each needs; the same for every start. */
export function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('Dealtrail')
    .setDescription(
      'An event-sourced record of B2B sales. Commands are tasks of the business; reports are asked as of any instant (asOf) and as known at any instant (knownAt).',
    )
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Where the server asks for tokens; see docs/access.md.' }, 'bearer')
    .build();
  return withRights(SwaggerModule.createDocument(app, about, { operationIdFactory: (_controller, method) => method }));
}
