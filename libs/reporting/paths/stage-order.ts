import type { DimensionInterval } from '../rows.js';
import type { StageOrder } from './spells.js';

interface Version {
  readonly from: number;
  readonly to: number | null;
  readonly stages: ReadonlyMap<string, number>;
}

/** The order of a pipeline's stages in the version in force at an instant, as known at K. `rows` are the known rows of kind `process`. */
export function stageOrder(rows: readonly DimensionInterval[], knownAt: number): StageOrder {
  const pipelines = new Map<string, Version[]>();
  for (const row of rows) {
    if (row.kind !== 'process' || row.openedBy > knownAt || (row.withdrawnBy !== null && row.withdrawnBy <= knownAt)) continue;
    const { process } = row.values as DimensionInterval<'process'>['values']; // the row's kind says so
    const to = row.endedBy !== null && row.endedBy > knownAt ? null : row.validTo;
    const versions = pipelines.get(row.id) ?? [];
    versions.push({ from: row.validFrom, to, stages: new Map(process.stages.map(({ id }, index) => [id, index])) });
    pipelines.set(row.id, versions);
  }
  return (pipeline, stage, at) =>
    pipelines
      .get(pipeline)
      ?.find(({ from, to }) => from <= at && (to === null || at < to))
      ?.stages.get(stage);
}
