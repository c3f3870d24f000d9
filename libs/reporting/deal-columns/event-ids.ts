/** Event ids of rows: 16 bytes where they are UUIDs in their usual form, which all that we make are; any other as its text. */
export class EventIds {
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #others: Map<number, string>;

  constructor(rows = 1_024, others = new Map<number, string>()) {
    this.#bytes = new Uint8Array(rows * 16);
    this.#others = others;
  }

  set(row: number, id: string): void {
    if (row * 16 >= this.#bytes.length) {
      const larger = new Uint8Array(Math.ceil(row * 1.5 + 1) * 16);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if (!putUuid(this.#bytes, row * 16, id)) this.#others.set(row, id);
  }

  at(row: number): string {
    const other = this.#others.size === 0 ? undefined : this.#others.get(row);
    if (other !== undefined) return other;
    const hex = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + row * 16, 16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  gather(order: Uint32Array): EventIds {
    const others = new Map<number, string>();
    const gathered = new EventIds(order.length, others);
    const [from, to] = [new Uint32Array(this.#bytes.buffer), new Uint32Array(gathered.#bytes.buffer)];
    for (let index = 0; index < order.length; index += 1) {
      const row = order[index]!; // index < length
      for (let word = 0; word < 4; word += 1) to[index * 4 + word] = from[row * 4 + word]!; // every row has four
      const other = this.#others.size === 0 ? undefined : this.#others.get(row);
      if (other !== undefined) others.set(index, other);
    }
    return gathered;
  }

  get bytes(): number {
    return this.#bytes.byteLength;
  }
}

const DASHES = [8, 13, 18, 23];

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

/** False where it is no UUID in lower case; what was written by then is not read. */
function putUuid(bytes: Uint8Array, offset: number, id: string): boolean {
  if (id.length !== 36) return false;
  let at = offset;
  for (let index = 0; index < 36; index += 2) {
    if (DASHES.includes(index)) {
      if (id.charCodeAt(index) !== 45) return false;
      index += 1;
    }
    const [high, low] = [nibble(id.charCodeAt(index)), nibble(id.charCodeAt(index + 1))];
    if (high < 0 || low < 0) return false;
    bytes[at] = high * 16 + low;
    at += 1;
  }
  return true;
}
