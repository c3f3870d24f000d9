/** What a page of text is written for, and how narrow it becomes at most. */
const WIDEST = 100;
const NARROWEST = 60;

/** Columns of text: as many as the terminal has, a hundred at most; a hundred where it goes into a file or a pipe. */
export function pageWidth(columns: number | undefined = process.stdout.columns): number {
  return columns === undefined ? WIDEST : Math.min(WIDEST, Math.max(NARROWEST, columns));
}
