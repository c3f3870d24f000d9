/** One key for each grouping that a column tells. */
type Keys = readonly (string | null)[];

/** Reads keys of a column's codes: turned to a code, it tells the key of each grouping by its index. */
export interface KeysReader {
  turnTo(code: number): void;
  key(index: number): string | null;
}

/** Codes of a column that come to the same keys have one number. */
export class Fold {
  private readonly numbers = new Map<string, number>();
  readonly keys: Keys[] = [];
  /** Number of each code; another array where there are more codes. */
  table = new Uint32Array(0);

  /** `groupings`: how many keys a code has. */
  constructor(private readonly groupings: number) {}

  /** Takes the codes below `size` that it has not. `reader` is asked for where there are any. */
  extend(size: number, reader: () => KeysReader): void {
    const from = this.table.length;
    if (from === size) return;
    const wider = new Uint32Array(size);
    wider.set(this.table);
    this.table = wider;
    const read = reader();
    for (let code = from; code < size; code += 1) {
      read.turnTo(code);
      wider[code] = this.numberOf(Array.from({ length: this.groupings }, (_, index) => read.key(index)));
    }
  }

  /** Whether its codes still come to the keys that it knows. */
  agrees(read: KeysReader): boolean {
    const { table, keys, groupings } = this;
    for (let code = 0; code < table.length; code += 1) {
      const known = keys[table[code]!]!; // every code has its number, and a number its keys
      read.turnTo(code);
      for (let index = 0; index < groupings; index += 1) if (known[index] !== read.key(index)) return false;
    }
    return true;
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
