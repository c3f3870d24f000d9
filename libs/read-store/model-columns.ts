import type { ColumnType, ReadModel } from './read-store.port.js';

/** Every row has these; they are no part of `ReadModel.columns`. The order is the one they are stored in. */
export const LIFE_COLUMNS = {
  openedBy: 'integer',
  ordinal: 'integer',
  entity: 'text',
  validFrom: 'integer',
  validTo: 'integer',
  endedBy: 'integer',
  withdrawnBy: 'integer',
} as const satisfies Record<string, ColumnType>;

const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const MODEL_NAME = /^[a-z][a-z0-9-]*$/;

/** `pipeline-snapshot@3`: the name of its table or collection, and what its checkpoints are kept under. */
export function modelId(model: Pick<ReadModel, 'name' | 'version'>): string {
  return `${model.name}@${model.version}`;
}

/** Type of a model's column or of a life-cycle one. @throws where there is none: a question about it is a mistake in our code, not in somebody's input. */
export function columnType(model: ReadModel, column: string): ColumnType {
  const type = column in LIFE_COLUMNS ? LIFE_COLUMNS[column as keyof typeof LIFE_COLUMNS] : model.columns[column];
  if (type === undefined) throw new Error(`the read model ${modelId(model)} has no column ${column}`);
  return type;
}

/** Names go into SQL and field paths as they are, so they are checked once, here. */
export function checkModel(model: ReadModel): void {
  if (!MODEL_NAME.test(model.name) || !Number.isSafeInteger(model.version) || model.version < 1) {
    throw new Error(`${model.name}@${model.version} is no name of a read model`);
  }
  for (const column of Object.keys(model.columns)) {
    if (!NAME.test(column) || column in LIFE_COLUMNS) throw new Error(`${modelId(model)} cannot have a column ${column}`);
  }
  for (const columns of indexedColumns(model)) for (const column of columns) columnType(model, column);
  for (const column of model.searchColumns ?? []) {
    if (columnType(model, column) !== 'text') throw new Error(`the search column ${column} of ${modelId(model)} is no text`);
  }
}

/** The columns of every index of a model, for a store that indexes all rows; the column of a `where` comes first. */
export function indexedColumns(model: ReadModel): readonly (readonly string[])[] {
  const own = model.indexes.map((index) => ('where' in index ? [index.where.column, ...index.columns] : index));
  return model.byEntity === false ? own : [['entity'], ...own];
}

export function isSearchColumn(model: ReadModel, column: string): boolean {
  return model.searchColumns?.includes(column) ?? false;
}

/** What `contains` compares: without case and with one spelling of each letter, the same on every store whatever its collations are. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase('en').normalize('NFKC');
}

/** @throws for a column that rows cannot be put in order by. */
export function checkOrdered(model: ReadModel, column: string): void {
  const type = columnType(model, column);
  if (type === 'symbol' || type === 'json') throw new Error(`${column} of ${modelId(model)} is a ${type}, which has no order`);
}

/**
 * What a row is copied from before its columns are filled in. Properties that are added one by one make V8 keep an object of so many as a dictionary: seven times the
 * memory and three times the time. Parsed JSON is an object proper, and so are copies of it.
 */
export function blankRow(columns: readonly string[]): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(Object.fromEntries(columns.map((name) => [name, null])))) as Record<string, unknown>; // as it was written
}
