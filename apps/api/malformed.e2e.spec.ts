import fc from 'fast-check';
import type { Running } from '../testing/running.js';
import { runServer, temporaryFolder } from '../testing/running.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
}
interface Document {
  readonly paths: Readonly<
    Record<
      string,
      { readonly post?: { readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } } } }
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** How many bodies; a longer run of the suite asks for more. */
const INPUTS = Math.max(10_000, Number(process.env['PROPERTY_RUNS'] ?? 0));
const AT_ONCE = 20;

describe('whatever malformed thing is sent', () => {
  const data = temporaryFolder();
  let running: Running;
  let document: Document;
  beforeAll(async () => {
    running = await runServer(data.folder);
    document = (await running.ask('/openapi.json')).json() as Document;
  });
  afterAll(async () => {
    await running.stop();
    data.remove();
  });

  function resolved(schema: Schema): Schema {
    const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
    return target === undefined ? schema : (document.components.schemas[target.split('/').at(-1) ?? ''] ?? schema);
  }

  /** What the schema asks for, as a caller would send it. */
  function plain(schema: Schema): unknown {
    if (schema.example !== undefined) return schema.example;
    const found = resolved(schema);
    if (found.enum) return found.enum[0];
    if (found.oneOf?.[0]) return plain(found.oneOf[0]);
    if (found.properties) return Object.fromEntries(Object.entries(found.properties).map(([name, member]) => [name, plain(member)]));
    if (found.type === 'integer') return found.minimum ?? 1;
    if (found.type === 'array') return [];
    if (found.type === 'boolean') return true;
    if (found.format === 'date') return '2026-01-01';
    return found.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'x1';
  }

  // No field of any command takes one of these.
  const never = fc.oneof(
    fc.constantFrom<unknown>([[]], [null], { $: 1 }, -1.5, 1e308, '', '   ', '\u0000', '\ud800', 'x'.repeat(5_000), {
      constructor: { prototype: 1 },
    }),
    fc.array(fc.array(fc.jsonValue({ maxDepth: 2 })), { minLength: 1, maxLength: 3 }),
    fc.double({ noInteger: true, noNaN: true, noDefaultInfinity: true }),
  );

  function malformedBody(schema: Schema): fc.Arbitrary<string> {
    const body = resolved(schema);
    const good = plain(body) as Record<string, unknown>;
    const names = Object.keys(body.properties ?? {});
    const needed = body.required ?? [];
    return fc.oneof(
      fc.tuple(fc.constantFrom(...names), never).map(([name, value]) => JSON.stringify({ ...good, [name]: value })),
      fc
        .tuple(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }))
        .map(([name, value]) => JSON.stringify({ ...good, [`no-${name}`]: value })),
      ...(needed.length > 0 ? [fc.constantFrom(...needed).map((name) => JSON.stringify({ ...good, [name]: undefined }))] : []),
      fc
        .oneof(fc.array(fc.jsonValue({ maxDepth: 2 })), fc.double({ noNaN: true }), fc.boolean(), fc.string({ minLength: 1 }))
        .map((value) => JSON.stringify(value)),
      fc.string({ minLength: 1 }).map((text) => `{${text}`),
    );
  }

  it('is answered with a 4xx problem, never with a 5xx, and never becomes an event', async () => {
    const routes = Object.entries(document.paths).flatMap(([path, { post }]) => {
      const schema = post?.requestBody?.content['application/json']?.schema;
      return schema && !path.startsWith('/v1/operations') && path !== '/v1/demo' ? [{ path, schema }] : [];
    });
    expect(routes.length).toBeGreaterThan(35);
    const { position: before } = await running.dealtrail.eventStore.head();
    const one = fc
      .constantFrom(...routes)
      .chain(({ path, schema }) => fc.tuple(fc.constant(path.replace('{id}', 'd-1')), malformedBody(schema)));
    const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
    process.stdout.write(`  ${INPUTS} malformed inputs to ${routes.length} commands, PROPERTY_SEED=${seed}\n`);
    const inputs = fc.sample(one, { numRuns: INPUTS, seed });
    const odd: unknown[] = [];
    for (let from = 0; from < inputs.length; from += AT_ONCE) {
      await Promise.all(
        inputs.slice(from, from + AT_ONCE).map(async ([path, body]) => {
          const answer = await fetch(new URL(path, running.base), {
            method: 'POST',
            body,
            headers: { 'content-type': 'application/json' },
          });
          const text = await answer.text();
          const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
          if (answer.status < 400 || answer.status > 499 || !isProblem)
            odd.push({ path, body: body.slice(0, 300), status: answer.status, text: text.slice(0, 300) });
        }),
      );
    }
    expect(odd.slice(0, 5)).toEqual([]);
    expect((await running.dealtrail.eventStore.head()).position).toBe(before);
  }, 240_000);
});
