/**
 * Distinct 32-bit numbers, each with a place of its own, counted from 0 in order of appearance: open addressing over two arrays, where a Map takes four times the memory.
 */
export class NumberTable {
  private values = new Int32Array(64);
  /** Place plus one; 0 where empty. */
  private slots = new Int32Array(128);
  size = 0;

  static of(values: Int32Array): NumberTable {
    const table = new NumberTable();
    for (let place = 0; place < values.length; place += 1) table.place(values[place]!); // below length
    return table;
  }

  /** The value's place; a new one where it has none. */
  place(value: number): number {
    const known = this.slots[this.slotOf(value)]!; // slots are masked, here and below
    if (known !== 0) return known - 1;
    if (this.size === this.values.length) this.grow();
    this.values[this.size] = value;
    this.size += 1;
    this.slots[this.slotOf(value)] = this.size;
    return this.size - 1;
  }

  at(place: number): number {
    return this.values[place] ?? 0;
  }

  /** By place. */
  all(): Int32Array {
    return this.values.subarray(0, this.size);
  }

  private slotOf(value: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(value, 0x9e3779b1) >>> 7) & mask;
    for (;;) {
      const known = this.slots[slot]!;
      if (known === 0 || this.values[known - 1] === value) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const wider = new Int32Array(this.values.length * 2);
    wider.set(this.values);
    this.values = wider;
    this.slots = new Int32Array(wider.length * 2);
    for (let place = 0; place < this.size; place += 1) this.slots[this.slotOf(wider[place]!)] = place + 1;
  }
}
