import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { DealId, PipelineId, StageId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { DatedSnapshots, PipelineMapping } from '../mapping/mapping.js';
import type { Cell, Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import type { ImportFact, Moment, Place, Said, SaidOfDeal } from '../reconciling/moment.js';
import { outcomeFact } from './change-per-row.js';
import type { Translating } from './deal-attributes.js';
import { AttributeReader } from './deal-attributes.js';
import type { Identities } from './identities.js';
import { dealKey, stageIdOf } from './row-values.js';

/** A dated snapshot: each row is a deal as somebody saw it then. What differs from what is known becomes an event of that instant. */
export class SnapshotTranslator {
  private readonly key: (row: readonly string[]) => string;
  private readonly attributes: AttributeReader;
  private readonly stage: Cell;
  private readonly wonValue: Cell | undefined;
  private readonly registeredAt: Cell | undefined;

  constructor(
    private readonly deals: DatedSnapshots,
    private readonly pipeline: PipelineMapping,
    columns: Columns,
    private readonly at: EpochMs,
    private readonly tools: Translating & { readonly identities: Identities },
  ) {
    this.key = columns.plain(deals.key, `${deals.path}.key`);
    this.attributes = new AttributeReader(deals, columns, tools);
    this.stage = columns.cell(deals.stage.stage);
    this.wonValue = columns.optional(deals.wonValue);
    this.registeredAt = columns.optional(deals.registeredAt);
  }

  /** @throws CellProblem */
  translate(row: readonly string[], place: Place): SaidOfDeal {
    const key = dealKey(this.key(row), this.deals.key);
    const id = this.tools.identities.ofKey(key) as DealId; // a deal's id by its making
    const registeredAt = this.registeredAt?.as(row, (text) => this.tools.dates.instant(text)) ?? this.at;
    if (registeredAt > this.at) throw new CellProblem('the deal was made after the snapshot', this.registeredAt?.column ?? null);
    const data = this.attributes.registration(row, place);
    const registered: Said = { fact: { is: 'registered', data }, place: { ...place, column: this.registeredAt?.column ?? this.deals.key } };
    const said = this.seen(row, place, data);
    const moments: Moment[] =
      registeredAt === this.at
        ? [{ at: this.at, said: [registered, ...said] }]
        : [
            { at: registeredAt, said: [registered] },
            { at: this.at, said },
          ];
    this.attributes.sayWhatIsMissing(row, place);
    return { key, id, claim: 'observed', moments };
  }

  private seen(
    row: readonly string[],
    place: Place,
    { companyId, productId }: (ImportFact & { is: 'registered' })['data'],
  ): readonly Said[] {
    const said: Said[] = [];
    const say = (column: string | null, fact: ImportFact) => said.push({ fact, place: { ...place, column } });
    const { column } = this.stage;
    const text = this.stage.read(row);
    const ownerId = this.attributes.owner(row, place);
    const outcome = text === undefined ? undefined : this.deals.stage.outcomes.get(text);
    const pipelineId = this.pipeline.id as PipelineId; // the mapping's, checked against ID_PATTERN
    if (companyId !== NOT_IN_SOURCE) say(this.attributes.column('company'), { is: 'company', companyId });
    if (productId !== undefined) say(this.attributes.column('product'), { is: 'product', productId });
    if (outcome === undefined) {
      const stageId = stageIdOf(text, this.pipeline, column) as StageId; // one of the mapping's
      say(column, { is: 'stage', pipelineId, stageId, ownerId: ownerId ?? NOT_IN_SOURCE });
      if (ownerId !== undefined) say(this.attributes.column('owner'), { is: 'owner', ownerId });
      return [...said, ...this.attributes.expectations(row, place)];
    }
    // Seen closed for the first time: through which stage it went the snapshot does not say. It enters the first one, so that there is a deal to close.
    const stageId = (this.pipeline.stages[0]?.id ?? '') as StageId; // a pipeline has a stage
    const entry: ImportFact = { is: 'stage', pipelineId, stageId, ownerId: ownerId ?? NOT_IN_SOURCE };
    said.push({ fact: entry, place: { ...place, column }, onlyIfNew: true });
    if (outcome === 'postponed') {
      if (ownerId !== undefined) say(this.attributes.column('owner'), { is: 'owner', ownerId });
      said.push(...this.attributes.expectations(row, place));
    } else said.push(...this.attributes.expectations(row, place).map((one) => ({ ...one, onlyIfNew: true })));
    const value = outcome === 'won' ? (this.attributes.money(this.wonValue, row) ?? this.attributes.value(row)) : undefined;
    const fact = outcomeFact(outcome);
    say(
      outcome === 'won' ? (this.wonValue?.column ?? column) : column,
      fact.is === 'won' && value !== undefined ? { ...fact, value } : fact,
    );
    return said;
  }
}
