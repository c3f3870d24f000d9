import { nearest } from '../nearest.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { lastRow } from './deal-path.js';
import { QuestionNotUnderstood } from '../queries.js';
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

/** When the deal came to the milestone, as of the path's T; null where it has not (or its registration has no date, for all of them). */
export function milestoneAt(path: DealPath, milestone: Milestone): EpochMs | null {
  const { rows } = path;
  const last = lastRow(path);
  if (last.dated === 0) return null;
  switch (milestone) {
    case 'registered':
      return rows[0].registeredAt;
    case 'contacted':
      return rows.find(({ status }) => status === 'contacted')?.validFrom ?? null;
    case 'qualified':
      return rows.find(({ status }) => status === 'open')?.validFrom ?? null;
    case 'postponed':
      return rows.find(({ status }) => status === 'postponed')?.validFrom ?? null;
    case 'reopened':
      return rows.find(({ status }, index) => status === 'open' && index > 0 && isClosed(rows[index - 1]?.status ?? ''))?.validFrom ?? null;
    case 'won':
    case 'lost':
    case 'marketing':
    case 'filed':
      return last.status === milestone ? last.closedAt : null;
    case 'closed':
      return isClosed(last.status) ? last.closedAt : null;
    default: {
      const stage = milestone.slice('stage:'.length);
      return rows.find((row) => row.stage === stage && row.status === 'open')?.validFrom ?? null;
    }
  }
}
