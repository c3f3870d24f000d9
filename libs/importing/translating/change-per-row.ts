import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { RequestRegistered } from '../../domain/deal/deal.events.js';
import type { CompanyId, DealId, EmployeeId, PipelineId, ProductId, StageId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { ChangePerRow, FieldRule, PipelineMapping } from '../mapping/mapping.js';
import { basisPointsOf, moneyOf } from '../reading/amounts.js';
import type { Cell, Columns } from '../reading/cell.js';
import { CellProblem, recordable } from '../reading/cell.js';
import type { ImportFact, Moment, Place, Said, SaidOfDeal } from '../reconciling/moment.js';
import type { Translating } from './deal-attributes.js';
import type { Identities } from './identities.js';
import { dealKey, mustHaveHappened, stageIdOf } from './row-values.js';

/** One change, as the spool keeps it until all changes of its deal are together, in the order of their time. */
export interface ChangeRow {
  readonly key: string;
  readonly at: EpochMs;
  readonly field: string;
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

type Refuse = (place: Place, reason: string) => void;

/** One row per change: `deal, time, field, old value, new value`. The rows of a deal are translated together, oldest first. */
export class ChangePerRowTranslator {
  private readonly key: (row: readonly string[]) => string;
  private readonly at: Cell;
  private readonly field: (row: readonly string[]) => string;
  private readonly from: ((row: readonly string[]) => string) | undefined;
  private readonly to: (row: readonly string[]) => string;

  constructor(
    private readonly changes: ChangePerRow,
    private readonly pipeline: PipelineMapping,
    columns: Columns,
    private readonly tools: Translating & { readonly identities: Identities; readonly instant: EpochMs },
  ) {
    const { path } = changes;
    this.key = columns.plain(changes.key, `${path}.key`);
    this.at = columns.cell(changes.at);
    this.field = columns.plain(changes.field, `${path}.field`);
    this.from = changes.from === undefined ? undefined : columns.plain(changes.from, `${path}.from`);
    this.to = columns.plain(changes.to, `${path}.to`);
  }

  /** The row as a change; undefined where its field is one that the mapping ignores. @throws CellProblem */
  read(row: readonly string[], line: number): ChangeRow | undefined {
    const field = this.field(row);
    if (this.changes.ignored.has(field)) return undefined;
    const registers = field === this.changes.registeredField;
    const rule = this.changes.fields.get(field);
    if (!registers && rule === undefined) {
      throw new CellProblem(
        `${field === '' ? 'a blank field' : field} is not among the mapping's fields; add it, or name it under ignore`,
        this.changes.field,
      );
    }
    const key = dealKey(this.key(row), this.changes.key);
    this.tools.identities.ofKey(key);
    const at = this.at.as(row, (text) => this.tools.dates.instant(text));
    if (at === undefined) throw new CellProblem('a change without a time', this.at.column);
    mustHaveHappened(at, this.tools.instant, this.at.column);
    const change = { key, at, field, from: this.from?.(row) ?? '', to: this.to(row), line };
    // Read once here, so that a value that cannot be read is refused before anything is written.
    if (rule !== undefined && change.to !== '') this.fact(rule, change.to, this.changes.to, undefined);
    return change;
  }

  /** Whether a row says when the deal was made. */
  isMade(rows: readonly ChangeRow[]): boolean {
    return this.made(rows) !== undefined;
  }

  private made(rows: readonly ChangeRow[]): ChangeRow | undefined {
    return rows.find((row) => row.field === this.changes.registeredField) ?? (this.changes.firstChangeRegisters ? rows[0] : undefined);
  }

  /** All changes of one deal, oldest first. `registered`: the deal is recorded already, so that only its changes count. */
  translate(key: string, rows: readonly ChangeRow[], registered: boolean, refuse: Refuse): SaidOfDeal | undefined {
    const { file } = this.changes;
    const id = this.tools.identities.ofKey(key) as DealId; // a deal's id by its making
    const moments: Moment[] = [];
    const first = this.made(rows);
    if (first === undefined && !registered) {
      for (const { line } of rows) refuse({ file, line, column: this.changes.field }, `no row says when deal "${key}" was made`);
      return undefined;
    }
    if (first !== undefined)
      moments.push({ at: first.at, said: this.beginning(rows, { file, line: first.line, column: this.changes.field }) });
    for (const row of rows) {
      const rule = this.changes.fields.get(row.field);
      if (rule === undefined || row.to === '') continue;
      const place = { file, line: row.line, column: this.changes.to };
      if (first !== undefined && row.at < first.at) {
        refuse({ ...place, column: this.at.column }, `a change before the deal was made (line ${first.line})`);
        continue;
      }
      const said = { fact: this.fact(rule, row.to, this.changes.to, place), place };
      const last = moments.at(-1);
      if (last?.at === row.at) moments[moments.length - 1] = { at: row.at, said: inOrder([...last.said, said]) };
      else moments.push({ at: row.at, said: [said] });
    }
    return { key, id, claim: 'changed', moments };
  }

  /** The deal as it was when it was made: each field has the old value of its first change, as far as the source tells. */
  private beginning(rows: readonly ChangeRow[], place: Place): readonly Said[] {
    const initial: ImportFact[] = [];
    for (const [field, rule] of this.changes.fields) {
      const change = rows.find((row) => row.field === field);
      if (change === undefined || change.from === '') continue;
      try {
        initial.push(this.fact(rule, change.from, this.changes.from ?? null, { ...place, line: change.line }));
      } catch (error) {
        if (!(error instanceof CellProblem)) throw error; // an old value that cannot be read says nothing of the beginning
      }
    }
    const find = <Is extends ImportFact['is']>(is: Is) => initial.find((fact) => fact.is === is) as (ImportFact & { is: Is }) | undefined; // found by it
    const productId = find('product')?.productId;
    const data: RequestRegistered['data'] = {
      contactId: NOT_IN_SOURCE,
      companyId: find('company')?.companyId ?? NOT_IN_SOURCE,
      summary: NOT_IN_SOURCE,
      source: { kind: NOT_IN_SOURCE },
      origin: { kind: NOT_IN_SOURCE },
      receivedBy: NOT_IN_SOURCE,
      ...(productId === undefined ? {} : { productId }),
    };
    const stage: ImportFact = {
      ...(find('stage') ?? {
        is: 'stage',
        pipelineId: this.pipeline.id as PipelineId, // the mapping's, checked against ID_PATTERN
        stageId: (this.pipeline.stages[0]?.id ?? '') as StageId, // a pipeline has a stage
      }),
      ownerId: find('owner')?.ownerId ?? NOT_IN_SOURCE,
    };
    const rest = initial.filter((fact) => fact.is === 'value' || fact.is === 'decision' || fact.is === 'chance');
    return [{ is: 'registered', data } as const, stage, ...rest].map((fact) => ({ fact, place }));
  }

  private fact(rule: FieldRule, text: string, column: string | null, place: Place | undefined): ImportFact {
    const { dates, mapping } = this.tools;
    const value = rule.map?.get(text) ?? text;
    // Without a place the value is only tried: nothing is registered for it yet.
    const reference = (kind: 'employee' | 'company' | 'product') =>
      place === undefined ? '' : this.tools.references.resolve(kind, value, place);
    const read = (): ImportFact => {
      recordable(value);
      switch (rule.is) {
        case 'stage': {
          const outcome = rule.outcomes.get(text);
          if (outcome !== undefined) return outcomeFact(outcome);
          const pipelineId = this.pipeline.id as PipelineId; // the mapping's, checked against ID_PATTERN
          return { is: 'stage', pipelineId, stageId: stageIdOf(value, this.pipeline, column) as StageId, ownerId: NOT_IN_SOURCE }; // one of the mapping's
        }
        case 'owner':
          return { is: 'owner', ownerId: reference('employee') as EmployeeId }; // an employee's id, as asked
        case 'company':
          return { is: 'company', companyId: reference('company') as CompanyId }; // a company's id, as asked
        case 'product':
          return { is: 'product', productId: reference('product') as ProductId }; // a product's id, as asked
        case 'value':
          return { is: 'value', value: moneyOf(value, this.currency(), mapping.numbers) };
        case 'wonValue':
          return { is: 'won', value: moneyOf(value, this.currency(), mapping.numbers), reasons: [] };
        case 'decisionDate':
          return { is: 'decision', decisionDate: dates.calendarDate(value) };
        case 'projectStart':
          return { is: 'decision', projectStart: dates.calendarDate(value) };
        case 'chanceToGet':
          return { is: 'chance', get: basisPointsOf(value, mapping.numbers) };
        case 'chanceToGo':
          return { is: 'chance', go: basisPointsOf(value, mapping.numbers) };
      }
    };
    try {
      return read();
    } catch (error) {
      if (error instanceof CellProblem && error.column === null) throw new CellProblem(error.message, column);
      throw error;
    }
  }

  private currency(): string {
    const { currency } = this.tools.mapping;
    if (currency === undefined) throw new CellProblem('an amount without a currency; the mapping names none');
    return currency;
  }
}

export function outcomeFact(outcome: 'won' | 'lost' | 'postponed' | 'marketing' | 'filed'): ImportFact {
  switch (outcome) {
    case 'won':
    case 'lost':
      return { is: outcome, reasons: [] };
    case 'postponed':
      return { is: outcome, wakeUp: null };
    default:
      return { is: outcome, reason: NOT_IN_SOURCE };
  }
}

/** What one save changed at once: values before the move that closes the deal, a won value with the win. */
function inOrder(said: readonly Said[]): readonly Said[] {
  const wins = said.filter(({ fact }) => fact.is === 'won');
  const valued = wins.find(({ fact }) => fact.is === 'won' && fact.value !== undefined);
  const rest = wins.length > 1 && valued !== undefined ? said.filter((one) => one.fact.is !== 'won' || one === valued) : said;
  const worth = said.find(({ fact }) => fact.is === 'value')?.fact;
  const rank = ({ fact }: Said) =>
    fact.is === 'registered' ? 0 : fact.is === 'stage' ? 1 : fact.is === 'won' || fact.is === 'lost' ? 3 : 2;
  return [...rest]
    .sort((a, b) => rank(a) - rank(b))
    .map((one) =>
      one.fact.is === 'won' && one.fact.value === undefined && worth?.is === 'value'
        ? { ...one, fact: { ...one.fact, value: worth.value } }
        : one,
    );
}
