/** What a caller may do. `personal`: names of people and what was written about them are readable; without it they read `withheld`. */
export const RIGHTS = ['read', 'write', 'correct', 'operate', 'personal'] as const;
export type Right = (typeof RIGHTS)[number];

export function isRight(text: string): text is Right {
  return (RIGHTS as readonly string[]).includes(text);
}
