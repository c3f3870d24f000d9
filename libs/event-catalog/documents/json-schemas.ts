import type { TSchema } from '@sinclair/typebox';
import type { EventDefinition } from '../definition.js';
import { clearForm, personalPaths, storedForm } from '../forms.js';
import { metadataSchema } from '../schemas/metadata.schema.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** `clear`: as subscribers over HTTP read it. `stored`: as the log and EventStoreDB clients hold it, personal fields sealed. */
export type Form = 'clear' | 'stored';

export function hasPersonalFields({ schema }: EventDefinition): boolean {
  return personalPaths(schema).length > 0;
}

/** The data of one type in one version, as plain JSON Schema: what TypeBox keeps under symbols is not in it. */
export function dataSchema({ type, schema }: EventDefinition, form: Form): object {
  return plain(form === 'clear' ? clearForm(schema) : storedForm(type, schema));
}

/** What stands beside the data in the log. */
export function storedMetadataSchema(): object {
  return plain(metadataSchema);
}

function plain(schema: TSchema): object {
  return JSON.parse(JSON.stringify(schema)) as object; // a schema is an object
}

export function schemaFileName({ type, schemaVersion }: EventDefinition, form: Form): string {
  return `${form === 'stored' ? 'stored/' : ''}${type}.v${schemaVersion}.json`;
}

/** File name to schema: every type and version in clear, those with personal fields as the log holds them too, and the metadata. */
export function schemaFiles(definitions: readonly EventDefinition[]): ReadonlyMap<string, object> {
  const files = new Map<string, object>();
  for (const definition of definitions) {
    for (const form of hasPersonalFields(definition) ? (['clear', 'stored'] as const) : (['clear'] as const)) {
      const { type, schemaVersion } = definition;
      const $id = `urn:dealtrail:event:${type}:${schemaVersion}${form === 'stored' ? ':stored' : ''}`;
      files.set(schemaFileName(definition, form), { $schema: DIALECT, $id, title: type, ...dataSchema(definition, form) });
    }
  }
  files.set('stored/metadata.json', {
    $schema: DIALECT,
    $id: 'urn:dealtrail:event-metadata',
    title: 'metadata of every event',
    ...storedMetadataSchema(),
  });
  return files;
}
