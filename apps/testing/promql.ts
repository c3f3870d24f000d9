import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks of a metric. */
export interface Asked {
  readonly metric: string;
  /** Labels that it is chosen by. */
  readonly matched: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

export interface Expression {
  readonly asked: readonly Asked[];
  /** Labels that it is grouped or joined by. */
  readonly grouped: readonly string[];
}

/** @throws SyntaxError for what Prometheus would not take */
export function readPromql(expression: string): Expression {
  const text = ({ from, to }: { readonly from: number; readonly to: number }): string => expression.slice(from, to);
  const asked: { metric: string; matched: { label: string; operator: string; value: string }[] }[] = [];
  const grouped: string[] = [];
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) throw new SyntaxError(`at ${node.from} of ${expression}`);
      const current = asked.at(-1);
      if (node.name === 'VectorSelector') asked.push({ metric: '', matched: [] });
      else if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector' && current) current.metric = text(node);
      else if (node.name === 'UnquotedLabelMatcher' && current) {
        const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|!~|!=|=)\s*"(.*)"$/s.exec(text(node)) ?? [];
        current.matched.push({ label, operator, value });
      } else if (node.name === 'LabelName' && node.node.parent?.name === 'GroupingLabels') grouped.push(text(node));
    },
  });
  return { asked, grouped };
}
