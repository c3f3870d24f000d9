import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

// Every metric of ours, in one place. A label takes its values from our own code (a route's pattern, a command's name, a refusal's code), never from what somebody sent:
// no id, no name, no text, and as many series as the code has words.

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const APPENDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const PARTITION = ['model', 'version', 'partition'] as const;

/** Reads something at the moment at which metrics are asked for; what it throws leaves the other metrics as they are. */
export type Source = () => Promise<void> | void;

export class Metrics {
  readonly of: ReturnType<typeof metricsIn>;
  private readonly registry = new Registry();
  private readonly sources = new Map<string, Source>();

  constructor(private readonly options: MetricsOptions = {}) {
    this.of = metricsIn(this.registry);
    if (options.ofProcess === true) collectDefaultMetrics({ register: this.registry });
  }

  readonly contentType = this.registry.contentType;

  /** @param part what the source reads, for `dealtrail_scrape_faults_total` */
  readAtScrape(part: string, source: Source): void {
    this.sources.set(part, source);
  }

  /** As Prometheus reads them. */
  async text(): Promise<string> {
    await Promise.all([...this.sources].map(([part, source]) => this.read(part, source)));
    return this.registry.metrics();
  }

  /** All there are, with or without a series yet. */
  described(): readonly DescribedMetric[] {
    return this.registry.getMetricsAsArray().map((metric) => {
      const { name, help, labelNames } = metric as unknown as { name: string; help: string; labelNames: readonly string[] }; // its types leave out the labels
      return { name, help, labels: labelNames };
    });
  }

  private async read(part: string, source: Source): Promise<void> {
    const patience = new AbortController();
    const late = sleep(this.options.patienceMs ?? 5_000, undefined, { signal: patience.signal, ref: false }).then(() => {
      throw new Error(`${part} took too long`);
    });
    try {
      await Promise.race([source(), late]);
    } catch {
      this.of.scrapeFaults.inc({ part });
    } finally {
      patience.abort();
      late.catch(() => undefined);
    }
  }
}

export interface DescribedMetric {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

export interface MetricsOptions {
  /** Also what Node and the operating system tell of this process; once a process. */
  readonly ofProcess?: boolean;
  /** How long a store may take to answer at a scrape; default 5 s. */
  readonly patienceMs?: number;
}

function metricsIn(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `dealtrail_${name}`, help, labelNames, registers });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `dealtrail_${name}`, help, labelNames, registers });
  const histogram = <L extends string = never>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram<L>({ name: `dealtrail_${name}`, help, buckets, labelNames, registers });
  return {
    httpRequests: counter('http_requests_total', 'HTTP requests answered.', ['method', 'route', 'status']),
    httpDuration: histogram('http_request_duration_seconds', 'From request to answer; subscriptions left out.', SECONDS, [
      'method',
      'route',
    ]),

    commands: counter('commands_total', 'Commands by what became of them.', ['command', 'outcome']),
    refusals: counter('command_refusals_total', 'Refused commands by the code of the refusal.', ['code']),

    appends: counter('appends_total', 'Appends of this process by what became of them.', ['outcome']),
    eventsAppended: counter('events_appended_total', 'Events that this process appended.', ['category']),
    appendDuration: histogram('append_duration_seconds', 'Until an append, or a call with many, was durable.', SECONDS),
    commitAppends: histogram('log_commit_appends', 'Appends that shared one commit of the embedded log.', APPENDS),
    commitDuration: histogram('log_commit_duration_seconds', 'One commit of the embedded log.', SECONDS),
    queuedAppends: gauge('log_queued_appends', 'Appends that wait for the next commit of the embedded log.'),

    lagEvents: gauge(
      'projection_lag_events',
      'Events of the log that a read model has not taken yet; at most 20,000 are counted.',
      PARTITION,
    ),
    lagSeconds: gauge('projection_lag_seconds', 'How long ago the first of them was recorded; 0 at the end of the log.', PARTITION),
    stuckSeconds: gauge('projection_stuck_seconds', 'How long a read model has not moved although there was an event for it.', PARTITION),
    parkedStreams: gauge('projection_parked_streams', 'Streams that are held back in a read model.', PARTITION),
    projectionState: gauge('projection_state', '1 for the state that a read model is in: building, live, paused, stopped.', [
      ...PARTITION,
      'state',
    ]),
    buildProgress: gauge('projection_build_progress_ratio', 'How far a read model under construction has come through the log, 0 to 1.', [
      'model',
      'version',
    ]),
    unkeptModels: gauge('projection_unkept_models', 'Read models that no process keeps.'),
    keptPartitions: gauge('projector_partitions', 'Partitions of read models that this process keeps.'),
    pages: counter('projector_pages_total', 'Pages that this process committed.'),
    rows: counter('projector_row_changes_total', 'Changes of rows in them.'),
    troubles: counter('projector_troubles_total', 'What went wrong while projecting: parked, stopped, store-unavailable, …', ['kind']),

    indexState: gauge('index_state', '1 for the state that the timeline index is in: off, loading, ready.', ['state']),
    indexFailing: gauge('index_failing', '1 where the timeline index could not be brought further when that was last tried.'),
    indexRows: gauge('index_rows', 'Rows in the timeline index.'),
    indexBytes: gauge('index_size_bytes', 'Memory that the timeline index takes.'),
    indexPosition: gauge('index_position', 'Log position that the timeline index has come to.'),
    indexAge: gauge('index_age_seconds', 'How long ago the timeline index was last brought up to its read model.'),

    keptRows: gauge('kept_rows', 'Rows of deals in memory, for reports that follow deals.'),
    keptBytes: gauge('kept_rows_size_bytes', 'Memory that they take.'),
    reportsAsked: gauge('reports_asked', 'Reports that follow deals, being made or standing in line for it.'),

    subscribers: gauge('subscribers', 'Subscriptions that are open: sse, or protocol (EventStoreDB clients).', ['via']),
    scrapeFaults: counter('scrape_faults_total', 'Metrics that could not be read because a store could not be.', ['part']),
  };
}
