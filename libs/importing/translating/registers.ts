import type { Command } from '../../domain/commands.js';
import type { CompanyProfile } from '../../domain/company/company.commands.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { CampaignId, CompanyId, ContactId, EmployeeId, ProductId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { minorDigits } from '../../domain/shared/money.js';
import type { CompaniesMapping, ContactsMapping, EmployeesMapping, Mapping, ProductsMapping } from '../mapping/mapping.js';
import { moneyOf, wholeNumberOf } from '../reading/amounts.js';
import type { Cell, Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import type { Place } from '../reconciling/moment.js';
import type { ReferenceKind, Translating } from './deal-attributes.js';
import type { Identities } from './identities.js';
import { dealKey } from './row-values.js';

/** One fact of a person, company, product or campaign. */
export interface RegisterStep {
  readonly command: Command;
  /** What the fact is, and its value: hashed with source, key and date. */
  readonly fact: string;
  readonly value: unknown;
  /** Undefined: the first known value counts from the beginning of time. */
  readonly effectiveAt: EpochMs | undefined;
  /** In place of a registration, where the thing is registered already under another name or with other details. */
  readonly otherwise?: readonly Command[];
}

/** All that a row says of one person, company, product or campaign. */
export interface Register {
  readonly kind: ReferenceKind;
  readonly id: string;
  readonly key: string;
  readonly steps: readonly RegisterStep[];
  readonly place: Place;
}

type Section = ProductsMapping | CompaniesMapping | EmployeesMapping | ContactsMapping;
export type RegisterKind = 'product' | 'company' | 'employee' | 'contact';

/** What is known by its name alone: a deal names it, and no file of its own has it. */
export function namedRegister(kind: ReferenceKind, id: string, name: string, place: Place): Register {
  const step = (command: Command): RegisterStep => ({ command, fact: 'registered', value: name, effectiveAt: undefined });
  return { kind, id, key: name, place, steps: [step(naming(kind, id, name))] };
}

function naming(kind: ReferenceKind, id: string, name: string): Command {
  // The ids are made for their kinds by `Identities`.
  switch (kind) {
    case 'employee':
      return { type: 'RegisterEmployee', id: id as EmployeeId, name };
    case 'company':
      return { type: 'RegisterCompany', id: id as CompanyId, name };
    case 'contact':
      return { type: 'RegisterContact', id: id as ContactId, name, companyId: NOT_IN_SOURCE };
    case 'product':
      return { type: 'RegisterProduct', id: id as ProductId, name };
    case 'campaign':
      return { type: 'RegisterCampaign', id: id as CampaignId, name };
  }
}

/** Rows of a file of products, companies, employees or contacts. */
export class RegisterTranslator {
  private readonly key: (row: readonly string[]) => string;
  private readonly name: Cell;
  private readonly since: Cell | undefined;
  private readonly facts: (row: readonly string[], id: string, place: Place, name: string) => readonly Omit<RegisterStep, 'effectiveAt'>[];

  constructor(
    private readonly kind: RegisterKind,
    private readonly section: Section,
    columns: Columns,
    private readonly tools: Translating & { readonly identities: Identities },
  ) {
    this.key = columns.plain(section.key, `${section.path}.key`);
    this.name = columns.cell(section.name);
    this.since = columns.optional(section.since);
    const { mapping } = tools;
    const reference = (referred: ReferenceKind) => (name: string, place: Place) => tools.references.resolve(referred, name, place);
    // The section is of the kind that the caller names.
    if (kind === 'product') this.facts = productFacts(section as ProductsMapping, columns, mapping);
    else if (kind === 'company') this.facts = companyFacts(section as CompaniesMapping, columns, mapping, reference('company'));
    else if (kind === 'employee') this.facts = employeeFacts(section as EmployeesMapping, columns, reference('employee'));
    else this.facts = contactFacts(section as ContactsMapping, columns, reference('company'));
  }

  /** @throws CellProblem */
  translate(row: readonly string[], place: Place): Register {
    const key = dealKey(this.key(row), this.section.key);
    const id = this.idOf(key);
    const name = this.name.read(row);
    if (name === undefined) throw new CellProblem('the name is blank', this.name.column);
    const effectiveAt = this.since?.as(row, (text) => this.tools.dates.instant(text));
    const steps = this.facts(row, id, place, name).map((step) => ({ ...step, effectiveAt }));
    return { kind: this.kind, id, key, place, steps };
  }

  idOf(key: string): string {
    return this.tools.identities.by(this.section.id, key);
  }
}

type Facts = (row: readonly string[], id: string, place: Place, name: string) => readonly Omit<RegisterStep, 'effectiveAt'>[];
type Reference = (name: string, place: Place) => string;

function productFacts({ series, listPrice }: ProductsMapping, columns: Columns, mapping: Mapping): Facts {
  const seriesCell = columns.optional(series);
  const price = columns.optional(listPrice);
  return (row, text, _place, name) => {
    const id = text as ProductId; // of a product, as asked
    const said = seriesCell?.read(row);
    const listed = price?.as(row, (amount, times) => moneyOf(amount, currencyOf(mapping), mapping.numbers, times));
    return [
      {
        command: { type: 'RegisterProduct', id, name, ...(said === undefined ? {} : { series: said }) },
        fact: 'registered',
        value: said === undefined ? name : [name, said],
        otherwise: [{ type: 'RenameProduct', id, name }],
      },
      ...(listed === undefined
        ? []
        : [{ command: { type: 'SetListPrice', id, listPrice: listed } as const, fact: 'listPrice', value: listed }]),
    ];
  };
}

function companyFacts(section: CompaniesMapping, columns: Columns, mapping: Mapping, company: Reference): Facts {
  const industry = columns.optional(section.industry);
  const country = columns.optional(section.country);
  const employees = columns.optional(section.employees);
  const founded = columns.optional(section.foundedYear);
  const revenue = columns.optional(section.annualRevenue);
  const parent = columns.optional(section.parent);
  return (row, text, place, name) => {
    const id = text as CompanyId; // of a company, as asked
    const classified = industry?.read(row);
    const said: { -readonly [K in keyof CompanyProfile]: CompanyProfile[K] } = {};
    const inCountry = country?.read(row);
    if (inCountry !== undefined) said.country = inCountry;
    const heads = employees?.as(row, (number) => wholeNumberOf(number, mapping.numbers, 100_000_000));
    if (heads !== undefined) said.employees = heads;
    const year = founded?.as(row, (number) => wholeNumberOf(number, { decimal: '.', thousands: '' }, 9999));
    if (year !== undefined) said.foundedYear = year;
    const annual = revenue?.as(row, (amount, times) => moneyOf(amount, currencyOf(mapping), mapping.numbers, times));
    if (annual !== undefined) {
      said.annualRevenueMinor = annual.minor;
      said.currency = annual.currency;
    }
    const owner = parent?.read(row);
    if (owner !== undefined) said.parentCompanyId = company(owner, { ...place, column: parent?.column ?? null }) as CompanyId; // as asked
    return [
      { command: { type: 'RegisterCompany', id, name }, fact: 'registered', value: name, otherwise: [{ type: 'RenameCompany', id, name }] },
      ...(classified === undefined
        ? []
        : [{ command: { type: 'ClassifyIndustry', id, industry: classified } as const, fact: 'industry', value: classified }]),
      ...(Object.keys(said).length === 0
        ? []
        : [{ command: { type: 'ProfileCompany', id, profile: said } as const, fact: 'profile', value: said }]),
    ];
  };
}

function employeeFacts(section: EmployeesMapping, columns: Columns, employee: Reference): Facts {
  const team = columns.optional(section.team);
  const manager = columns.optional(section.manager);
  const office = columns.optional(section.office);
  const department = columns.optional(section.department);
  return (row, text, place, name) => {
    const id = text as EmployeeId; // of an employee, as asked
    const steps: Omit<RegisterStep, 'effectiveAt'>[] = [
      {
        command: { type: 'RegisterEmployee', id, name },
        fact: 'registered',
        value: name,
        otherwise: [{ type: 'RenameEmployee', id, name }],
      },
    ];
    const named = team?.read(row);
    if (named !== undefined) {
      const joined = section.teamIsPerson ? employee(named, { ...place, column: team?.column ?? null }) : named;
      steps.push({ command: { type: 'JoinTeam', id, team: joined }, fact: 'team', value: joined });
    }
    const boss = manager?.read(row);
    if (boss !== undefined) {
      const managerId = employee(boss, { ...place, column: manager?.column ?? null }) as EmployeeId; // as asked
      steps.push({ command: { type: 'AssignManager', id, managerId }, fact: 'manager', value: managerId });
    }
    const at = office?.read(row);
    if (at !== undefined) steps.push({ command: { type: 'JoinOffice', id, office: at }, fact: 'office', value: at });
    const of = department?.read(row);
    if (of !== undefined) steps.push({ command: { type: 'JoinDepartment', id, department: of }, fact: 'department', value: of });
    return steps;
  };
}

function contactFacts(section: ContactsMapping, columns: Columns, company: Reference): Facts {
  const cells = { email: columns.optional(section.email), phone: columns.optional(section.phone), role: columns.optional(section.role) };
  const employer = columns.optional(section.company);
  return (row, text, place, name) => {
    const id = text as ContactId; // of a contact, as asked
    const details = Object.fromEntries(
      Object.entries(cells).flatMap(([field, cell]) => {
        const said = cell?.read(row);
        return said === undefined ? [] : [[field, said]];
      }),
    );
    const at = employer?.read(row);
    const companyId = at === undefined ? undefined : (company(at, { ...place, column: employer?.column ?? null }) as CompanyId); // as asked
    return [
      {
        command: { type: 'RegisterContact', id, name, companyId: companyId ?? NOT_IN_SOURCE, ...details },
        fact: 'registered',
        value: { name, companyId: companyId ?? null, ...details },
        otherwise: [
          { type: 'ReviseContactDetails', id, name, ...details },
          ...(companyId === undefined ? [] : [{ type: 'MoveContactToCompany', id, companyId } as const]),
        ],
      },
    ];
  };
}

function currencyOf({ currency }: Mapping): string {
  if (currency === undefined) throw new CellProblem('an amount without a currency; the mapping names none');
  minorDigits(currency);
  return currency;
}
