import type { BasisPoints } from '../../domain/shared/money.js';

/** A mapping file, read and checked. docs/importing.md says what each part means to the person who writes one. */
export interface Mapping {
  /** What the mapping file is called in messages. */
  readonly name: string;
  /** Letters and digits: the ids of this source start with it and a dash, so no source's ids are another's. */
  readonly source: string;
  readonly timeZone: string;
  readonly currency: string | undefined;
  /** Luxon formats, tried in turn. */
  readonly dateFormats: readonly string[];
  /** Cells that say nothing. */
  readonly blanks: ReadonlySet<string>;
  readonly numbers: NumberFormat;
  readonly csv: CsvFormat;
  readonly pipeline: PipelineMapping | undefined;
  readonly products: ProductsMapping | undefined;
  readonly companies: CompaniesMapping | undefined;
  readonly employees: EmployeesMapping | undefined;
  readonly contacts: ContactsMapping | undefined;
  readonly deals: readonly DealsMapping[];
}

export interface NumberFormat {
  readonly decimal: string;
  readonly thousands: string;
}

export interface CsvFormat {
  readonly encoding: string;
  readonly delimiter: string;
  readonly quote: string;
}

/** Where a value comes from. Parts are tried in turn until one is not blank. */
export type ValueMapping = readonly ValuePart[];
export interface ValuePart {
  /** Where the part stands in the mapping file, for messages. */
  readonly path: string;
  readonly column: string | undefined;
  readonly constant: string | undefined;
  readonly map: ReadonlyMap<string, string> | undefined;
  /** A whole factor for numbers: 1000000 where the column counts millions. */
  readonly times: number;
  readonly lookup: { readonly file: string; readonly key: string; readonly value: string } | undefined;
}

/** Rows that are as they should not be, and are read nevertheless: reported, never refused. */
export interface OddRule {
  readonly when: readonly Condition[];
  readonly column: string | undefined;
  readonly say: string;
}
export interface Condition {
  readonly column: string;
  readonly values: ReadonlySet<string>;
}

/** `hash`: the key is a name or may be one. `key`: it is a neutral number or code. `slug`: the name in small letters (companies and products alone). */
export type IdRule = 'hash' | 'key' | 'slug';

interface RecordsMapping {
  readonly path: string;
  readonly file: string;
  readonly key: string;
  readonly id: IdRule;
  readonly name: ValueMapping;
  /** Since when what the row says holds; from the beginning of time where left out. */
  readonly since: ValueMapping | undefined;
  readonly odd: readonly OddRule[];
}
export interface ProductsMapping extends RecordsMapping {
  readonly series: ValueMapping | undefined;
  readonly listPrice: ValueMapping | undefined;
}
export interface CompaniesMapping extends RecordsMapping {
  readonly industry: ValueMapping | undefined;
  readonly country: ValueMapping | undefined;
  readonly employees: ValueMapping | undefined;
  readonly foundedYear: ValueMapping | undefined;
  readonly annualRevenue: ValueMapping | undefined;
  readonly parent: ValueMapping | undefined;
}
export interface EmployeesMapping extends RecordsMapping {
  readonly team: ValueMapping | undefined;
  /** The team is named after a person: their id stands for it, never the name. */
  readonly teamIsPerson: boolean;
  readonly manager: ValueMapping | undefined;
  readonly office: ValueMapping | undefined;
  readonly department: ValueMapping | undefined;
}
export interface ContactsMapping extends RecordsMapping {
  readonly email: ValueMapping | undefined;
  readonly phone: ValueMapping | undefined;
  readonly role: ValueMapping | undefined;
  readonly company: ValueMapping | undefined;
}

export interface PipelineMapping {
  readonly id: string;
  readonly name: string;
  readonly stages: readonly StageMapping[];
}
export interface StageMapping {
  readonly id: string;
  readonly label: string;
  /** Null: the source knows none, and answers have no `weighted`. */
  readonly weight: BasisPoints | null;
  readonly stagnatesAfterDays: number | null;
}

