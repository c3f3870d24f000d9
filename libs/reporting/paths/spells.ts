import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealInterval } from '../rows.js';
import type { DealPath } from './deal-path.js';
import { isClosed } from './milestones.js';

/** How a stay in a stage ended. `advanced` includes a move by skipping; `handed-off` is a transfer to another pipeline: an exit, not a loss. */
export type Exit = 'advanced' | 'moved-back' | 'reassigned' | 'handed-off' | 'won' | 'lost' | 'to-marketing' | 'filed';

/** One stay: one entry to one exit. A stage entered twice has two. */
export interface StageSpell {
  readonly deal: string;
  readonly pipeline: string;
  readonly stage: string;
  readonly from: EpochMs;
  /** T where it still runs. */
  readonly to: EpochMs;
  /** It began or ended by a fact that carries no date of its own: nobody knows how long it was. */
  readonly isUndated: boolean;
  /** Null: still there at T. */
  readonly exit: Exit | null;
  /** Stage it went to, for moves. */
  readonly toStage: string | null;
  /** Of the stay, postponed: its own clock. */
  readonly postponedMs: number;
  /** Entry to it passed over earlier stages of the pipeline, going forward. */
  readonly skippedTo: boolean;
  /** The row in force when the stay ended: whose it was, what it was worth. */
  readonly row: DealInterval;
  /** The row that it began with, and the one that ended it; undefined while it runs. */
  readonly entry: DealInterval;
  readonly end: DealInterval | undefined;
}

/** Index of a stage in the process in force at an instant; undefined where that process has no such stage. */
export type StageOrder = (pipeline: string, stage: string, at: EpochMs) => number | undefined;

function inStage(row: DealInterval): boolean {
  return row.status === 'open' || row.status === 'postponed';
}

function exitTo(row: DealInterval, next: DealInterval, order: StageOrder): Exit {
  switch (next.status) {
    case 'won':
      return 'won';
    case 'lost':
      return 'lost';
    case 'marketing':
      return 'to-marketing';
    case 'filed':
      return 'filed';
    default: {
      if (next.pipeline !== row.pipeline) return 'handed-off';
      if (next.eventType === 'StageReassigned') return 'reassigned';
      const pipeline = row.pipeline ?? '';
      const before = order(pipeline, row.stage ?? '', next.validFrom) ?? order(pipeline, row.stage ?? '', row.validFrom);
      const after = order(pipeline, next.stage ?? '', next.validFrom);
      return before !== undefined && after !== undefined && after < before ? 'moved-back' : 'advanced';
    }
  }
}

function skipped(previous: DealInterval | undefined, row: DealInterval, order: StageOrder): boolean {
  const pipeline = row.pipeline ?? '';
  const to = order(pipeline, row.stage ?? '', row.validFrom) ?? 0;
  const comesFrom =
    previous !== undefined && previous.pipeline === row.pipeline && inStage(previous)
      ? order(pipeline, previous.stage ?? '', row.validFrom)
      : undefined;
  return comesFrom === undefined ? (previous === undefined || previous.stage === null) && to > 0 : to > comesFrom + 1;
}

/** All stays of a deal, in order. A postponement interrupts no stay. */
export function stageSpells(path: DealPath, order: StageOrder): StageSpell[] {
  const spells: StageSpell[] = [];
  const { rows } = path;
  let start = 0;
  while (start < rows.length) {
    const first = rows[start];
    if (first === undefined || !inStage(first)) {
      start += 1;
      continue;
    }
    let end = start + 1;
    const stays = (row: DealInterval | undefined): row is DealInterval =>
      row !== undefined &&
      inStage(row) &&
      row.pipeline === first.pipeline &&
      row.stage === first.stage &&
      row.stageSince === first.stageSince;
    while (stays(rows[end])) end += 1;
    const next = rows[end];
    const row = rows[end - 1] ?? first;
    let postponedMs = 0;
    for (let index = start; index < end; index += 1) {
      const here = rows[index];
      if (here?.status === 'postponed') postponedMs += (rows[index + 1]?.validFrom ?? path.asOf) - here.validFrom;
    }
    spells.push({
      deal: path.deal,
      pipeline: first.pipeline ?? '',
      stage: first.stage ?? '',
      from: first.validFrom,
      to: next?.validFrom ?? path.asOf,
      isUndated: first.stageSince === null || (next !== undefined && (isClosed(next.status) ? next.closedAt : next.stageSince) === null),
      exit: next === undefined ? null : exitTo(row, next, order),
      toStage: next !== undefined && inStage(next) ? next.stage : null,
      postponedMs,
      skippedTo: skipped(rows[start - 1], first, order),
      row,
      entry: first,
      end: next,
    });
    start = end;
  }
  return spells;
}

/** Those of a known length. */
export function timedSpells(path: DealPath, order: StageOrder): StageSpell[] {
  return stageSpells(path, order).filter(({ isUndated }) => !isUndated);
}
