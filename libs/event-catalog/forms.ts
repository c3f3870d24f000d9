import type { TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { exact, PERSONAL } from './schemas/parts.js';

/** Where a personal field stands in an event's data; `*` is every item of a list. */
export type FieldPath = readonly string[];

/** How an envelope, a document and a person call a personal field: `DealLost.note`. */
export function fieldName(type: string, path: FieldPath): string {
  return `${type}.${path.join('.')}`;
}

type Replace = (path: FieldPath, schema: TSchema) => TSchema;

/** The schema with every personal member replaced; kinds and modifiers, which TypeBox keeps under symbols, are kept by the spread. */
function replacePersonal(schema: TSchema, path: FieldPath, replace: Replace): TSchema {
  if (schema[PERSONAL] === true) return { ...schema, ...replace(path, schema) };
  const { properties, items, anyOf } = schema as { properties?: Record<string, TSchema>; items?: TSchema; anyOf?: readonly TSchema[] };
  if (properties !== undefined) {
    const members = Object.entries(properties).map(([name, member]) => [name, replacePersonal(member, [...path, name], replace)] as const);
    return { ...schema, properties: Object.fromEntries(members) };
  }
  if (items !== undefined) return { ...schema, items: replacePersonal(items, [...path, '*'], replace) };
  if (anyOf !== undefined) return { ...schema, anyOf: anyOf.map((choice) => replacePersonal(choice, path, replace)) };
  return schema;
}

/** An envelope of this one field; base64 of at least iv and tag, 28 bytes. */
function envelopeOf(field: string): TSchema {
  return exact(
    {
      sealed: Type.Literal(1),
      person: Type.String({ pattern: '^(contact|employee|deal)-.' }),
      field: Type.Literal(field),
      box: Type.String({ minLength: 40, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
    },
    { description: 'Personal: AES-256-GCM under the key of `person`; `box` is base64 of iv | tag | ciphertext.' },
  );
}

/** What deciders write: personal fields are clear text. */
export function clearForm(schema: TSchema): TSchema {
  return replacePersonal(schema, [], () => Type.String({ description: 'Personal.' }));
}

/** What a log holds: personal fields are envelopes, and never clear text. */
export function storedForm(type: string, schema: TSchema): TSchema {
  return replacePersonal(schema, [], (path) => envelopeOf(fieldName(type, path)));
}

/** Every personal field of a schema, each once, in the schema's order. */
export function personalPaths(schema: TSchema): readonly FieldPath[] {
  const paths = new Map<string, FieldPath>();
  replacePersonal(schema, [], (path, member) => {
    paths.set(path.join('.'), path);
    return member;
  });
  return [...paths.values()];
}
