import type { Metrics } from './metrics.js';

/** What the timeline index says of itself, as far as it is measured. */
export interface MeasuredIndex {
  info(): {
    readonly state: 'off' | 'loading' | 'ready';
    readonly error: string | null;
    readonly size: { readonly rows: number; readonly bytes: number; readonly position: number } | null;
  };
  ageMs(): number | null;
}

/** What a server keeps and does for reports that follow deals. */
export interface MeasuredReports {
  readonly kept: { readonly rows: number; readonly bytes: number };
  readonly asked: number;
}

export function measureReports(metrics: Metrics, reports: () => MeasuredReports): void {
  const { keptRows, keptBytes, reportsAsked } = metrics.of;
  metrics.readAtScrape('reports', () => {
    const { kept, asked } = reports();
    keptRows.set(kept.rows);
    keptBytes.set(kept.bytes);
    reportsAsked.set(asked);
  });
}

export function measureIndex(metrics: Metrics, index: MeasuredIndex): void {
  const { indexState, indexFailing, indexRows, indexBytes, indexPosition, indexAge } = metrics.of;
  metrics.readAtScrape('index', () => {
    const { state, error, size } = index.info();
    const ageMs = index.ageMs();
    for (const one of ['off', 'loading', 'ready'] as const) indexState.set({ state: one }, one === state ? 1 : 0);
    indexFailing.set(error === null ? 0 : 1);
    indexRows.set(size?.rows ?? 0);
    indexBytes.set(size?.bytes ?? 0);
    indexPosition.set(size?.position ?? 0);
    if (ageMs !== null) indexAge.set(ageMs / 1000);
  });
}
