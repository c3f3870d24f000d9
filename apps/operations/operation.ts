import type { ImportProgress } from '../../libs/importing/running/import-input.js';
import type { BackupProgress } from '../wiring/backup.js';

/** How far long work has come: lines of a progress bar here, lines of the answer over HTTP. */
export type Progress =
  | ({ readonly work: 'import' } & ImportProgress)
  | { readonly work: 'demo'; readonly deals: number; readonly of: number; readonly events: number }
  | { readonly work: 'projections'; readonly behind: number }
  | ({ readonly work: 'backup' } & BackupProgress);

export type OnProgress = (progress: Progress) => void;
