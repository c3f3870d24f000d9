const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const HALF_A_CHARACTER = /\p{Surrogate}/u;

/** The first character of a text that is not recorded of anybody: a control character (tabs and ends of lines are none), or half of a pair. Undefined in text that all stores and terminals can hold. */
export function unfitCharacter(text: string): string | undefined {
  return (CONTROL.exec(text) ?? HALF_A_CHARACTER.exec(text))?.[0];
}
