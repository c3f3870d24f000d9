export const TEXT_FORMATS = ['table', 'json', 'csv'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];
export const FORMATS = [...TEXT_FORMATS, 'parquet', 'svg'] as const;
export type Format = (typeof FORMATS)[number];

/** An answer of which no chart is drawn. */
export class NoChart extends Error {
  override readonly name = 'NoChart';
}
