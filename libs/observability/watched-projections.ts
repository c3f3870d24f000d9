import type { StoredEvent } from '../event-store/event-store.port.js';
import type { ModelLag } from '../projection-engine/lag.js';
import type { ProjectorNote } from '../projection-engine/notes.js';
import type { ReadModels } from '../projection-engine/read-models.js';
import type { Metrics } from './metrics.js';
import type { Tracing } from './tracing.js';

/** OpenTelemetry keeps no more links of a span. */
const LINKS = 128;

/** Counts and traces what a projector tells. */
export function projectionWatch(metrics: Metrics, tracing: Tracing | null): (note: ProjectorNote) => void {
  const { pages, rows, troubles } = metrics.of;
  return (note) => {
    switch (note.kind) {
      case 'committed':
        pages.inc();
        rows.inc(note.rows);
        if (tracing !== null && note.events.length > 0) tracePage(tracing, note);
        return;
      case 'taken-on':
      case 'let-go':
      case 'switched':
        return;
      default:
        troubles.inc({ kind: note.kind });
    }
  };
}

/** One span for each event in the event's own trace, and one for the page, which leads to them. */
function tracePage(tracing: Tracing, { members, rows, events, began }: Extract<ProjectorNote, { kind: 'committed' }>): void {
  const times = { from: began, to: Date.now() };
  const models = [...new Set(members.map(({ model }) => model.name))];
  const spans = events.flatMap((event) => {
    const correlationId = correlationIdOf(event);
    if (correlationId === undefined) return [];
    return [
      tracing.ofEvent(`project ${event.type}`, correlationId, { 'dealtrail.models': models, 'dealtrail.position': event.position }, times),
    ];
  });
  const links = spans.slice(0, LINKS).map((context) => ({ context }));
  tracing.alone('projection page', { 'dealtrail.models': models, 'dealtrail.events': events.length, 'dealtrail.rows': rows }, links, times);
}

function correlationIdOf({ metadata }: StoredEvent): string | undefined {
  const text = typeof metadata === 'string' ? metadata : Buffer.from(metadata).toString('utf8');
  const { correlationId } = JSON.parse(text) as { correlationId?: unknown }; // checked when it was appended
  return typeof correlationId === 'string' ? correlationId : undefined;
}

interface LogEnd {
  head(): Promise<{ readonly position: string }>;
}

/** How far read models are, asked at each scrape, whoever keeps them. */
export function measureReadModels(metrics: Metrics, models: ReadModels, log: LogEnd): void {
  const { lagEvents, lagSeconds, stuckSeconds, parkedStreams, projectionState, buildProgress, unkeptModels } = metrics.of;
  metrics.readAtScrape('read-models', async () => {
    // What cannot be read now is not shown as it was.
    for (const gauge of [lagEvents, lagSeconds, stuckSeconds, parkedStreams, projectionState, buildProgress]) gauge.reset();
    unkeptModels.reset();
    const [lags, { position: end }, unkept] = await Promise.all([models.lag(), log.head(), models.unkept()]);
    for (const lag of lags) {
      const labels = { model: lag.model, version: String(lag.version), partition: String(lag.partition) };
      lagEvents.set(labels, lag.events);
      lagSeconds.set(labels, lag.seconds);
      stuckSeconds.set(labels, lag.stuckSeconds);
      parkedStreams.set(labels, lag.parkedStreams);
      for (const state of ['building', 'live', 'paused', 'stopped'] as const)
        projectionState.set({ ...labels, state }, lag.state === state ? 1 : 0);
    }
    for (const [key, lowest] of lowestOfBuilds(lags)) {
      buildProgress.set(key, Number(end) === 0 ? 1 : Math.min(1, Number(lowest) / Number(end)));
    }
    unkeptModels.set(unkept.length);
  });
}

/** The partition furthest behind, of each version that is being built. */
function lowestOfBuilds(lags: readonly ModelLag[]): (readonly [{ readonly model: string; readonly version: string }, string])[] {
  const lowest = new Map<string, ModelLag>();
  for (const lag of lags) {
    const key = `${lag.model}@${lag.version}`;
    const found = lowest.get(key);
    if (lag.state === 'building' && (found === undefined || lag.position < found.position)) lowest.set(key, lag);
  }
  return [...lowest.values()].map(({ model, version, position }) => [{ model, version: String(version) }, position] as const);
}
