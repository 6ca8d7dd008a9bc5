/** FNV-1a of the UTF-16 units of an id. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Numbers that are appended one by one, in four bytes each. */
export class NumberList {
  #values = new Uint32Array(1024);
  #length = 0;

  add(value: number): void {
    if (this.#length === this.#values.length) {
      const longer = new Uint32Array(this.#values.length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#length++] = value;
  }

  /** The numbers, in as much memory as they need. */
  finish(): Uint32Array {
    return this.#values.slice(0, this.#length);
  }
}

const NOBODY = 0xffffffff;

/**
 * Numbers of records by the hash of an id, in sixteen bytes a record at most and without the ids themselves. What it gives
 * are candidates: whoever reads the records compares their ids.
 */
export class IdTable {
  readonly #hashes: Uint32Array;
  /** First record of a hash by slot. */
  readonly #slots: Uint32Array;
  /** The next record with the same hash. */
  readonly #next: Uint32Array;

  private constructor(hashes: Uint32Array) {
    this.#hashes = hashes;
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(hashes.length * 1.3 + 2))).fill(NOBODY);
    this.#next = new Uint32Array(hashes.length).fill(NOBODY);
    // From the end, so that each chain is in the order of the file.
    for (let record = hashes.length - 1; record >= 0; record--) {
      const slot = this.#slotOf(hashes[record]!);
      this.#next[record] = this.#slots[slot]!;
      this.#slots[slot] = record;
    }
  }

  /** Takes the ids of records one after the other. */
  static builder(): { add(id: string): void; finish(): IdTable } {
    const hashes = new NumberList();
    return { add: (id) => hashes.add(hashOf(id)), finish: () => new IdTable(hashes.finish()) };
  }

  get bytes(): number {
    return this.#hashes.byteLength + this.#slots.byteLength + this.#next.byteLength;
  }

  /** The slot of a hash, or the free one where it belongs. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    // The low bits of ids that count upwards are alike.
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#slots[slot] !== NOBODY && this.#hashes[this.#slots[slot]!] !== hash)
      slot = (slot + 1) & mask;
    return slot;
  }

  /** Records that may have this id, in the order of the file. */
  candidates(id: string): number[] {
    const found: number[] = [];
    for (let at = this.#slots[this.#slotOf(hashOf(id))]!; at !== NOBODY; at = this.#next[at]!) found.push(at);
    return found;
  }
}
