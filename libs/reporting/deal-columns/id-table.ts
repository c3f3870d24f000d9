/**
 * A million ids without a million strings: UTF-8 in one buffer, found by open addressing over 32-bit hashes. Numbers count from 0 in order of appearance.
 * A Map of strings holds the same in four times the memory.
 */
export class IdTable {
  private bytes = Buffer.alloc(1 << 16);
  private used = 0;
  private offsets = new Uint32Array(1 << 12);
  private slots = new Int32Array(1 << 13).fill(-1);
  private hashes = new Uint32Array(1 << 12);
  size = 0;

  /** The id's number; a new one where it has none. */
  number(id: string): number {
    const hash = hashOf(id);
    const slot = this.slotOf(id, hash);
    const known = this.slots[slot] ?? -1;
    return known === -1 ? this.insert(id, hash, slot) : known;
  }

  find(id: string): number | undefined {
    const known = this.slots[this.slotOf(id, hashOf(id))] ?? -1;
    return known === -1 ? undefined : known;
  }

  id(number: number): string {
    return this.bytes.toString('utf8', this.offsets[number] ?? 0, number + 1 === this.size ? this.used : this.offsets[number + 1]);
  }

  get byteLength(): number {
    return this.bytes.length + this.offsets.byteLength + this.slots.byteLength + this.hashes.byteLength;
  }

  private slotOf(id: string, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const number = this.slots[slot] ?? -1;
      if (number === -1 || (this.hashes[number] === hash && this.id(number) === id)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private insert(id: string, hash: number, slot: number): number {
    const length = Buffer.byteLength(id);
    if (this.used + length > this.bytes.length)
      this.bytes = Buffer.concat([this.bytes, Buffer.alloc(Math.max(this.bytes.length >> 1, length))]);
    if (this.size === this.offsets.length) {
      this.offsets = grown(this.offsets);
      this.hashes = grown(this.hashes);
    }
    const number = this.size;
    this.offsets[number] = this.used;
    this.hashes[number] = hash;
    this.used += this.bytes.write(id, this.used);
    this.slots[slot] = number;
    this.size += 1;
    if (this.size * 2 > this.slots.length) this.rehash();
    return number;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let slot = (this.hashes[number] ?? 0) & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = number;
    }
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(Math.ceil(array.length * 1.5));
  wider.set(array);
  return wider;
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
