import { stringify } from 'yaml';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import { eventsPage } from '../../../libs/event-catalog/documents/events-page.js';
import { schemaFiles } from '../../../libs/event-catalog/documents/json-schemas.js';
import { asyncApiDocument } from './document.js';

const MADE = '# Made from the event catalog by `npm run docs:events`.\n';

/** Path under docs/ to text: all that is made from the event catalog. `version` is the product's. */
export function eventDocuments(version: string): ReadonlyMap<string, string> {
  const schemas = [...schemaFiles(catalog.definitions)];
  return new Map([
    ['events.md', eventsPage(catalog.definitions)],
    ['asyncapi.yaml', `${MADE}${stringify(asyncApiDocument(version), { lineWidth: 150, aliasDuplicateObjects: false })}`],
    ...schemas.map(([file, schema]) => [`schemas/${file}`, `${JSON.stringify(schema, null, 2)}\n`] as const),
  ]);
}
