/** Texts as small numbers: code 0 is null, codes count up in order of appearance. */
export class Dictionary {
  private readonly codes = new Map<string, number>();
  private readonly texts: (string | null)[] = [null];

  static of(texts: readonly string[]): Dictionary {
    const dictionary = new Dictionary();
    for (const text of texts) dictionary.code(text);
    return dictionary;
  }

  code(text: string | null): number {
    if (text === null) return 0;
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    const code = this.texts.push(text) - 1;
    this.codes.set(text, code);
    return code;
  }

  /** Undefined where the text never appeared. */
  find(text: string | null): number | undefined {
    return text === null ? 0 : this.codes.get(text);
  }

  text(code: number): string | null {
    return this.texts[code] ?? null;
  }

  /** Codes are below this. */
  get size(): number {
    return this.texts.length;
  }

  /** In order of their codes, from 1 on. */
  all(): readonly string[] {
    return this.texts.slice(1) as string[]; // only code 0 is null
  }
}
