import type { Condition, OddRule, Outcome, ValueMapping, ValuePart } from './mapping.js';
import { OUTCOMES } from './mapping.js';
import type { MappingNode } from './mapping-node.js';

export function readTextMap(node: MappingNode): ReadonlyMap<string, string> | undefined {
  return node.given ? new Map(node.entries().map(([from, to]) => [from, to.anyText()])) : undefined;
}

export function readOutcomes(node: MappingNode): ReadonlyMap<string, Outcome> {
  return new Map(node.entries().map(([from, to]) => [from, to.oneOf(OUTCOMES)]));
}

/** A column's name, `{ column, map, times, lookup }`, `{ constant }`, or a list of them to be tried in turn. */
export function readValue(node: MappingNode): ValueMapping {
  if (!node.given) {
    node.problem('is missing: a column, or { constant: … }');
    return [];
  }
  return node.oneOrMany().map(readPart);
}

export function readOptionalValue(node: MappingNode): ValueMapping | undefined {
  return node.given ? readValue(node) : undefined;
}

/** `extra` are the keys that this place knows beside those of every value. */
function readPart(node: MappingNode): ValuePart {
  const plain = { path: node.place, column: undefined, constant: undefined, map: undefined, times: 1, lookup: undefined };
  if (node.isText()) return { ...plain, column: node.text() };
  const column = node.at('column').optionalText();
  const constantNode = node.at('constant');
  const constant = constantNode.given ? constantNode.anyText() : undefined;
  const lookupNode = node.at('lookup');
  const lookup = lookupNode.given
    ? { file: lookupNode.at('file').text(), key: lookupNode.at('key').text(), value: lookupNode.at('value').text() }
    : undefined;
  if (lookupNode.given) lookupNode.nothingElse();
  const map = readTextMap(node.at('map'));
  const timesNode = node.at('times');
  const times = timesNode.given ? timesNode.wholeNumber(1, 1_000_000_000) : 1;
  node.nothingElse();
  if ((column === undefined) === (constant === undefined)) node.problem('needs a column or a constant, and not both');
  return { ...plain, column, constant, map, times, lookup };
}

/** `{ deal_stage: [Won, Lost], account: '' }`: every column has one of its values. */
export function readConditions(node: MappingNode): readonly Condition[] {
  return node.entries().map(([column, values]) => ({
    column,
    values: new Set(values.isList() ? values.list().map((value) => value.anyText()) : [values.anyText()]),
  }));
}

export function readOddRules(node: MappingNode): readonly OddRule[] {
  return node.list().map((rule) => {
    const when = readConditions(rule.at('when'));
    if (when.length === 0) rule.at('when').problem('is missing: columns and the values that are odd');
    const say = rule.at('say').text();
    const column = rule.at('column').optionalText() ?? when.at(-1)?.column;
    rule.nothingElse();
    return { when, column, say };
  });
}
