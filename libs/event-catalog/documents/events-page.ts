import { STREAM_CATEGORIES } from '../../domain/shared/ids.js';
import type { EventDefinition } from '../definition.js';
import { clearForm } from '../forms.js';
import { PERSONAL } from '../schemas/parts.js';
import { EXAMPLES } from './examples.js';
import { hasPersonalFields, schemaFileName } from './json-schemas.js';

/** As much of JSON Schema as our schemas use. */
interface Node {
  readonly type?: string;
  readonly const?: unknown;
  readonly description?: string;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly [PERSONAL]?: true;
}

const HEAD = `# Events

Every event that the log may hold, made from the event catalog by \`npm run docs:events\`; a test says that this page is what the catalog says.
Names are storage format: they never change. A changed shape is a new version with an upcaster, and old events are read as the newest version.

The schemas are in [schemas/](schemas/): as subscribers over HTTP read an event's data, and under \`stored/\` as the log and EventStoreDB clients hold
it, where **personal** fields are envelopes (\`{sealed, person, field, box}\`, AES-256-GCM under the person's key) and
[metadata.json](schemas/stored/metadata.json) says what stands beside the data. For callers without the right to read personal data such a field is the
text \`withheld\`; where the key was destroyed it is \`forgotten\`. [asyncapi.yaml](asyncapi.yaml) describes both ways to subscribe.

Money is whole minor units of a currency; chances and weights are whole basis points (10,000 is certainty).
`;

function isPersonal(node: Node): boolean {
  return node[PERSONAL] === true || (node.anyOf ?? []).some(isPersonal);
}

function typeText(node: Node): string {
  if (node.const !== undefined) return `\`${JSON.stringify(node.const)}\``;
  if (node.anyOf) return node.anyOf.map(typeText).join(' or ');
  if (node.items) return `list of ${typeText(node.items)}`;
  if (node.properties && Object.keys(node.properties).length > 0) {
    const members = Object.entries(node.properties).map(
      ([name, member]) => `${name}${node.required?.includes(name) ? '' : '?'}: ${typeText(member)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  switch (node.type) {
    case 'string':
      return 'text';
    case 'integer':
      return 'whole number';
    case 'boolean':
      return 'true or false';
    default:
      return node.type ?? 'anything';
  }
}

/** What the parts of a field say of themselves, each once. */
function notes(node: Node): string {
  const said = new Set([node, ...(node.anyOf ?? []), ...(node.items ? [node.items] : [])].map(({ description }) => description));
  return [...said].filter((note) => note !== undefined && note !== 'Personal.').join(' ');
}

function fieldTable({ properties = {}, required = [] }: Node): string {
  const rows = Object.entries(properties).map(([name, node]) => {
    const presence = required.includes(name) ? '' : 'optional. ';
    return `| \`${name}\` | ${typeText(node)} | ${isPersonal(node) ? '**personal**' : ''} | ${`${presence}${notes(node)}`.trim()} |`;
  });
  return rows.length === 0 ? 'No fields.\n' : `| field | type | | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function section(definition: EventDefinition, newest: boolean): string {
  const { type, schemaVersion, schema } = definition;
  const node = clearForm(schema) as Node; // TypeBox schemas are JSON Schema
  const variants = node.anyOf ?? [node];
  const files = [`[schema](schemas/${schemaFileName(definition, 'clear')})`];
  if (hasPersonalFields(definition)) files.push(`[as stored](schemas/${schemaFileName(definition, 'stored')})`);
  const example = newest ? `\n\`\`\`json\n${JSON.stringify(EXAMPLES[type as keyof typeof EXAMPLES], null, 2)}\n\`\`\`\n` : ''; // every type has one
  return `### ${type}

${node.description ?? ''} Version ${schemaVersion}, ${files.join(', ')}.

${variants.map(fieldTable).join('\nor\n\n')}${example}`;
}

/** The page of all types, by kind of stream. */
export function eventsPage(definitions: readonly EventDefinition[]): string {
  const newest = new Map(definitions.map(({ type, schemaVersion }) => [type, schemaVersion]));
  for (const { type, schemaVersion } of definitions) newest.set(type, Math.max(schemaVersion, newest.get(type) ?? 0));
  const parts = STREAM_CATEGORIES.flatMap((category) => {
    const own = definitions.filter((definition) => definition.category === category);
    const title = category === 'log' ? 'The log itself: `log-<name>`' : `\`${category}-<id>\``;
    return own.length === 0
      ? []
      : [`## ${title}\n`, ...own.map((definition) => section(definition, newest.get(definition.type) === definition.schemaVersion))];
  });
  return [HEAD, ...parts].join('\n');
}
