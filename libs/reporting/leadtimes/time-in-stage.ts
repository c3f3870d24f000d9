import type { Behind } from '../behind/behind.js';
import type { TimeInStageFigure } from '../behind/figures.js';
import type { TimeInStageRow } from '../flow-queries.js';
import type { GroupedPaths } from '../paths/grouped.js';
import { milestoneAt } from '../paths/milestones.js';
import { stageSpells } from '../paths/spells.js';
import type { StageOrder, StageSpell } from '../paths/spells.js';
import type { DimensionView } from '../scope/dimension-view.js';
import { labelsOf } from '../scope/groupings.js';
import type { Spell } from '../survival/kaplan-meier.js';
import { summariseTimeInStage } from './lead-times.js';

export const TIME_IN_STAGE_METHOD = 'time-in-stage/1';
const DAY = 86_400_000;

export interface TimeInStageQuestion {
  /** Deals registered in [from, to); null: all. */
  readonly period: { readonly from: number; readonly to: number } | null;
  readonly postponed: 'counted' | 'left-out';
  readonly order: StageOrder;
}

/** Stays in one stage: how long they were and how they ended, and no rows. */
interface Stays {
  readonly pipeline: string;
  readonly stage: string;
  readonly spells: Spell[];
  readonly exits: Record<string, number>;
}

function labelIn(pipeline: string, stage: string, view: DimensionView): string {
  return view.values('process', pipeline)?.process.stages.find(({ id }) => id === stage)?.label ?? stage;
}

/** Stays in each stage of a group's deals, by pipeline and in the order of the process at T; stages that no process has any more come last. `undated`: stays that began or ended nobody knows when, in no row. */
export function timeInStage(
  { group, paths }: GroupedPaths,
  question: TimeInStageQuestion,
  view: DimensionView,
  behind?: Behind<TimeInStageFigure>,
): { readonly rows: TimeInStageRow[]; readonly undated: number } {
  const { period, postponed, order } = question;
  const length = ({ from, to, postponedMs }: StageSpell): number => (to - from - (postponed === 'left-out' ? postponedMs : 0)) / DAY;
  const stages = new Map<string, Stays>();
  let undated = 0;
  for (const path of paths) {
    const registered = milestoneAt(path, 'registered');
    if (registered === null || (period !== null && (registered < period.from || registered >= period.to))) continue;
    for (const spell of stageSpells(path, order)) {
      if (spell.isUndated) {
        undated += 1;
        continue;
      }
      const { pipeline, stage, exit } = spell;
      const key = JSON.stringify([pipeline, stage]);
      let stays = stages.get(key);
      if (stays === undefined) stages.set(key, (stays = { pipeline, stage, spells: [], exits: {} }));
      stays.spells.push({ duration: length(spell), outcome: exit });
      const ending = exit ?? 'stillThere';
      stays.exits[ending] = (stays.exits[ending] ?? 0) + 1;
      behind?.take(['n', `exits.${ending}`, ...(exit === null ? [] : (['finished'] as const))], path, () => ({
        ...{ group, row: { pipeline, stage, label: labelIn(pipeline, stage, view) }, days: length(spell) },
        ...{ from: spell.from, to: exit === null ? null : spell.to, event: spell.end ?? spell.entry },
      }));
    }
  }
  const rows = [...stages.values()].map(({ pipeline, stage, spells, exits }): TimeInStageRow => {
    const label = labelIn(pipeline, stage, view);
    return { group, labels: labelsOf(group, view), pipeline, stage, label, ...summariseTimeInStage(spells), exits };
  });
  const place = ({ pipeline, stage }: TimeInStageRow): number => view.stageIndex(pipeline, stage) ?? Number.MAX_SAFE_INTEGER;
  rows.sort((a, b) => (a.pipeline === b.pipeline ? place(a) - place(b) : a.pipeline < b.pipeline ? -1 : 1));
  return { rows, undated };
}
