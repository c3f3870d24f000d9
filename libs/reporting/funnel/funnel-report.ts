import { moneyTexts } from '../figures.js';
import type { Behind, Counted } from '../behind/behind.js';
import type { FunnelFigure } from '../behind/figures.js';
import type { FunnelRow, Maturity } from '../flow-queries.js';
import type { GroupedPaths } from '../paths/grouped.js';
import { lastRow } from '../paths/deal-path.js';
import type { DealPath } from '../paths/deal-path.js';
import type { Milestone } from '../paths/milestones.js';
import { milestoneRow } from '../paths/milestones.js';
import type { StageSpell } from '../paths/spells.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import { wilson } from '../survival/kaplan-meier.js';
import type { FunnelCounted, FunnelQuestion, FunnelStep, StepCount } from './funnel.js';
import { FunnelFold } from './funnel.js';

export const FUNNEL_METHOD = 'funnel/1';
const DAY = 86_400_000;

/**
 * The steps of a funnel: the cohort's milestone, `qualified` behind a registration, the stages of every pipeline that the cohort's deals are or were last in, in the
 * order of the process in force at T, then `won`.
 */
export function funnelSteps(milestone: Milestone, paths: readonly DealPath[], view: DimensionView): FunnelStep[] {
  const pipelines = [...new Set(paths.flatMap((path) => lastRow(path).pipeline ?? []))].sort();
  // A cohort that begins in a stage has no use for the stages before it.
  const start = milestone.startsWith('stage:') ? milestone.slice('stage:'.length) : undefined;
  const stages = pipelines.flatMap((pipeline) => {
    const all = view.values('process', pipeline)?.process.stages ?? [];
    return all.slice(all.findIndex(({ id }) => id === start) + 1).map(({ id, label }) => ({ pipeline, stage: id, label }));
  });
  const requests: FunnelStep[] = milestone === 'registered' || milestone === 'contacted' ? [{ milestone: 'qualified' }] : [];
  return [{ milestone }, ...requests, ...stages, { milestone: 'won' }];
}

/**
 * The step that a step's conversion is told from: the one before it that is not a stage of another pipeline. A win behind the stages of several pipelines
 * has none.
 */
function previous(steps: readonly StepCount[], index: number): StepCount | undefined {
  const here = steps[index];
  const pipelines = new Set(steps.slice(0, index).flatMap(({ step }) => ('stage' in step ? [step.pipeline] : [])));
  if (here !== undefined && !('stage' in here.step) && pipelines.size > 1) return undefined;
  for (let before = index - 1; before >= 0; before -= 1) {
    const other = steps[before];
    if (other === undefined || here === undefined) return undefined;
    if (!('stage' in other.step) || !('stage' in here.step) || other.step.pipeline === here.step.pipeline) return other;
  }
  return undefined;
}

function stepName(step: FunnelStep) {
  if ('stage' in step) return { milestone: step.stage, pipeline: step.pipeline, label: step.label };
  return { milestone: step.milestone.startsWith('stage:') ? step.milestone.slice('stage:'.length) : step.milestone };
}

/** With what a deal came to a step, or how long its stay there was; a step that it skipped, or left behind, is told by its last event. */
function cameBy(path: DealPath, step: FunnelStep, spell: StageSpell | undefined): Omit<Counted, 'group' | 'row'> {
  if (spell === undefined) return { event: milestoneRow(path, 'stage' in step ? `stage:${step.stage}` : step.milestone) };
  const { from, to, exit, entry, end } = spell;
  return { from, to: exit === null ? null : to, days: (to - from) / DAY, event: end ?? entry };
}

/** A funnel does not close: a fault of ours, and no report. */
export class FunnelDoesNotClose extends Error {
  override readonly name = 'FunnelDoesNotClose';
}

function checked({ step, account }: StepCount): void {
  if (account === null) return;
  const { entries, ...exits } = account;
  const sum = Object.values(exits).reduce((total, count) => total + count, 0);
  if (sum !== entries)
    throw new FunnelDoesNotClose(`stage ${JSON.stringify(step)} was entered ${entries} times and left or held ${sum} times`);
}

/** Funnel of one group of deals: its rows and its maturity. Definitions: metrics.md sections 1 and 3. */
export function funnelOf(
  { group, paths }: GroupedPaths,
  question: FunnelQuestion,
  view: DimensionView,
  behind?: Behind<FunnelFigure>,
): { rows: FunnelRow[]; maturity: Maturity } {
  const counted: FunnelCounted | undefined =
    behind &&
    ((figures, step, path, spell) => behind.take(figures, path, () => ({ group, row: stepName(step), ...cameBy(path, step, spell) })));
  const fold = new FunnelFold(question, counted);
  for (const path of paths) fold.add(path);
  const { steps, n, closed, oldEnough } = fold.result();
  const labels = labelsOf(group, view);
  const rows = steps.map((count, index): FunnelRow => {
    checked(count);
    const before = previous(steps, index);
    const band = wilson(count.deals, n);
    return {
      group,
      labels,
      ...stepName(count.step),
      deals: count.deals,
      unvalued: count.unvalued,
      value: moneyTexts(count.value),
      conversionFromStart: n === 0 ? null : count.deals / n,
      conversionFromPrevious: before === undefined || before.deals === 0 ? null : count.deals / before.deals,
      low: band?.low ?? null,
      high: band?.high ?? null,
      skippedIn: count.skippedIn,
      stillHere: count.stillHere,
      lost: count.lost,
      movedBack: count.movedBack,
      ...(count.account === null ? {} : { account: count.account }),
    };
  });
  return { rows, maturity: { group, n, closed, share: n === 0 ? null : closed / n, oldEnough } };
}
