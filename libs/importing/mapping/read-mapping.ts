import { IANAZone } from 'luxon';
import { LineCounter, parseDocument } from 'yaml';
import { ID_PATTERN } from '../../domain/shared/ids.js';
import { isCurrency } from '../../domain/shared/money.js';
import type {
  CompaniesMapping,
  ContactsMapping,
  CsvFormat,
  EmployeesMapping,
  IdRule,
  Mapping,
  NumberFormat,
  PipelineMapping,
  ProductsMapping,
  StageMapping,
} from './mapping.js';
import { MappingNode, MappingRefused, MappingSource } from './mapping-node.js';
import { readDeals } from './read-deals.js';
import { readOddRules, readOptionalValue, readValue } from './read-value.js';

/**
 * Reads a mapping file. Every value is text (YAML's failsafe schema), so that a stage called `No` or `1` is what it says.
 * @throws MappingRefused with every problem found, each with line and path
 */
export function readMapping(text: string, name: string): Mapping {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, strict: true });
  const source = new MappingSource(document, lines);
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    source.problems.push({ path: '', line, column: col, message: error.message });
  }
  if (source.problems.length > 0) throw new MappingRefused(name, source.problems);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new MappingRefused(name, [{ path: '', line: undefined, column: undefined, message: (error as Error).message }]);
  }
  const mapping = readRoot(new MappingNode(source, [], value), name);
  if (source.problems.length > 0) throw new MappingRefused(name, source.problems);
  return mapping;
}

function readRoot(root: MappingNode, name: string): Mapping {
  const sourceNode = root.at('source');
  const source = sourceNode.text();
  if (source !== '' && !/^[A-Za-z0-9]{1,24}$/.test(source)) {
    sourceNode.problem('takes 1 to 24 letters and digits: ids are made of it, a dash and the key');
  }
  const zone = root.at('timeZone');
  const timeZone = zone.optionalText() ?? 'UTC';
  if (!IANAZone.isValidZone(timeZone)) zone.problem(`is no time zone: ${timeZone}; expected one such as Europe/Brussels`);
  const currencyNode = root.at('currency');
  const currency = currencyNode.optionalText();
  if (currency !== undefined && !isCurrency(currency)) currencyNode.problem(`is no ISO 4217 currency: ${currency}`);
  const formats = root.at('dates').oneOrMany();
  const blanks = root.at('blank');
  const deals = root.at('deals').oneOrMany().map(readDeals);
  const mapping: Mapping = {
    name,
    source,
    timeZone,
    currency,
    dateFormats: formats.length === 0 ? ['yyyy-MM-dd'] : formats.map((format) => format.text()),
    blanks: new Set(['', ...blanks.oneOrMany().map((blank) => blank.anyText())]),
    numbers: readNumbers(root.at('numbers')),
    csv: readCsv(root.at('csv')),
    pipeline: root.has('pipeline') ? readPipeline(root.at('pipeline')) : undefined,
    products: root.has('products') ? readProducts(root.at('products')) : undefined,
    companies: root.has('companies') ? readCompanies(root.at('companies')) : undefined,
    employees: root.has('employees') ? readEmployees(root.at('employees')) : undefined,
    contacts: root.has('contacts') ? readContacts(root.at('contacts')) : undefined,
    deals,
  };
  root.nothingElse();
  if (deals.length > 0 && mapping.pipeline === undefined) root.at('pipeline').problem('is missing: deals need { id, name, stages }');
  return mapping;
}

function readNumbers(node: MappingNode): NumberFormat {
  const numbers = { decimal: node.at('decimal').oneOf(['.', ','], '.'), thousands: node.at('thousands').optionalText() ?? '' };
  if (node.given) node.nothingElse();
  if (numbers.decimal === numbers.thousands) node.problem('has the same mark for decimals and thousands');
  return numbers;
}

function readCsv(node: MappingNode): CsvFormat {
  const encodingNode = node.at('encoding');
  const csv = {
    encoding: (encodingNode.optionalText() ?? 'utf-8').toLowerCase(),
    delimiter: node.at('delimiter').optionalText() ?? ',',
    quote: node.at('quote').optionalText() ?? '"',
  };
  if (node.given) node.nothingElse();
  try {
    new TextDecoder(csv.encoding);
  } catch {
    encodingNode.problem(`is no text encoding: ${csv.encoding}; expected one such as utf-8, windows-1252, utf-16le`);
  }
  for (const name of ['delimiter', 'quote'] as const) {
    if (!/^[\t\x20-\x7e]$/.test(csv[name])) node.at(name).problem('takes one ASCII character');
  }
  return csv;
}

