import { LIFE_COLUMNS } from '../../libs/read-store/model-columns.js';
import type { ColumnPage, ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';
import { pipelineSnapshotModel } from '../pipeline-snapshot/pipeline-snapshot.js';

const COLUMNS = [...Object.keys(LIFE_COLUMNS), ...Object.keys(pipelineSnapshotModel.columns)];
const FIRST_SPAN = 50_000;
/** A scan keeps every text it has given, and ids of events are all different: it is ended after so many rows, more or less, and another begun. */
const FEW_ROWS = 25_000;
const MANY_ROWS = 100_000;

/** Every row of deals opened by a position, column by column. How many rows a span of positions holds depends on the log: it is tried. */
export async function* scanDeals(readStore: ReadStore, model: ReadModel, through: number): AsyncIterable<ColumnPage> {
  let after = 0;
  for (let span = FIRST_SPAN; after < through;) {
    const end = Math.min(through, after + span);
    let rows = 0;
    for await (const page of readStore.scan(model, COLUMNS, { after, through: end })) {
      rows += page.length;
      yield page;
    }
    after = end;
    if (rows < FEW_ROWS) span *= 2;
    else if (rows > MANY_ROWS) span = Math.ceil(span / 2);
  }
}
