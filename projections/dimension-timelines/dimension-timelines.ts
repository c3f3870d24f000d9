import { isDeepStrictEqual } from 'node:util';
import type { StreamCategory } from '../../libs/domain/shared/ids.js';
import { categoryOf, idOf } from '../../libs/domain/shared/ids.js';
import { intervalProjection } from '../../libs/projection-engine/intervals.js';
import type { ReadModel, RowLife } from '../../libs/read-store/read-store.port.js';
import type { DimensionInterval, DimensionKind } from '../../libs/reporting/rows.js';
import { ONLY_DIMENSIONS } from '../handling.js';
import type { Thing } from './thing.evolve.js';
import { evolveThing, nothingKnown } from './thing.evolve.js';

type DimensionColumns = Omit<DimensionInterval, keyof RowLife>;

export const dimensionTimelinesModel: ReadModel = {
  name: 'dimension-timelines',
  version: 1,
  columns: { kind: 'text', id: 'text', values: 'json', assumedSinceBeginning: 'integer' } satisfies Record<
    keyof DimensionColumns,
    'text' | 'integer' | 'json'
  >,
  indexes: [['kind', 'id']],
};

const KINDS: Partial<Record<StreamCategory, DimensionKind>> = {
  employee: 'employee',
  company: 'company',
  contact: 'contact',
  product: 'product',
  campaign: 'campaign',
  pipeline: 'process',
  quota: 'quota',
  forecast: 'submission',
  rate: 'rate',
};
const CATEGORIES = Object.keys(KINDS) as StreamCategory[]; // the keys are categories by their type

/** `employee-anna` is described by the rows of `employee/anna`, `pipeline-sales` by those of `process/sales`. */
function dimensionEntity(stream: string): string {
  const category = categoryOf(stream) as StreamCategory; // of a stream of CATEGORIES
  return `${KINDS[category] ?? category}/${idOf(stream)}`;
}

function rowOf(thing: Thing, life: RowLife): DimensionInterval | null {
  if (thing.kind === null) return null;
  const { kind, values, assumed } = thing;
  // A name says who somebody is, not where a figure belongs: that it has no date tells nothing about a report.
  const assumedSinceBeginning = assumed.some((name) => name !== 'name') ? 1 : 0;
  return { ...life, kind, id: life.entity.slice(kind.length + 1), values, assumedSinceBeginning };
}

/** One row per thing and interval: what every report joins with the ids in the deals' rows, at the same (T, K). */
export const dimensionTimelines = intervalProjection<Thing, DimensionInterval>({
  model: dimensionTimelinesModel,
  categories: CATEGORIES,
  handles: ONLY_DIMENSIONS,
  entityOf: dimensionEntity,
  nothing: nothingKnown,
  evolve: evolveThing,
  row: (thing, _fact, life) => rowOf(thing, life),
  same: (a, b) => a.assumedSinceBeginning === b.assumedSinceBeginning && isDeepStrictEqual(a.values, b.values),
});
