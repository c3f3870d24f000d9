import leven from 'leven';

/** So many letters may be wrong, of a word of three letters or more. */
const MOST_WRONG = 2;

/** ` (did you mean open?)` where one of the words that may be said is near what was said; else nothing. For the end of a sentence that refuses it. */
export function nearest(said: string, words: readonly string[]): string {
  const lower = said.toLowerCase();
  const allowed = Math.min(MOST_WRONG, Math.floor(said.length / 3));
  const isBegun = (word: string): boolean => said.length >= 3 && word.toLowerCase().startsWith(lower);
  const near = words
    .map((word) => ({ word, wrong: isBegun(word) ? 0 : leven(word.toLowerCase(), lower) }))
    .filter(({ wrong }) => wrong <= allowed)
    .sort((a, b) => a.wrong - b.wrong);
  const [first] = near;
  return first === undefined ? '' : ` (did you mean ${first.word}?)`;
}