function readPipeline(node: MappingNode): PipelineMapping {
  const idNode = node.at('id');
  const id = idNode.text();
  if (id !== '' && !ID_PATTERN.test(id)) idNode.problem(`is no id: ${id}; letters, digits and . _ ~ -`);
  const stages = node.at('stages').list().map(readStage);
  if (stages.length === 0) node.at('stages').problem('is missing: a list of { id, label }');
  const seen = new Set<string>();
  stages.forEach((stage, i) => {
    if (seen.has(stage.id)) node.at('stages').list()[i]?.at('id').problem(`names the stage ${stage.id} again`);
    seen.add(stage.id);
  });
  const pipeline = { id, name: node.at('name').optionalText() ?? id, stages };
  node.nothingElse();
  return pipeline;
}

function readStage(node: MappingNode): StageMapping {
  const id = node.isText() ? node.text() : node.at('id').text();
  if (id !== '' && !ID_PATTERN.test(id)) node.problem(`is no stage id: ${id}; letters, digits and . _ ~ -`);
  if (node.isText()) return { id, label: id, weight: null, stagnatesAfterDays: null };
  const label = node.at('label').optionalText() ?? id;
  const weightNode = node.at('weight');
  const days = node.at('stagnatesAfterDays');
  const stage: StageMapping = {
    id,
    label,
    weight: weightNode.given ? readWeight(weightNode) : null,
    stagnatesAfterDays: days.given ? days.wholeNumber(1, 3650) : null,
  };
  node.nothingElse();
  return stage;
}

/** `40%`; whole basis points inside. */
function readWeight(node: MappingNode): number {
  const match = /^(\d{1,3}(?:\.\d{1,2})?)\s*%$/.exec(node.text());
  const weight = match === null ? Number.NaN : Math.round(Number(match[1]) * 100);
  if (weight >= 0 && weight <= 10_000) return weight;
  node.problem('expected a percentage such as 40%');
  return 0;
}

function readRecords(node: MappingNode, rules: readonly IdRule[]) {
  return {
    path: node.place,
    file: node.at('file').text(),
    key: node.at('key').text(),
    id: node.at('id').oneOf(rules, rules[0]),
    name: readValue(node.at('name')),
    since: readOptionalValue(node.at('since')),
    odd: readOddRules(node.at('odd')),
  };
}

function readProducts(node: MappingNode): ProductsMapping {
  const products = {
    ...readRecords(node, ['slug', 'key']),
    series: readOptionalValue(node.at('series')),
    listPrice: readOptionalValue(node.at('listPrice')),
  };
  node.nothingElse();
  return products;
}

function readCompanies(node: MappingNode): CompaniesMapping {
  const companies = {
    ...readRecords(node, ['slug', 'key', 'hash']),
    industry: readOptionalValue(node.at('industry')),
    country: readOptionalValue(node.at('country')),
    employees: readOptionalValue(node.at('employees')),
    foundedYear: readOptionalValue(node.at('foundedYear')),
    annualRevenue: readOptionalValue(node.at('annualRevenue')),
    parent: readOptionalValue(node.at('parent')),
  };
  node.nothingElse();
  return companies;
}

function readEmployees(node: MappingNode): EmployeesMapping {
  const employees = {
    ...readRecords(node, ['hash', 'key']),
    team: readOptionalValue(node.at('team')),
    teamIsPerson: node.at('teamIs').oneOf(['a-name', 'a-person'], 'a-name') === 'a-person',
    manager: readOptionalValue(node.at('manager')),
    office: readOptionalValue(node.at('office')),
    department: readOptionalValue(node.at('department')),
  };
  node.nothingElse();
  return employees;
}

function readContacts(node: MappingNode): ContactsMapping {
  const contacts = {
    ...readRecords(node, ['hash', 'key']),
    email: readOptionalValue(node.at('email')),
    phone: readOptionalValue(node.at('phone')),
    role: readOptionalValue(node.at('role')),
    company: readOptionalValue(node.at('company')),
  };
  node.nothingElse();
  return contacts;
}
