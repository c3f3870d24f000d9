import type { DealId, PipelineId, StageId } from '../../domain/shared/ids.js';
import { NOT_IN_SOURCE } from '../../domain/shared/envelope.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Milestone, MilestoneFact, PipelineMapping, RowPerDeal } from '../mapping/mapping.js';
import type { Cell, Columns } from '../reading/cell.js';
import { CellProblem } from '../reading/cell.js';
import type { ImportFact, Moment, Place, Said, SaidOfDeal } from '../reconciling/moment.js';
import type { Translating } from './deal-attributes.js';
import { AttributeReader } from './deal-attributes.js';
import type { Identities } from './identities.js';
import { dealKey, mustHaveHappened, reasonCodes, stageIdOf } from './row-values.js';

interface CompiledMilestone {
  readonly holds: (row: readonly string[]) => boolean;
  readonly at: Cell;
  readonly happened: MilestoneFact;
  readonly stage: Cell | undefined;
  readonly value: Cell | undefined;
  readonly reasons: Cell | undefined;
  readonly wakeUp: Cell | undefined;
}

/** One row per deal: the row holds the deal's whole history as far as the source tells it, one date column a milestone. */
export class RowPerDealTranslator {
  private readonly key: (row: readonly string[]) => string;
  private readonly attributes: AttributeReader;
  private readonly milestones: readonly CompiledMilestone[];

  constructor(
    private readonly deals: RowPerDeal,
    private readonly pipeline: PipelineMapping,
    columns: Columns,
    private readonly tools: Translating & { readonly identities: Identities; readonly instant: EpochMs },
  ) {
    this.key = columns.plain(deals.key, `${deals.path}.key`);
    this.attributes = new AttributeReader(deals, columns, tools);
    this.milestones = deals.history.map((milestone) => compile(milestone, columns));
  }

  /** @throws CellProblem: the row is refused as a whole, for it is one deal's history */
  translate(row: readonly string[], place: Place): SaidOfDeal {
    const key = dealKey(this.key(row), this.deals.key);
    const id = this.tools.identities.ofKey(key) as DealId; // a deal's id by its making
    const moments: Moment[] = [];
    let before: { at: EpochMs; column: string | null } | undefined;
    for (const milestone of this.milestones) {
      if (!milestone.holds(row)) continue;
      const { column } = milestone.at;
      const at = milestone.at.as(row, (text) => this.tools.dates.instant(text)) ?? null;
      if (at !== null) {
        mustHaveHappened(at, this.tools.instant, column);
        if (before !== undefined && at < before.at) throw new CellProblem(`${column} is before ${before.column}`, column);
        before = { at, column };
      } else this.tools.odd({ ...place, column }, `no date: ${milestone.happened.is} is recorded undated`);
      moments.push({ at, said: this.said(milestone, row, { ...place, column }, moments.length === 0) });
    }
    if (moments.length === 0)
      throw new CellProblem('no part of the history applies to this row', this.deals.history[0]?.when[0]?.column ?? null);
    this.attributes.sayWhatIsMissing(row, place);
    return { key, id, claim: 'happened', moments };
  }

  private said(milestone: CompiledMilestone, row: readonly string[], place: Place, first: boolean): readonly Said[] {
    const said: Said[] = [];
    if (first) said.push({ fact: { is: 'registered', data: this.attributes.registration(row, place) }, place });
    const fact = this.factOf(milestone, row, place);
    // The expected value is known from the deal's beginning as far as the source tells; an outcome takes its value with it.
    if (fact?.is === 'stage') said.push({ fact, place });
    if (first) said.push(...this.attributes.expectations(row, place));
    if (fact !== undefined && fact.is !== 'stage') said.push({ fact, place });
    return said;
  }

  private factOf(milestone: CompiledMilestone, row: readonly string[], place: Place): ImportFact | undefined {
    switch (milestone.happened.is) {
      case 'registered':
        return undefined;
      case 'stage': {
        const stageId = stageIdOf(milestone.stage?.read(row), this.pipeline, milestone.stage?.column ?? null);
        const pipelineId = this.pipeline.id as PipelineId; // the mapping's, checked against ID_PATTERN
        return { is: 'stage', pipelineId, stageId: stageId as StageId, ownerId: this.attributes.owner(row, place) ?? NOT_IN_SOURCE };
      }
      case 'won': {
        const value = this.attributes.money(milestone.value, row);
        const unvalued = milestone.value !== undefined && value === undefined;
        return {
          is: 'won',
          ...(unvalued ? { value: 'unknown' as const } : value === undefined ? {} : { value }),
          reasons: reasonCodes(milestone.reasons?.read(row)),
        };
      }
      case 'lost':
        return { is: 'lost', reasons: reasonCodes(milestone.reasons?.read(row)) };
      case 'postponed':
        return { is: 'postponed', wakeUp: milestone.wakeUp?.as(row, (text) => this.tools.dates.calendarDate(text)) ?? null };
      case 'marketing':
      case 'filed':
        return { is: milestone.happened.is, reason: milestone.reasons?.read(row) ?? NOT_IN_SOURCE };
    }
  }
}

function compile({ when, at, happened, path }: Milestone, columns: Columns): CompiledMilestone {
  const holds = columns.conditions(when, `${path}.when`);
  const compiled = { holds, at: columns.cell(at), happened };
  const none = { stage: undefined, value: undefined, reasons: undefined, wakeUp: undefined };
  switch (happened.is) {
    case 'registered':
      return { ...compiled, ...none };
    case 'stage':
      return { ...compiled, ...none, stage: columns.cell(happened.stage) };
    case 'won':
      return { ...compiled, ...none, value: columns.optional(happened.value), reasons: columns.optional(happened.reasons) };
    case 'lost':
      return { ...compiled, ...none, reasons: columns.optional(happened.reasons) };
    case 'postponed':
      return { ...compiled, ...none, wakeUp: columns.optional(happened.wakeUp) };
    case 'marketing':
    case 'filed':
      return { ...compiled, ...none, reasons: columns.optional(happened.reason) };
  }
}
