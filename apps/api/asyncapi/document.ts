import { ID_PATTERN, STREAM_CATEGORIES } from '../../../libs/domain/shared/ids.js';
import type { StreamCategory } from '../../../libs/domain/shared/ids.js';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import type { EventDefinition } from '../../../libs/event-catalog/definition.js';
import { EXAMPLES } from '../../../libs/event-catalog/documents/examples.js';
import { dataSchema, hasPersonalFields, storedMetadataSchema } from '../../../libs/event-catalog/documents/json-schemas.js';

/** Subscribers read every event as its newest version. */
const NEWEST = catalog.definitions.filter(({ type, schemaVersion }) => schemaVersion === catalog.schemaVersionOf(type));

const reference = (path: string): { readonly $ref: string } => ({ $ref: `#/${path}` });
const instant = { type: 'string', format: 'date-time', description: 'UTC, milliseconds.' };
const text = { type: 'string' };

/** What `publicEvent` writes, whatever the type. */
const ENVELOPE = {
  type: 'object',
  required: [
    'position',
    'eventId',
    'stream',
    'category',
    'id',
    'revision',
    'type',
    'schemaVersion',
    'recordedAt',
    'effectiveAt',
    'actor',
    'correlationId',
    'causationId',
    'data',
  ],
  properties: {
    position: { type: 'string', pattern: '^\\d{20}$', description: 'Its place in the log; sorts as text.' },
    eventId: text,
    stream: text,
    category: { enum: [...STREAM_CATEGORIES] },
    id: { type: 'string', pattern: ID_PATTERN.source, description: 'The stream without its category.' },
    revision: { type: 'integer', minimum: 0 },
    type: text,
    schemaVersion: { type: 'integer', minimum: 1 },
    recordedAt: { ...instant, description: 'When the log stored it. UTC, milliseconds.' },
    effectiveAt: { ...instant, description: 'When it happened in the business. UTC, milliseconds.' },
    dated: { const: false, description: 'There only where nobody said when it happened.' },
    actor: {
      type: 'object',
      required: ['id', 'kind'],
      properties: { id: text, kind: { enum: ['person', 'rule', 'import'] } },
    },
    correlationId: text,
    causationId: text,
    processVersion: { type: 'string', description: 'The version of the process in force, such as `machines@2`.' },
    data: { type: 'object' },
  },
};

function storedName(definition: EventDefinition): string {
  return hasPersonalFields(definition) ? `${definition.type}Stored` : definition.type;
}

function schemas(): Record<string, object> {
  const named: Record<string, object> = { Envelope: ENVELOPE, StoredMetadata: storedMetadataSchema() };
  for (const definition of NEWEST) {
    named[definition.type] = dataSchema(definition, 'clear');
    named[storedName(definition)] ??= dataSchema(definition, 'stored');
  }
  return named;
}

function summaryOf({ schema }: EventDefinition): { readonly summary?: string } {
  return schema.description === undefined ? {} : { summary: schema.description };
}

function told(definition: EventDefinition): object {
  const { type, schemaVersion, category } = definition;
  return {
    name: type,
    title: type,
    ...summaryOf(definition),
    contentType: 'application/json',
    payload: {
      allOf: [
        reference('components/schemas/Envelope'),
        {
          properties: {
            type: { const: type },
            schemaVersion: { const: schemaVersion },
            category: { const: category },
            data: reference(`components/schemas/${type}`),
          },
        },
      ],
    },
  };
}

function stored(definition: EventDefinition): object {
  return {
    name: definition.type,
    title: `${definition.type}, as stored`,
    ...summaryOf(definition),
    contentType: 'application/json',
    headers: reference('components/schemas/StoredMetadata'),
    payload: reference(`components/schemas/${storedName(definition)}`),
    // Without personal fields what is stored is what is told.
    ...(hasPersonalFields(definition) ? {} : { examples: [{ payload: EXAMPLES[definition.type as keyof typeof EXAMPLES] }] }), // every type has one
  };
}

const query = {
  type: 'object',
  properties: {
    after: { type: 'string', pattern: '^\\d{1,20}$', description: 'Begin behind this position.' },
    category: { type: 'string', description: 'Of streams of these kinds, with commas.' },
    type: { type: 'string', description: 'Of these types, with commas.' },
    deal: { type: 'string', pattern: ID_PATTERN.source, description: 'Of this deal.' },
  },
};

/** `name`: of the message that a type has there. */
function byType(definitions: readonly EventDefinition[], name: (type: string) => string): Record<string, object> {
  return Object.fromEntries(definitions.map(({ type }) => [type, reference(`components/messages/${name(type)}`)]));
}

const toldName = (type: string): string => type;
/** Message names have no folder in AsyncAPI: what is stored is told apart by its beginning. */
const storedMessage = (type: string): string => `stored.${type}`;

/** `deal-{id}` and so on, for EventStoreDB clients. */
function streamChannels(): Record<string, object> {
  const channel = (category: StreamCategory): [string, object] => [
    `${category}Streams`,
    {
      address: `{prefix}${category}-{id}`,
      title: `Streams ${category}-<id>, for EventStoreDB clients`,
      servers: [reference('servers/eventstoredb')],
      parameters: {
        prefix: { description: 'DEALTRAIL_STREAM_PREFIX and an underscore where one is set, else nothing.', default: '' },
        id: { description: `What is behind the first dash of the stream’s name.` },
      },
      messages: byType(
        NEWEST.filter((definition) => definition.category === category),
        storedMessage,
      ),
    },
  ];
  return Object.fromEntries(STREAM_CATEGORIES.map(channel));
}

function messages(): Record<string, object> {
  return Object.fromEntries([
    ...NEWEST.map((definition) => [toldName(definition.type), told(definition)] as const),
    ...NEWEST.map((definition) => [storedMessage(definition.type), stored(definition)] as const),
  ]);
}

/** Both ways to subscribe, as AsyncAPI 3: server-sent events, and the log's streams for EventStoreDB clients. */
export function asyncApiDocument(version: string): object {
  const channels = streamChannels();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Dealtrail events',
      version,
      description:
        'Every event of the log from the first one on, in order, without gaps: as server-sent events over HTTP with personal fields opened for who may read them, or as the log holds them for any EventStoreDB client.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      http: { host: '127.0.0.1:3000', protocol: 'http', description: 'The API.' },
      eventstoredb: {
        host: '127.0.0.1:2113',
        protocol: 'esdb',
        description: 'The log: the protocol server of `npm start`, or EventStoreDB.',
      },
    },
    channels: {
      events: {
        address: '/v1/events',
        title: 'Server-sent events',
        description:
          'The id of each event is its position; a client that reconnects sends it as Last-Event-ID. An id without data says how far the log was looked through.',
        servers: [reference('servers/http')],
        messages: byType(NEWEST, toldName),
      },
      ...channels,
    },
    operations: {
      SubscribeToEvents: {
        action: 'send',
        channel: reference('channels/events'),
        summary: 'Every event, filtered, resumable; it never ends by itself.',
        bindings: { http: { method: 'GET', query, bindingVersion: '0.3.0' } },
      },
      ...Object.fromEntries(
        Object.keys(channels).map((name) => [
          `Append.${name}`,
          { action: 'send', channel: reference(`channels/${name}`), summary: 'What commands append, one stream each.' },
        ]),
      ),
    },
    components: { schemas: schemas(), messages: messages() },
  };
}
