import type { DealStatus } from '../../domain/deal/deal.evolve.js';
import type { DealInterval } from '../rows.js';
import type { Grouping } from '../queries.js';
import { Dictionary } from './dictionary.js';
import type { ColumnName } from './segment.js';

/** Columns whose numbers are codes of a dictionary. */
export const CODED = ['state', 'owner', 'company', 'product', 'source', 'origin', 'campaign', 'department', 'closing', 'currency'] as const;
export type CodedColumn = (typeof CODED)[number] & ColumnName;

/** The column that a grouping is told by: a team by its owner, an industry by its company. */
export const COLUMN_OF: { readonly [G in Grouping]: CodedColumn } = {
  ...({ status: 'state', stage: 'state', lastStage: 'state', pipeline: 'state' } as const),
  ...({ owner: 'owner', team: 'owner', manager: 'owner', office: 'owner' } as const),
  ...({ company: 'company', industry: 'company', product: 'product', source: 'source', origin: 'origin', campaign: 'campaign' } as const),
  ...({ department: 'department', currency: 'currency', closingMonth: 'closing', closingQuarter: 'closing' } as const),
};

/** A calendar's days and months begin at a quarter of an hour of UTC in every zone: closings within one are alike for every grouping. */
const QUARTER_HOUR = 900_000;

/** The texts behind the codes. Codes are never taken back. */
export class Vocabulary {
  readonly dictionaries: Readonly<Record<CodedColumn, Dictionary>>;
  /** States that were read from their texts, by code. */
  private readonly states: Pick<DealInterval, 'status' | 'pipeline' | 'stage'>[] = [];

  constructor(texts?: Readonly<Record<CodedColumn, readonly string[]>>) {
    this.dictionaries = Object.fromEntries(CODED.map((column) => [column, Dictionary.of(texts?.[column] ?? [])])) as Record<
      CodedColumn,
      Dictionary
    >; // every coded column is there
  }

  stateCode({ status, pipeline, stage }: Pick<DealInterval, 'status' | 'pipeline' | 'stage'>): number {
    return this.dictionaries.state.code(JSON.stringify([status, pipeline, stage]));
  }

  closingCode({ closedAt, decisionDate }: Pick<DealInterval, 'closedAt' | 'decisionDate'>): number {
    if (closedAt !== null) return this.dictionaries.closing.code(`@${Math.floor(closedAt / QUARTER_HOUR)}`);
    return this.dictionaries.closing.code(decisionDate);
  }

  state(code: number): Pick<DealInterval, 'status' | 'pipeline' | 'stage'> {
    return (this.states[code] ??= readState(this.dictionaries.state.text(code)));
  }

  /** The part of a row that the code of a column tells. */
  part(column: CodedColumn, code: number): Partial<DealInterval> {
    if (column === 'state') return this.state(code);
    const text = this.dictionaries[column].text(code);
    if (column !== 'closing') return { [column]: text };
    return text?.startsWith('@') === true
      ? { closedAt: Number(text.slice(1)) * QUARTER_HOUR, decisionDate: null }
      : { closedAt: null, decisionDate: text };
  }

  texts(): Record<CodedColumn, readonly string[]> {
    return Object.fromEntries(CODED.map((column) => [column, this.dictionaries[column].all()])) as Record<CodedColumn, readonly string[]>; // likewise
  }
}

function readState(text: string | null): Pick<DealInterval, 'status' | 'pipeline' | 'stage'> {
  if (text === null) return { status: 'requested', pipeline: null, stage: null };
  const [status, pipeline, stage] = JSON.parse(text) as [DealStatus, string | null, string | null]; // written by stateCode
  return { status, pipeline, stage };
}
