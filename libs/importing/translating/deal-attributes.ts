import type { RequestRegistered, RequestSource } from '../../domain/deal/deal.events.js';
import type { NotInSource } from '../../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { CampaignId, CompanyId, ContactId, EmployeeId, ProductId } from '../../domain/shared/ids.js';
import type { CalendarDate } from '../../domain/shared/instant.js';
import type { Money } from '../../domain/shared/money.js';
import { isCurrency } from '../../domain/shared/money.js';
import type { DealAttributes, Mapping, ValueMapping } from '../mapping/mapping.js';
import { basisPointsOf, moneyOf } from '../reading/amounts.js';
import type { Cell, Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import type { DateReader } from '../reading/dates.js';
import type { ImportFact, Place, Said } from '../reconciling/moment.js';

export type ReferenceKind = 'employee' | 'company' | 'contact' | 'product' | 'campaign';

/** Turns what a row names into an id, and sees to it that the thing is registered before the deal that names it. */
export interface References {
  resolve(kind: ReferenceKind, name: string, place: Place): string;
}

export interface Translating {
  readonly mapping: Mapping;
  readonly dates: DateReader;
  readonly references: References;
  /** Says that something of a row is not as it should be, and was read nevertheless. */
  readonly odd: (place: Place, reason: string) => void;
}

/** Money, dates, chances and references of rows, read as the mapping says. */
export class AttributeReader {
  private readonly cells: { readonly [name in keyof DealAttributes]: Cell | undefined };

  constructor(
    attributes: DealAttributes,
    columns: Columns,
    private readonly tools: Translating,
  ) {
    const cell = (value: ValueMapping | undefined) => columns.optional(value);
    this.cells = {
      owner: cell(attributes.owner),
      company: cell(attributes.company),
      contact: cell(attributes.contact),
      product: cell(attributes.product),
      summary: cell(attributes.summary),
      leadSource: cell(attributes.leadSource),
      campaign: cell(attributes.campaign),
      receivedBy: cell(attributes.receivedBy),
      department: cell(attributes.department),
      value: cell(attributes.value),
      currency: cell(attributes.currency),
      decisionDate: cell(attributes.decisionDate),
      projectStart: cell(attributes.projectStart),
      chanceToGet: cell(attributes.chanceToGet),
      chanceToGo: cell(attributes.chanceToGo),
    };
  }

  column(name: keyof DealAttributes): string | null {
    return this.cells[name]?.column ?? null;
  }

  reference(name: keyof DealAttributes, kind: ReferenceKind, row: readonly string[], place: Place): string | undefined {
    const text = this.cells[name]?.read(row);
    return text === undefined ? undefined : this.tools.references.resolve(kind, text, { ...place, column: this.column(name) });
  }

  owner(row: readonly string[], place: Place): EmployeeId | undefined {
    return this.reference('owner', 'employee', row, place) as EmployeeId | undefined; // an employee's id, as asked
  }

  company(row: readonly string[], place: Place): CompanyId | undefined {
    return this.reference('company', 'company', row, place) as CompanyId | undefined; // a company's id, as asked
  }

  product(row: readonly string[], place: Place): ProductId | undefined {
    return this.reference('product', 'product', row, place) as ProductId | undefined; // a product's id, as asked
  }

  currency(row: readonly string[]): string {
    const cell = this.cells.currency;
    const currency = cell?.as(row, (text) => {
      if (!isCurrency(text)) throw new CellProblem(`${text} is no ISO 4217 currency`);
      return text;
    });
    const known = currency ?? this.tools.mapping.currency;
    if (known === undefined) throw new CellProblem('an amount without a currency; the mapping names none', cell?.column ?? null);
    return known;
  }

  money(cell: Cell | undefined, row: readonly string[]): Money | undefined {
    return cell?.as(row, (text, times) => moneyOf(text, this.currency(row), this.tools.mapping.numbers, times));
  }

  value(row: readonly string[]): Money | undefined {
    return this.money(this.cells.value, row);
  }

  date(name: 'decisionDate' | 'projectStart', row: readonly string[]): CalendarDate | undefined {
    return this.cells[name]?.as(row, (text) => this.tools.dates.calendarDate(text));
  }

  chance(name: 'chanceToGet' | 'chanceToGo', row: readonly string[]): number | undefined {
    return this.cells[name]?.as(row, (text) => basisPointsOf(text, this.tools.mapping.numbers));
  }

  /** What the registration of a deal says; what the source does not hold is said to be not in the source. */
  registration(row: readonly string[], place: Place): RequestRegistered['data'] {
    const productId = this.product(row, place);
    const campaign = this.reference('campaign', 'campaign', row, place);
    const contact = this.reference('contact', 'contact', row, place);
    return {
      contactId: (contact as ContactId | undefined) ?? NOT_IN_SOURCE, // a contact's id, as asked
      companyId: this.company(row, place) ?? NOT_IN_SOURCE,
      summary: this.cells.summary?.read(row) ?? NOT_IN_SOURCE,
      source: this.leadSource(row),
      origin: campaign === undefined ? { kind: NOT_IN_SOURCE } : { kind: 'provoked', campaignId: campaign as CampaignId }, // a campaign's id, as asked
      receivedBy: this.receivedBy(row, place),
      ...(productId === undefined ? {} : { productId }),
    };
  }

  private leadSource(row: readonly string[]): RequestSource {
    const source = this.cells.leadSource?.read(row);
    if (source === undefined) return { kind: NOT_IN_SOURCE };
    return source === 'unknown' || source === 'not-asked' ? { kind: source } : { kind: 'known', source };
  }

  private receivedBy(row: readonly string[], place: Place): { employeeId: EmployeeId; department: string } | NotInSource {
    const employeeId = this.reference('receivedBy', 'employee', row, place);
    const department = this.cells.department?.read(row);
    if (employeeId === undefined || department === undefined) return NOT_IN_SOURCE;
    return { employeeId: employeeId as EmployeeId, department }; // an employee's id, as asked
  }

  /** Says of what the mapping looks for and the row does not have that it is not in the source. */
  sayWhatIsMissing(row: readonly string[], place: Place): void {
    for (const name of ['company', 'owner', 'product', 'contact'] as const) {
      const cell = this.cells[name];
      if (cell !== undefined && cell.read(row) === undefined) {
        this.tools.odd({ ...place, column: cell.column }, `no ${name}: recorded as not in the source`);
      }
    }
  }

  /** Value, dates and chances that the row gives, each as a fact of its own. */
  expectations(row: readonly string[], place: Place): Said[] {
    const said: Said[] = [];
    const say = (name: keyof DealAttributes, fact: ImportFact) => said.push({ fact, place: { ...place, column: this.column(name) } });
    const value = this.value(row);
    if (value !== undefined) say('value', { is: 'value', value });
    const decisionDate = this.date('decisionDate', row);
    const projectStart = this.date('projectStart', row);
    if (decisionDate !== undefined || projectStart !== undefined) {
      const name = decisionDate === undefined ? 'projectStart' : 'decisionDate';
      say(name, {
        is: 'decision',
        ...(decisionDate === undefined ? {} : { decisionDate }),
        ...(projectStart === undefined ? {} : { projectStart }),
      });
    }
    const get = this.chance('chanceToGet', row);
    const go = this.chance('chanceToGo', row);
    if (get !== undefined || go !== undefined) {
      const name = get === undefined ? 'chanceToGo' : 'chanceToGet';
      say(name, { is: 'chance', ...(get === undefined ? {} : { get }), ...(go === undefined ? {} : { go }) });
    }
    return said;
  }
}
