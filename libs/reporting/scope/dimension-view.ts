import type { Personal } from '../../domain/shared/envelope.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { BasisPoints } from '../../domain/shared/money.js';
import type { DimensionInterval, DimensionKind, DimensionValues } from '../rows.js';
import type { Rates } from './conversion.js';
import { ratesOf } from './conversion.js';

/** What ids mean at one (T, K): the join of reports with the dimension timelines. */
export interface DimensionView {
  /** Undefined: nothing is known of it at (T, K). */
  values<K extends DimensionKind>(kind: K, id: string): DimensionValues[K] | undefined;
  /** Of every thing of the kind, by id. */
  all<K extends DimensionKind>(kind: K): ReadonlyMap<string, DimensionValues[K]>;
  /** The owner's team, manager or office: null where it is not known, `not-in-source` where the owner is. */
  ofOwner(owner: string | null, what: 'team' | 'manager' | 'office'): string | null;
  industryOf(company: string | null): string | null;
  /** The weight in force at T; null where the stage weighs nothing or is not of the process in force. */
  weightOf(pipeline: string | null, stage: string | null): BasisPoints | null;
  /** Place of a stage in its process; undefined where the process in force has no such stage. */
  stageIndex(pipeline: string | null, stage: string | null): number | undefined;
  /** Labels of a process's stages, those that a version in force by T had and a later one took away among them: deals may have ended there. */
  stageLabels(pipeline: string): ReadonlyMap<string, string>;
  /** Where exchange rates are joined. */
  readonly rates: Rates;
  /** Whether something of the kind counts since the beginning of time because nobody gave a date. */
  assumes(kind: DimensionKind): boolean;
}

const NONE: ReadonlyMap<string, string> = new Map();

interface StageInForce {
  readonly index: number;
  readonly weight: BasisPoints | null;
}

/**
 * `rows` are those that count at (T, K). `organisation` gives the rows at (T', K) where teams, managers and offices are asked for as of
 * another T' (`--organised now`), `former` those of processes that counted at an instant before T, as known at K.
 */
export function dimensionView(
  rows: Iterable<DimensionInterval>,
  organisation?: Iterable<DimensionInterval>,
  former: Iterable<DimensionInterval> = [],
): DimensionView {
  const kinds = new Map<DimensionKind, Map<string, DimensionInterval>>();
  const put = (row: DimensionInterval): void => {
    const things = kinds.get(row.kind);
    if (things === undefined) kinds.set(row.kind, new Map([[row.id, row]]));
    else things.set(row.id, row);
  };
  for (const row of rows) if (organisation === undefined || row.kind !== 'employee') put(row);
  if (organisation !== undefined) for (const row of organisation) if (row.kind === 'employee') put(row);

  const stages = new Map<string, Map<string, StageInForce>>();
  for (const [pipeline, row] of kinds.get('process') ?? []) {
    const { process } = row.values as DimensionValues['process']; // the row's kind says so
    stages.set(pipeline, new Map(process.stages.map((stage, index) => [stage.id, { index, weight: stage.weight }])));
  }
  const inForce = (pipeline: string | null, stage: string | null): StageInForce | undefined =>
    pipeline === null || stage === null ? undefined : stages.get(pipeline)?.get(stage);

  const labels = new Map<string, Map<string, string>>();
  const versions = [...former, ...(kinds.get('process')?.values() ?? [])].sort((a, b) => a.validFrom - b.validFrom);
  for (const { id, values } of versions) {
    const known = labels.get(id) ?? new Map<string, string>();
    for (const stage of (values as DimensionValues['process']).process.stages) known.set(stage.id, stage.label); // likewise
    labels.set(id, known);
  }

  function values<K extends DimensionKind>(kind: K, id: string): DimensionValues[K] | undefined {
    return kinds.get(kind)?.get(id)?.values as DimensionValues[K] | undefined; // rows are kept under their kind
  }
  return {
    values,
    all: <K extends DimensionKind>(kind: K) =>
      new Map([...(kinds.get(kind) ?? [])].map(([id, row]) => [id, row.values as DimensionValues[K]])), // likewise
    ofOwner(owner, what) {
      if (owner === null || owner === NOT_IN_SOURCE) return owner;
      return values('employee', owner)?.[what] ?? null;
    },
    industryOf(company) {
      if (company === null || company === NOT_IN_SOURCE) return company;
      return values('company', company)?.industry ?? null;
    },
    weightOf: (pipeline, stage) => inForce(pipeline, stage)?.weight ?? null,
    stageIndex: (pipeline, stage) => inForce(pipeline, stage)?.index,
    stageLabels: (pipeline) => labels.get(pipeline) ?? NONE,
    rates: ratesOf(kinds.get('rate')?.values() ?? []),
    assumes: (kind) => [...(kinds.get(kind)?.values() ?? [])].some((row) => row.assumedSinceBeginning === 1),
  };
}

/** The name a person reads for an id; null where none is known. Names of people come sealed. */
export function nameOf(
  view: DimensionView,
  kind: 'employee' | 'company' | 'contact' | 'product' | 'campaign',
  id: string,
): Personal | null {
  return view.values(kind, id)?.name ?? null;
}
