import type { DimensionInterval } from '../rows.js';
import type { StageOrder } from './spells.js';

interface Version {
  readonly from: number;
  readonly to: number | null;
  readonly stages: ReadonlyMap<string, number>;
}

function isKnown(row: DimensionInterval, knownAt: number): row is DimensionInterval<'process'> {
  return row.kind === 'process' && row.openedBy <= knownAt && (row.withdrawnBy === null || row.withdrawnBy > knownAt);
}

/** Labels of the stages of every version of every process known at K, by id. */
export function stagesKnown(rows: readonly DimensionInterval[], knownAt: number): ReadonlyMap<string, string> {
  return new Map(
    rows.flatMap((row) => (isKnown(row, knownAt) ? row.values.process.stages.map(({ id, label }) => [id, label] as const) : [])),
  );
}

/** The order of a pipeline's stages in the version in force at an instant, as known at K. `rows` are the known rows of kind `process`. */
export function stageOrder(rows: readonly DimensionInterval[], knownAt: number): StageOrder {
  const pipelines = new Map<string, Version[]>();
  for (const row of rows) {
    if (!isKnown(row, knownAt)) continue;
    const { process } = row.values;
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
