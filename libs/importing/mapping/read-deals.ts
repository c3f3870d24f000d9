import type {
  ChangePerRow,
  DatedSnapshots,
  DealAttributes,
  DealsMapping,
  FieldRule,
  Milestone,
  MilestoneFact,
  RowPerDeal,
} from './mapping.js';
import { FIELD_MEANINGS } from './mapping.js';
import type { MappingNode } from './mapping-node.js';
import { readConditions, readOddRules, readOptionalValue, readOutcomes, readTextMap, readValue } from './read-value.js';

function readAttributes(node: MappingNode): DealAttributes {
  return {
    owner: readOptionalValue(node.at('owner')),
    company: readOptionalValue(node.at('company')),
    contact: readOptionalValue(node.at('contact')),
    product: readOptionalValue(node.at('product')),
    summary: readOptionalValue(node.at('summary')),
    leadSource: readOptionalValue(node.at('leadSource')),
    campaign: readOptionalValue(node.at('campaign')),
    receivedBy: readOptionalValue(node.at('receivedBy')),
    department: readOptionalValue(node.at('department')),
    value: readOptionalValue(node.at('value')),
    currency: readOptionalValue(node.at('currency')),
    decisionDate: readOptionalValue(node.at('decisionDate')),
    projectStart: readOptionalValue(node.at('projectStart')),
    chanceToGet: readOptionalValue(node.at('chanceToGet')),
    chanceToGo: readOptionalValue(node.at('chanceToGo')),
  };
}

const MILESTONES = ['registered', 'stage', 'won', 'lost', 'postponed', 'marketing', 'filed'] as const;

/** `{}` and an empty value say only that it happened. */
function readMilestoneFact(node: MappingNode): MilestoneFact {
  const given = MILESTONES.filter((name) => node.has(name));
  const [is] = given;
  if (is === undefined || given.length > 1) {
    node.problem(`needs exactly one of ${MILESTONES.join(', ')}`);
    return { is: 'registered' };
  }
  const fact = node.at(is);
  if (is === 'stage') return { is, stage: readValue(fact) };
  const part = (name: string) => (fact.isText() ? undefined : readOptionalValue(fact.at(name)));
  const read = (): MilestoneFact => {
    switch (is) {
      case 'won':
        return { is, value: part('value'), reasons: part('reasons') };
      case 'lost':
        return { is, reasons: part('reasons') };
      case 'postponed':
        return { is, wakeUp: part('wakeUp') };
      case 'marketing':
        return { is, reason: part('reason') };
      case 'filed':
        return { is, reason: part('reason') };
      case 'registered':
        return { is };
    }
  };
  const milestone = read();
  if (!fact.isText()) fact.nothingElse();
  return milestone;
}

function readMilestone(node: MappingNode): Milestone {
  const when = readConditions(node.at('when'));
  const at = readValue(node.at('at'));
  const happened = readMilestoneFact(node);
  node.nothingElse();
  return { path: node.place, when, at, happened };
}

function readRowPerDeal(node: MappingNode): RowPerDeal {
  const history = node.at('history').list().map(readMilestone);
  if (history.length === 0) node.at('history').problem('is missing: what happened to a deal, in its order, each with its date');
  return {
    shape: 'row-per-deal',
    path: node.place,
    file: node.at('file').text(),
    key: node.at('key').text(),
    odd: readOddRules(node.at('odd')),
    ...readAttributes(node),
    history,
  };
}

function readField(node: MappingNode): FieldRule {
  if (node.isText()) return { is: node.oneOf(FIELD_MEANINGS), map: undefined, outcomes: new Map() };
  const rule: FieldRule = {
    is: node.at('is').oneOf(FIELD_MEANINGS),
    map: readTextMap(node.at('map')),
    outcomes: readOutcomes(node.at('outcomes')),
  };
  if (rule.outcomes.size > 0 && rule.is !== 'stage') node.at('outcomes').problem('belongs to the field that is the stage');
  node.nothingElse();
  return rule;
}

function readChangePerRow(node: MappingNode): ChangePerRow {
  const fields = new Map(
    node
      .at('fields')
      .entries()
      .map(([name, rule]) => [name, readField(rule)] as const),
  );
  if (fields.size === 0) node.at('fields').problem('is missing: what the values of the field column mean');
  const registers = node.at('registers');
  const registeredField = registers.has('field') ? registers.at('field').text() : undefined;
  const firstChangeRegisters = registers.has('firstChange') && registers.at('firstChange').oneOf(['true', 'false']) === 'true';
  if (registeredField === undefined && !firstChangeRegisters) {
    registers.problem('is missing: { field: <name in the rows that say a deal was made> } or { firstChange: true }');
  } else registers.nothingElse();
  return {
    shape: 'change-per-row',
    path: node.place,
    file: node.at('file').text(),
    key: node.at('key').text(),
    at: readValue(node.at('at')),
    field: node.at('field').text(),
    from: node.at('from').optionalText(),
    to: node.at('to').text(),
    registeredField,
    firstChangeRegisters,
    fields,
    ignored: new Set(
      node
        .at('ignore')
        .list()
        .map((name) => name.text()),
    ),
    odd: readOddRules(node.at('odd')),
  };
}

function readSnapshots(node: MappingNode): DatedSnapshots {
  const snapshots = node
    .at('snapshots')
    .list()
    .map((snapshot) => {
      const read = { file: snapshot.at('file').text(), at: snapshot.at('at').text(), path: snapshot.place };
      snapshot.nothingElse();
      return read;
    });
  if (snapshots.length === 0) node.at('snapshots').problem('is missing: a list of { file, at }');
  const stageNode = node.at('stage');
  // `outcomes` stands beside the column, not in it: what it names is no stage.
  const stage = { stage: readValue(stageNode), outcomes: readOutcomes(node.at('outcomes')) };
  return {
    shape: 'snapshots',
    path: node.place,
    key: node.at('key').text(),
    snapshots,
    contains: node.at('contains').oneOf(['all', 'open'], 'all'),
    stage,
    wonValue: readOptionalValue(node.at('wonValue')),
    registeredAt: readOptionalValue(node.at('registeredAt')),
    odd: readOddRules(node.at('odd')),
    ...readAttributes(node),
  };
}

export function readDeals(node: MappingNode): DealsMapping {
  const read = (): DealsMapping => {
    switch (node.at('shape').oneOf(['row-per-deal', 'change-per-row', 'snapshots'])) {
      case 'row-per-deal':
        return readRowPerDeal(node);
      case 'change-per-row':
        return readChangePerRow(node);
      case 'snapshots':
        return readSnapshots(node);
    }
  };
  const deals = read();
  node.nothingElse();
  return deals;
}
