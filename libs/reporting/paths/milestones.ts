import { nearest } from '../nearest.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { lastRow } from './deal-path.js';
import { QuestionNotUnderstood } from '../queries.js';
import type { DealInterval } from '../rows.js';
import type { DealPath } from './deal-path.js';

/**
 * Named instants of a deal's way (metrics.md section 4: every lead time names its two ends). `registered`, `contacted`, `qualified` and `stage:<id>` are the first
 * time; `won`, `lost`, `marketing`, `filed` and `closed` stand only while the deal stands there at T: a win that was reopened is no win.
 */
export type Milestone =
  | 'registered'
  | 'contacted'
  | 'qualified'
  | 'postponed'
  | 'reopened'
  | 'won'
  | 'lost'
  | 'marketing'
  | 'filed'
  | 'closed'
  | `stage:${string}`;

const NAMED = ['registered', 'contacted', 'qualified', 'postponed', 'reopened', 'won', 'lost', 'marketing', 'filed', 'closed'] as const;

/** `signed` is the contract, so the win; any other word is taken as a stage's id. */
function parseMilestone(text: string): Milestone {
  if (text === 'signed') return 'won';
  const named = NAMED.find((name) => name === text);
  if (named !== undefined) return named;
  return text.startsWith('stage:') ? (text as `stage:${string}`) : `stage:${text}`;
}

/**
 * A milestone as people say it: by its name, or a stage by id or label, of any process that is known. A word that is neither would be a funnel full of zeros.
 * @throws QuestionNotUnderstood
 */
export function milestoneOf(text: string, stages: ReadonlyMap<string, string>): Milestone {
  const milestone = parseMilestone(text.trim());
  if (!milestone.startsWith('stage:') || stages.size === 0) return milestone;
  const said = milestone.slice('stage:'.length);
  if (stages.has(said)) return milestone;
  const [id] = [...stages].find(([, label]) => label.toLowerCase() === said.toLowerCase()) ?? [];
  if (id !== undefined) return `stage:${id}`;
  const near = nearest(said, [...NAMED, ...stages.keys(), ...stages.values()]);
  throw new QuestionNotUnderstood(
    `'${text}' is no milestone${near}; take of ${NAMED.join(', ')}, or a stage: ${[...stages.keys()].join(', ')}`,
  );
}

const CLOSED: readonly string[] = ['won', 'lost', 'marketing', 'filed'];

export function isClosed(status: string): boolean {
  return CLOSED.includes(status);
}

/** Ended, by a fact that carries no date of its own: in no period, and after no known time. */
export function endedUndated(path: DealPath): boolean {
  const { status, closedAt } = lastRow(path);
  return isClosed(status) && closedAt === null;
}

/**
 * When the deal came to the milestone, as of the path's T; null where it has not, or where nobody knows when (its registration has no date, for
 * all of them; its end has none, for that). */
export function milestoneAt(path: DealPath, milestone: Milestone): EpochMs | null {
  const { rows } = path;
  const last = lastRow(path);
  if (last.dated === 0) return null;
  switch (milestone) {
    case 'registered':
      return rows[0].registeredAt;
    case 'won':
    case 'lost':
    case 'marketing':
    case 'filed':
      return last.status === milestone ? last.closedAt : null;
    case 'closed':
      return isClosed(last.status) ? last.closedAt : null;
    default:
      return isReachedUndated(path, milestone) ? null : (firstAt(path, milestone)?.validFrom ?? null);
  }
}

/** Came to a stage by a fact that carries no date of its own. */
export function isReachedUndated(path: DealPath, milestone: Milestone): boolean {
  return milestone.startsWith('stage:') && firstAt(path, milestone as `stage:${string}`)?.stageSince === null;
}

/** The row with which the deal first came to a milestone on its way. */
function firstAt({ rows }: DealPath, milestone: 'contacted' | 'qualified' | 'postponed' | 'reopened' | `stage:${string}`) {
  switch (milestone) {
    case 'contacted':
      return rows.find(({ status }) => status === 'contacted');
    case 'qualified':
      return rows.find(({ status }) => status === 'open');
    case 'postponed':
      return rows.find(({ status }) => status === 'postponed');
    case 'reopened':
      return rows.find(({ status }, index) => status === 'open' && index > 0 && isClosed(rows[index - 1]?.status ?? ''));
    default: {
      const stage = milestone.slice('stage:'.length);
      return rows.find((row) => row.stage === stage && row.status === 'open');
    }
  }
}

/** The row whose event brought the deal to the milestone; undefined where `milestoneAt` is null. */
export function milestoneRow(path: DealPath, milestone: Milestone): DealInterval | undefined {
  const at = milestoneAt(path, milestone);
  if (at === null) return undefined;
  switch (milestone) {
    case 'registered':
      return path.rows[0];
    case 'won':
    case 'lost':
    case 'marketing':
    case 'filed':
    case 'closed':
      return path.rows.find(({ status, closedAt }) => closedAt === at && status === lastRow(path).status);
    default:
      return firstAt(path, milestone);
  }
}
