/** Texts as small numbers: code 0 is null, codes count up in order of appearance. */
export class Dictionary {
  private readonly codes = new Map<string, number>();
  private readonly texts: (string | null)[] = [null];
  /** Codes by their texts' order, as far as it was asked for. */
  private inOrder = new Uint32Array(0);
  private placeOf = Uint32Array.of(0);

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

  /** Place of each code among all in the order of their texts; null comes last. New texts are sorted among themselves and merged in. */
  ranks(): Uint32Array {
    const known = this.inOrder;
    if (known.length === this.size - 1) return this.placeOf;
    const isBefore = (a: number, b: number): boolean => this.texts[a]! < this.texts[b]!; // codes of texts
    const fresh = Uint32Array.from({ length: this.size - 1 - known.length }, (_, index) => known.length + 1 + index);
    fresh.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const merged = new Uint32Array(this.size - 1);
    for (let place = 0, old = 0, next = 0; place < merged.length; place += 1) {
      const takesOld = next === fresh.length || (old < known.length && isBefore(known[old]!, fresh[next]!)); // both below their length
      merged[place] = takesOld ? known[old++]! : fresh[next++]!; // likewise
    }
    this.inOrder = merged;
    this.placeOf = new Uint32Array(this.size).fill(merged.length);
    for (let place = 0; place < merged.length; place += 1) this.placeOf[merged[place]!] = place; // below length
    return this.placeOf;
  }

  /** In order of their codes, from 1 on. */
  all(): readonly string[] {
    return this.texts.slice(1) as string[]; // only code 0 is null
  }
}
