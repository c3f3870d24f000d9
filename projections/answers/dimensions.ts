import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { ReadStore, Row } from '../../libs/read-store/read-store.port.js';
import { rowCounts } from '../../libs/read-store/read-store.port.js';
import type { Grouping } from '../../libs/reporting/queries.js';
import type { DimensionInterval, DimensionKind } from '../../libs/reporting/rows.js';
import type { DimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { dimensionView } from '../../libs/reporting/scope/dimension-view.js';
import { dimensionTimelinesModel } from '../dimension-timelines/dimension-timelines.js';
import { modelInUse } from './model-in-use.js';

const KIND_OF: { readonly [G in Grouping]?: DimensionKind } = {
  owner: 'employee',
  team: 'employee',
  manager: 'employee',
  office: 'employee',
  product: 'product',
  company: 'company',
  industry: 'company',
  campaign: 'campaign',
};

/** Kinds to be joined for these groupings: processes always (weights, order, names of stages), a firm's many companies only where they are asked for. */
function kindsFor(groupings: Iterable<Grouping>): readonly DimensionKind[] {
  const kinds = new Set<DimensionKind>(['process']);
  for (const grouping of groupings) {
    const kind = KIND_OF[grouping];
    if (kind !== undefined) kinds.add(kind);
  }
  return [...kinds].sort();
}

/** The rows of `dimension-timelines`, as views at (T, K). */
export class Dimensions {
  constructor(private readonly readStore: ReadStore) {}

  kindsFor(groupings: Iterable<Grouping>, more: readonly DimensionKind[] = []): readonly DimensionKind[] {
    return [...new Set([...kindsFor(groupings), ...more])].sort();
  }

  /** `organisedAt`: teams, managers and offices as of another instant than T. */
  async view(asOf: EpochMs, knownAt: number, kinds: readonly DimensionKind[], organisedAt?: EpochMs): Promise<DimensionView> {
    const others = kinds.filter((kind) => kind !== 'process');
    const processes = kinds.includes('process') ? await this.known(knownAt, ['process']) : [];
    const rows = others.length === 0 ? [] : await this.rows(asOf, knownAt, others);
    const inForce = [...rows, ...processes.filter((row) => rowCounts(row, asOf, knownAt))];
    const former = processes.filter((row) => row.validFrom <= asOf);
    if (organisedAt === undefined || !kinds.includes('employee')) return dimensionView(inForce, undefined, former);
    return dimensionView(inForce, await this.rows(organisedAt, knownAt, ['employee']), former);
  }

  private async rows(asOf: EpochMs, knownAt: number, kinds: readonly DimensionKind[]): Promise<readonly DimensionInterval[]> {
    const model = await modelInUse(this.readStore, dimensionTimelinesModel);
    const rows: DimensionInterval[] = [];
    const pages = this.readStore.rowsAsOf(model, { asOf, knownAt, where: [{ column: 'kind', in: kinds }] });
    for await (const page of pages as AsyncIterable<readonly (Row & DimensionInterval)[]>) rows.push(...page); // the model's columns are DimensionInterval's
    return rows;
  }

  /** Every row known at K: for reports that follow changes of teams and weights through time. */
  async known(knownAt: number, kinds: readonly DimensionKind[]): Promise<readonly DimensionInterval[]> {
    const model = await modelInUse(this.readStore, dimensionTimelinesModel);
    const rows: DimensionInterval[] = [];
    const pages = this.readStore.rowsKnownAt(model, knownAt, [{ column: 'kind', in: kinds }]);
    for await (const page of pages as AsyncIterable<readonly (Row & DimensionInterval)[]>) rows.push(...page); // likewise
    return rows;
  }
}