/** What a source says of a deal beside its way through the stages. */
export interface DealAttributes {
  readonly owner: ValueMapping | undefined;
  readonly company: ValueMapping | undefined;
  readonly contact: ValueMapping | undefined;
  readonly product: ValueMapping | undefined;
  readonly summary: ValueMapping | undefined;
  readonly leadSource: ValueMapping | undefined;
  readonly campaign: ValueMapping | undefined;
  readonly receivedBy: ValueMapping | undefined;
  readonly department: ValueMapping | undefined;
  readonly value: ValueMapping | undefined;
  readonly currency: ValueMapping | undefined;
  readonly decisionDate: ValueMapping | undefined;
  readonly projectStart: ValueMapping | undefined;
  readonly chanceToGet: ValueMapping | undefined;
  readonly chanceToGo: ValueMapping | undefined;
}

export const OUTCOMES = ['won', 'lost', 'postponed', 'marketing', 'filed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A column that says the stage, or in place of one how the deal ended. */
export interface StageColumn {
  readonly stage: ValueMapping;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

interface DealsFile {
  readonly path: string;
  readonly key: string;
  readonly odd: readonly OddRule[];
}

export interface RowPerDeal extends DealsFile, DealAttributes {
  readonly shape: 'row-per-deal';
  readonly file: string;
  /** What happened to the deal, in the order in which it happens. */
  readonly history: readonly Milestone[];
}
export interface Milestone {
  readonly path: string;
  readonly when: readonly Condition[];
  readonly at: ValueMapping;
  readonly happened: MilestoneFact;
}
export type MilestoneFact =
  | { readonly is: 'stage'; readonly stage: ValueMapping }
  | { readonly is: 'registered' }
  | { readonly is: 'won'; readonly value: ValueMapping | undefined; readonly reasons: ValueMapping | undefined }
  | { readonly is: 'lost'; readonly reasons: ValueMapping | undefined }
  | { readonly is: 'postponed'; readonly wakeUp: ValueMapping | undefined }
  | { readonly is: 'marketing'; readonly reason: ValueMapping | undefined }
  | { readonly is: 'filed'; readonly reason: ValueMapping | undefined };

/** What a field of a field-history export changes. */
export const FIELD_MEANINGS = [
  'stage',
  'owner',
  'company',
  'product',
  'value',
  'wonValue',
  'decisionDate',
  'projectStart',
  'chanceToGet',
  'chanceToGo',
] as const;
export type FieldMeaning = (typeof FIELD_MEANINGS)[number];

export interface ChangePerRow extends DealsFile {
  readonly shape: 'change-per-row';
  readonly file: string;
  readonly at: ValueMapping;
  readonly field: string;
  readonly from: string | undefined;
  readonly to: string;
  /** The field name of the rows that say that the deal was made. */
  readonly registeredField: string | undefined;
  /** Where the export has no such rows: the deal's first change registers it, with the old values. */
  readonly firstChangeRegisters: boolean;
  readonly fields: ReadonlyMap<string, FieldRule>;
  readonly ignored: ReadonlySet<string>;
}
export interface FieldRule {
  readonly is: FieldMeaning;
  readonly map: ReadonlyMap<string, string> | undefined;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

export interface DatedSnapshots extends DealsFile, DealAttributes {
  readonly shape: 'snapshots';
  readonly snapshots: readonly { readonly file: string; readonly at: string; readonly path: string }[];
  /** `open`: the export leaves closed deals out, so that their absence says nothing. */
  readonly contains: 'all' | 'open';
  readonly stage: StageColumn;
  readonly wonValue: ValueMapping | undefined;
  /** When the deal was made, where the export says; else it begins with the first snapshot that holds it. */
  readonly registeredAt: ValueMapping | undefined;
}

export type DealsMapping = RowPerDeal | ChangePerRow | DatedSnapshots;
