import type { DealStatus } from '../../domain/deal/deal.evolve.js';
import type { DealInterval } from '../rows.js';
import type { Grouping } from '../queries.js';
import { ClosingTable } from './closing-table.js';
import { Dictionary } from './dictionary.js';
import type { ColumnName } from './segment-columns.js';

/** Columns whose numbers are codes of a dictionary of texts. */
export const TEXT_COLUMNS = ['state', 'owner', 'company', 'product', 'source', 'origin', 'campaign', 'department', 'currency'] as const;
export type TextColumn = (typeof TEXT_COLUMNS)[number] & ColumnName;
/** Columns whose numbers are codes. */
export type CodedColumn = TextColumn | 'closing';

/** The column that a grouping is told by: a team by its owner, an industry by its company. */
export const COLUMN_OF: { readonly [G in Grouping]: CodedColumn } = {
  ...({ status: 'state', stage: 'state', lastStage: 'state', pipeline: 'state' } as const),
  ...({ owner: 'owner', team: 'owner', manager: 'owner', office: 'owner' } as const),
  ...({ company: 'company', industry: 'company', product: 'product', source: 'source', origin: 'origin', campaign: 'campaign' } as const),
  ...({ department: 'department', currency: 'currency', closingMonth: 'closing', closingQuarter: 'closing' } as const),
};

/** The texts behind the codes. Codes are never taken back. */
export class Vocabulary {
  readonly dictionaries: Readonly<Record<TextColumn, Dictionary>>;
  /** Codes of states by what they are made of. */
  private readonly stateCodes = new Map<string, number>();
  /** States that were read from their texts, by code. */
  private readonly states: Pick<DealInterval, 'status' | 'pipeline' | 'stage'>[] = [];

  constructor(
    texts?: Readonly<Record<TextColumn, readonly string[]>>,
    readonly closings = new ClosingTable(),
  ) {
    this.dictionaries = Object.fromEntries(TEXT_COLUMNS.map((column) => [column, Dictionary.of(texts?.[column] ?? [])])) as Record<
      TextColumn,
      Dictionary
    >; // every column of texts is there
  }

  /** Codes of the column are below this. */
  sizeOf(column: CodedColumn): number {
    return column === 'closing' ? this.closings.size : this.dictionaries[column].size;
  }

  stateCode({ status, pipeline, stage }: Pick<DealInterval, 'status' | 'pipeline' | 'stage'>): number {
    const parts = `${status}\u001f${pipeline ?? '\u001e'}\u001f${stage ?? '\u001e'}`; // ids hold neither of these characters
    let code = this.stateCodes.get(parts);
    if (code === undefined) this.stateCodes.set(parts, (code = this.dictionaries.state.code(JSON.stringify([status, pipeline, stage]))));
    return code;
  }

  state(code: number): Pick<DealInterval, 'status' | 'pipeline' | 'stage'> {
    return (this.states[code] ??= readState(this.dictionaries.state.text(code)));
  }

  /** Puts what the code of a column tells into a row. */
  fill(row: { -readonly [Name in keyof DealInterval]: DealInterval[Name] }, column: CodedColumn, code: number): void {
    if (column === 'state') Object.assign(row, this.state(code));
    else if (column === 'closing') Object.assign(row, this.closings.closing(code));
    else (row as Record<typeof column, string | null>)[column] = this.dictionaries[column].text(code); // each of these is a text of the row, or null
  }

  texts(): Record<TextColumn, readonly string[]> {
    return Object.fromEntries(TEXT_COLUMNS.map((column) => [column, this.dictionaries[column].all()])) as Record<
      TextColumn,
      readonly string[]
    >; // likewise
  }
}

function readState(text: string | null): Pick<DealInterval, 'status' | 'pipeline' | 'stage'> {
  if (text === null) return { status: 'requested', pipeline: null, stage: null };
  const [status, pipeline, stage] = JSON.parse(text) as [DealStatus, string | null, string | null]; // written by stateCode
  return { status, pipeline, stage };
}
