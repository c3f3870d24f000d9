import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { DescribedMetric } from '../../libs/observability/metrics.js';
import { Metrics } from '../../libs/observability/metrics.js';
import { exchange } from './http.js';
import { MetricLines } from './metric-lines.js';
import type { Process } from './processes.js';
import { startProcess } from './processes.js';
import { readPromql } from './promql.js';
import { temporaryFolder } from './running.js';

const ROOT = join(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface AlertRules {
  readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
}
interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}
interface PrometheusConfig {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly job_name: string; readonly static_configs: readonly { readonly labels?: object }[] }[];
}

const alerts = (parse(text('docker/prometheus/alerts.yaml')) as AlertRules).groups.flatMap(({ rules }) => rules);
const prometheus = parse(text('docker/prometheus/prometheus.yaml')) as PrometheusConfig;
const dashboard = JSON.parse(text('docker/grafana/dashboard.json')) as Dashboard;

/** What Grafana fills in. */
const filledIn = (expression: string): string => expression.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');

const EXPRESSIONS = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [`panel ${title}`, filledIn(expr)] as const)),
];

describe('what watches a process', () => {
  const data = temporaryFolder();
  let server: Process;
  let watched: string;
  let scrape: MetricLines;
  /** By the name of each series, with every label that it can have. */
  const there = new Map<string, ReadonlySet<string>>();

  beforeAll(async () => {
    server = startProcess('apps/api/main.js', [], {
      DEALTRAIL_DATA_DIR: data.folder,
      DEALTRAIL_DEMO: '20',
      DEALTRAIL_PROTOCOL_PORT: '0',
      DEALTRAIL_METRICS_PORT: '0',
      DEALTRAIL_LOG_LEVEL: 'silent',
      PORT: '0',
    });
    await server.says(/Dealtrail answers at/);
    [, watched = ''] = await server.says(/Metrics and health are told at (\S+)\./);
    scrape = new MetricLines((await exchange(watched, '/metrics')).text);
    const labelsOf = new Map(new Metrics().described().map(({ name, labels }) => [name, labels]));
    for (const [, name = '', type] of scrape.text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
      const labels = labelsOf.get(name) ?? scrape.series.filter((one) => one.name === name).flatMap((one) => Object.keys(one.labels));
      const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const suffix of suffixes) there.set(name + suffix, new Set([...labels, ...(suffix === '_bucket' ? ['le'] : [])]));
    }
    const ofTargets = prometheus.scrape_configs.flatMap(({ static_configs }) =>
      static_configs.flatMap(({ labels = {} }) => Object.keys(labels)),
    );
    for (const [name, labels] of there) there.set(name, new Set([...labels, 'job', 'instance', ...ofTargets]));
    there.set('up', new Set(['job', 'instance', ...ofTargets])); // Prometheus' own
  }, 60_000);
  afterAll(async () => {
    server.kill('SIGTERM');
    await server.ended;
    data.remove();
  });

  it.each(EXPRESSIONS)('%s asks for metrics and labels that a process exposes: %s', (_, expression) => {
    const { asked, grouped } = readPromql(expression);
    expect(asked.length).toBeGreaterThan(0);
    const known = new Set<string>();
    for (const { metric, matched } of asked) {
      const labels = there.get(metric);
      expect({ metric, there: labels !== undefined }).toEqual({ metric, there: true });
      for (const label of labels ?? []) known.add(label);
      for (const { label } of matched) expect({ metric, label, there: labels?.has(label) }).toEqual({ metric, label, there: true });
    }
    for (const label of grouped) expect({ label, there: known.has(label) }).toEqual({ label, there: true });
  });

  it('asks only for states that there are', () => {
    const states = EXPRESSIONS.flatMap(([, expression]) => readPromql(expression).asked)
      .flatMap(({ metric, matched }) => matched.map((one) => ({ metric, ...one })))
      .filter(({ label }) => label === 'state')
      .flatMap(({ metric, value }) => value.split('|').map((state) => [metric, state] as const));
    expect(states.length).toBeGreaterThan(2);
    for (const [metric, state] of states) expect(scrape.value(metric, { state })).toBeDefined();
  });

  it('is refused by the reader of expressions where Prometheus would not take it', () => {
    expect(() => readPromql('sum(rate(dealtrail_appends_total[5m]) >')).toThrow(SyntaxError);
    expect(there.has('dealtrail_appends')).toBe(false);
  });

  it('exposes every metric of ours, and what Node tells', () => {
    const ours = new Metrics().described().map(({ name }) => name);
    const exposed = [...scrape.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
    expect(exposed.filter((name) => name.startsWith('dealtrail_')).sort()).toEqual([...ours].sort());
    expect(exposed).toEqual(expect.arrayContaining(['process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds']));
    expect(scrape.value('dealtrail_subscribers', { via: 'protocol' })).toBe(0);
    expect(scrape.value('dealtrail_commands_total', { command: 'WinDeal', outcome: 'appended' })).toBeGreaterThan(0); // of the demo
  });

  it('has names as Prometheus wants them, and few series', () => {
    for (const { name } of new Metrics().described()) expect(name).toMatch(/^dealtrail_[a-z_]+$/);
    expect(
      [...scrape.text.matchAll(/^# TYPE (\w+) counter$/gm)].map(([, name = '']) => name).filter((name) => !name.endsWith('_total')),
    ).toEqual([]);
    expect(scrape.series.filter(({ name }) => name.startsWith('dealtrail_')).length).toBeLessThan(600);
  });

  it('is one dashboard, whose panels have ids of their own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(dashboard.panels.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0)).toEqual([]);
    expect(prometheus.rule_files).toEqual(['alerts.yaml']);
  });

  it('tells health at the same port, and nothing else', async () => {
    expect((await exchange(watched, '/health/live')).status).toBe(200);
    const ready = await exchange(watched, '/health/ready');
    expect([ready.status, ready.json()]).toEqual([200, expect.objectContaining({ status: 'ready' })]);
    expect((await exchange(watched, '/v1/deals')).status).toBe(404);
  });
});

describe('the page on watching', () => {
  const page = text('docs/observability.md');
  const rows = (pattern: RegExp): string[][] => [...page.matchAll(pattern)].map(([, ...cells]) => cells.map((cell) => cell.trim()));

  it('has every metric, with its labels and what it means', () => {
    const told = rows(/^\| `(dealtrail_\w+)` +\|([^|]*)\|([^|]*)\|$/gm);
    const wanted = new Metrics().described().map(({ name, labels, help }: DescribedMetric) => [name, labels.join(', ') || '-', help]);
    expect(told.sort()).toEqual(wanted.sort());
  });

  it('says of every alarm what it means and what to do', () => {
    const told = rows(/^\| `(Dealtrail\w+)` +\| (page|warn) +\| ([^|]{20,})\| ([^|]{20,})\|$/gm);
    expect(told.map(([alert, severity]) => [alert, severity])).toEqual(alerts.map(({ alert, labels }) => [alert, labels.severity]));
    for (const { annotations } of alerts) expect(annotations.summary).toMatch(/\.$/);
  });
});
