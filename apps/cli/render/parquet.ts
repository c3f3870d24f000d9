import type { ColumnSource, ParquetWriteOptions } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Cell } from './rows.js';
import { flatRows, isAmount, isList } from './rows.js';

/** What a 64-bit decimal holds. */
const DIGITS = 18;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

type SchemaElement = NonNullable<ParquetWriteOptions['schema']>[number];

interface TypedColumn {
  readonly element: SchemaElement;
  readonly source: ColumnSource;
}

function decimals(amount: string): number {
  return amount.split('.')[1]?.length ?? 0;
}

function unscaled(amount: string, scale: number): bigint {
  return BigInt(amount.replace('.', '') + '0'.repeat(scale - decimals(amount)));
}

/** A column has one type: amounts are exact decimals, instants are instants, whatever is mixed is text. */
function typed(name: string, cells: readonly Cell[]): TypedColumn {
  const known = cells.filter((cell) => cell !== null);
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  const column = (element: Omit<SchemaElement, 'name' | 'repetition_type'>, read: (cell: NonNullable<Cell>) => unknown): TypedColumn => ({
    element: { ...optional, ...element },
    source: { name, data: cells.map((cell) => (cell === null ? null : read(cell))) },
  });
  if (known.length > 0 && known.every(isAmount)) {
    const scale = Math.max(...known.map(({ amount }) => decimals(amount)));
    return column({ type: 'INT64', converted_type: 'DECIMAL', precision: DIGITS, scale }, (cell) =>
      isAmount(cell) ? unscaled(cell.amount, scale) : null,
    );
  }
  if (known.length > 0 && known.every((cell) => typeof cell === 'boolean')) return column({ type: 'BOOLEAN' }, (cell) => cell);
  if (known.length > 0 && known.every((cell) => typeof cell === 'number')) return column({ type: 'DOUBLE' }, (cell) => cell);
  if (known.length > 0 && known.every((cell) => typeof cell === 'string' && INSTANT.test(cell)))
    return column({ type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' }, (cell) => new Date(String(cell)));
  return column({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, (cell) =>
    isAmount(cell) ? cell.amount : isList(cell) ? cell.json : String(cell),
  );
}

/** Rows as a Parquet file, with what the answer stands on in the file's own metadata. */
export function parquetBytes(rows: readonly object[], basis: object): Uint8Array {
  const flat = flatRows(rows);
  const columns = flat.columns.map((name, index) =>
    typed(
      name,
      flat.rows.map((row) => row[index] ?? null),
    ),
  );
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ source }) => source),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)],
    kvMetadata: [{ key: 'dealtrail.basis', value: JSON.stringify(basis) }],
    createdBy: 'dealtrail',
  });
  return new Uint8Array(buffer);
}
