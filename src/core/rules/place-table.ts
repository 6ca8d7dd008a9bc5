import type { Hash64 } from "./content-hash.js";

/** Where a hash was first seen: the number of a source and a 1-based line. */
export interface SeenPlace {
  readonly source: number;
  readonly line: number;
}

const WORDS = 4;
const FIRST_SLOTS = 1024;

/**
 * First places by hash, in one array of numbers with open addressing: 16 bytes a slot and at most two of three slots
 * taken, so 24 to 48 bytes an entry and no limit on the number of entries but memory (a `Map` ends at 16.7 million).
 */
export class PlaceTable {
  private slots = new Uint32Array(FIRST_SLOTS * WORDS);
  private entries = 0;

  get size(): number {
    return this.entries;
  }

  get byteLength(): number {
    return this.slots.byteLength;
  }

  /** The place of a hash, if it was seen. */
  find(hash: Hash64): SeenPlace | undefined {
    const at = this.slotOf(hash);
    const line = this.slots[at + 2]!;
    return line === 0 ? undefined : { source: this.slots[at + 3]!, line };
  }

  /** Remembers the place unless the hash was seen before; answers the place seen before. */
  findOrAdd(hash: Hash64, place: SeenPlace): SeenPlace | undefined {
    const seen = this.find(hash);
    if (seen) return seen;
    if ((this.entries + 1) * WORDS * 3 > this.slots.length * 2) this.grow();
    this.slots.set([hash.high, hash.low, place.line, place.source], this.slotOf(hash));
    this.entries++;
    return undefined;
  }

  /** Offset of the slot that holds the hash, or of the free slot where it would go; a free slot has line 0. */
  private slotOf({ high, low }: Hash64): number {
    const { slots } = this;
    const mask = slots.length - 1;
    let at = (low * WORDS) & mask;
    while (slots[at + 2] !== 0 && (slots[at] !== high || slots[at + 1] !== low)) at = (at + WORDS) & mask;
    return at;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 2] === 0) continue;
      const entry = old.subarray(at, at + WORDS);
      this.slots.set(entry, this.slotOf({ high: entry[0]!, low: entry[1]! }));
    }
  }
}
