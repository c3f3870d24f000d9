import type { ImportProgress } from '../../libs/importing/running/import-input.js';

/** How far long work has come: lines of a progress bar here, lines of the answer over HTTP. */
export type Progress =
  | ({ readonly work: 'import' } & ImportProgress)
  | { readonly work: 'demo'; readonly deals: number; readonly of: number; readonly events: number }
  | { readonly work: 'projections'; readonly behind: number };

export type OnProgress = (progress: Progress) => void;
