import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import asyncApi from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import { EXAMPLES } from '../../../libs/event-catalog/documents/examples.js';
import { LOG_START } from '../../../libs/domain/shared/position.js';
import { publicEvent } from '../events/event-feed.js';
import type { Running } from '../../testing/running.js';
import { runServer, temporaryFolder } from '../../testing/running.js';
import { tellDemo } from '../../testing/demo.js';
import { asyncApiDocument } from './document.js';
import { eventDocuments } from './event-documents.js';

const ROOT = join(import.meta.dirname, '../../..');
const DOCS = join(ROOT, 'docs');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string };
/** What brings the pages up to the catalog. */
const CURE = 'run `npm run docs:events`';
const addFormats = ajvFormats as unknown as (ajv: Ajv) => Ajv; // its types do not know that a module of CommonJS is its own default

const schemaOf = (file: string): object => JSON.parse(readFileSync(join(DOCS, 'schemas', file), 'utf8')) as object;

describe('what is made from the event catalog', () => {
  it('is in docs/ as the catalog says it, and nothing else is', () => {
    const documents = eventDocuments(version);
    const there = readdirSync(join(DOCS, 'schemas'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(DOCS.length + 1));
    const behind = [...documents].filter(([file, text]) => {
      try {
        return readFileSync(join(DOCS, file), 'utf8') !== text;
      } catch {
        return true;
      }
    });
    const left = there.filter((file) => !documents.has(file));
    expect({ cure: CURE, behind: behind.map(([file]) => file), left }).toEqual({ cure: CURE, behind: [], left: [] });
  });

  it.each(Object.entries(EXAMPLES))('has an example of %s that the catalog and the published schema take', (type, data) => {
    expect(() => catalog.checkClear(type, data)).not.toThrow();
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, keywords: ['x-personal'] }).compile(
      schemaOf(`${type}.v${catalog.schemaVersionOf(type)}.json`),
    );
    expect({ valid: validate(data), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...data, extra: 1 })).toBe(false);
  });

  it('describes the subscriptions as AsyncAPI 3 says', () => {
    const ajv = addFormats(new Ajv({ strict: false, meta: false, validateSchema: false }));
    const validate = ajv.compile(asyncApi.schemas['3.0.0'] as object);
    const document: unknown = parse(readFileSync(join(DOCS, 'asyncapi.yaml'), 'utf8'));
    expect({ valid: validate(document), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ ...(document as object), operations: { one: { action: 'shout' } } })).toBe(false);
  });

  it('names no part of the AsyncAPI document that is not there', () => {
    const document = asyncApiDocument(version);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    const at = (path: string): unknown =>
      path.split('/').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], document);
    expect(references.length).toBeGreaterThan(200);
    expect([...new Set(references)].filter((path) => at(path) === undefined)).toEqual([]);
  });
});

describe('the AsyncAPI document beside a real log', () => {
  const data = temporaryFolder();
  let running: Running;
  beforeAll(async () => {
    await tellDemo(data.folder, 30);
    running = await runServer(data.folder);
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  it('is served beside the OpenAPI document', async () => {
    const served = await running.ask('/asyncapi.json');
    expect(served.status).toBe(200);
    expect(served.json()).toEqual(asyncApiDocument(version));
  });

  it.each([
    ['with the right to read personal data', true],
    ['without it', false],
  ])('says what subscribers read, %s, and what the log holds', async (_, mayRead) => {
    const { eventStore, keyStore } = running.dealtrail;
    const ajv = addFormats(new Ajv({ strict: false }));
    ajv.addSchema(asyncApiDocument(version), 'asyncapi');
    const check = (pointer: string, value: unknown): unknown => {
      const validate = ajv.getSchema(`asyncapi#/components/${pointer}`);
      return validate?.(value) === true ? [] : (validate?.errors ?? `no ${pointer}`);
    };
    const types = new Set<string>();
    const { events } = await eventStore.readAll({ after: LOG_START, limit: 1_000 });
    for (const event of events) {
      types.add(event.type);
      const stored = (bytes: string | Uint8Array): unknown => JSON.parse(Buffer.from(bytes as Uint8Array).toString('utf8'));
      expect(check(`messages/${event.type}/payload`, await publicEvent(event, mayRead ? keyStore : null))).toEqual([]);
      const { $ref } = storedPayload(event.type);
      expect(check($ref.replace('#/components/', ''), stored(event.data))).toEqual([]);
      expect(check('schemas/StoredMetadata', stored(event.metadata))).toEqual([]);
    }
    expect([...types]).toEqual(
      expect.arrayContaining(['LogIdentified', 'ContactRegistered', 'RequestRegistered', 'DealWon', 'StageAdvanced']),
    );
    expect(check('messages/DealWon/payload', { type: 'DealWon' })).not.toEqual([]);
  });
});

interface Messages {
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: { readonly $ref: string } }>> };
}

function storedPayload(type: string): { readonly $ref: string } {
  const { components } = asyncApiDocument(version) as Messages;
  return components.messages[`stored.${type}`]?.payload ?? { $ref: `#/components/messages/none-of-${type}` };
}
