import { Dictionary } from '../dictionary.js';
import { columnType } from '../model-columns.js';
import type { ColumnPage, ReadModel } from '../read-store.port.js';
import { shown } from './stored-rows.js';
import type { RowDocument } from './stored-rows.js';

/** Documents of one scan, turned into columns page by page. */
export async function* columnPages(
  model: ReadModel,
  columns: readonly string[],
  documents: AsyncIterable<RowDocument>,
  pageRows: number,
): AsyncGenerator<ColumnPage> {
  const names = [...new Set(columns)];
  const dictionaries = new Map<string, Dictionary>();
  const texts: string[] = [];
  for (const name of names) {
    const type = columnType(model, name);
    if (type === 'json') throw new Error(`${name} of ${model.name} is json: no column to scan`);
    if (type === 'text') texts.push(name);
    if (type !== 'integer') dictionaries.set(name, new Dictionary());
  }
  const paged = (page: readonly RowDocument[]): ColumnPage => {
    for (const name of texts) dictionaries.set(name, new Dictionary());
    return pageOf(page, names, dictionaries);
  };
  let page: RowDocument[] = [];
  for await (const document of documents) {
    page.push(document);
    if (page.length < pageRows) continue;
    yield paged(page);
    page = [];
  }
  if (page.length > 0) yield paged(page);
}

function pageOf(page: readonly RowDocument[], names: readonly string[], dictionaries: ReadonlyMap<string, Dictionary>): ColumnPage {
  const numbers: Record<string, Float64Array> = {};
  const texts: Record<string, { codes: Int32Array; dictionary: readonly string[] }> = {};
  for (const name of names) {
    const dictionary = dictionaries.get(name);
    if (dictionary === undefined) numbers[name] = Float64Array.from(page, (document) => numberOf(name, document[name]));
    else texts[name] = { codes: Int32Array.from(page, (document) => codeOf(dictionary, document[name])), dictionary: dictionary.values };
  }
  return { length: page.length, numbers, texts };
}

function numberOf(name: string, value: unknown): number {
  const number = shown(name, 'integer', value ?? null);
  return typeof number === 'number' ? number : NaN;
}

function codeOf(dictionary: Dictionary, value: unknown): number {
  return typeof value === 'string' ? dictionary.codeOf(value) : -1;
}
