/** One key for each grouping that a column tells. */
type Keys = readonly (string | null)[];

/** Codes of a column that come to the same keys have one number. */
export class Fold {
  private readonly numbers = new Map<string, number>();
  readonly keys: Keys[] = [];
  /** Number of each code. */
  table = new Uint32Array(0);

  /** Takes the codes below `size` that it has not. `reader` is asked for where there are any. */
  extend(size: number, reader: () => (code: number) => Keys): void {
    const from = this.table.length;
    if (from === size) return;
    const wider = new Uint32Array(size);
    wider.set(this.table);
    this.table = wider;
    const read = reader();
    for (let code = from; code < size; code += 1) wider[code] = this.numberOf(read(code));
  }

  private numberOf(keys: Keys): number {
    const text = textOf(keys);
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.keys.push(keys) - 1);
    return this.keys.length - 1;
  }
}

/** One text for each list of keys: ids hold neither of these characters. */
function textOf(keys: Keys): string {
  const [first, second] = keys;
  if (second === undefined) return first ?? '\u001e';
  return keys.map((key) => key ?? '\u001e').join('\u001f');
}
