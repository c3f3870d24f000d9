import { LIFE_COLUMNS } from '../../libs/read-store/model-columns.js';
import type { ColumnPage, ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';

const COLUMNS = [...Object.keys(LIFE_COLUMNS), ...Object.keys(pipelineSnapshotModel.columns)];

/** Every row of deals opened by a position, column by column. */
export function scanDeals(readStore: ReadStore, model: ReadModel, through: number): AsyncIterable<ColumnPage> {
  return readStore.scan(model, COLUMNS, { after: 0, through });
}
