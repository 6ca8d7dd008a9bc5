/**
 * Vectors over three values packed in two bit planes: bit d of `high` is set where the value is the top one, of `low` where
 * it is the bottom one, neither where it is the middle. Levels (3, 2, 1) and directions (1, 0.5, 0) are both such vectors.
 * Comparing two vectors of 90 numbers takes three words of bit operations: `npm run bench:search` has the figures.
 */

/** Number of set bits of a 32-bit word. */
function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

/** Words of one vector: high and low word of the first 32 dimensions, then of the next 32, and so on. */
export type PackedVector = Int32Array;

/** A growing list of packed vectors, 8 bytes per vector and 32 dimensions. */
export class TernaryPlanes {
  /** 32-bit words per plane. */
  readonly #words: number;
  #data: Int32Array;
  #length = 0;

  /**
   * @param size number of dimensions D
   * @param middle the middle value: 2 for levels, 0.5 for directions
   */
  constructor(
    readonly size: number,
    readonly middle: number,
    capacity = 1024,
  ) {
    this.#words = Math.ceil(size / 32);
    this.#data = new Int32Array(capacity * 2 * this.#words);
  }

  get length(): number {
    return this.#length;
  }

  /** Packs a vector of D values. */
  pack(values: ArrayLike<number>): PackedVector {
    const packed = new Int32Array(2 * this.#words);
    for (let d = 0; d < this.size; d++) {
      const value = values[d]!;
      if (value === this.middle) continue;
      packed[2 * (d >> 5) + (value > this.middle ? 0 : 1)]! |= 1 << (d & 31);
    }
    return packed;
  }

  push(vector: PackedVector): void {
    const start = this.#length * vector.length;
    if (start + vector.length > this.#data.length) {
      const grown = new Int32Array(Math.max(this.#data.length * 2, start + vector.length));
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data.set(vector, start);
    this.#length++;
  }

  at(index: number): PackedVector {
    const stride = 2 * this.#words;
    return this.#data.subarray(index * stride, (index + 1) * stride);
  }

  /** The same vectors in another order: place i takes the vector that was at `order[i]`. */
  reordered(order: ArrayLike<number>): TernaryPlanes {
    const planes = new TernaryPlanes(this.size, this.middle, order.length);
    for (let i = 0; i < order.length; i++) planes.push(this.at(order[i]!));
    return planes;
  }

  /** Writes to `out[i - from]` how many dimensions vector i has in common with `target`, for i in [from, to). */
  matches(target: PackedVector, from: number, to: number, out: Uint16Array): void {
    const stride = 2 * this.#words;
    const data = this.#data;
    for (let i = from, p = from * stride; i < to; i++, p += stride) {
      let differing = 0;
      for (let w = 0; w < stride; w += 2) {
        differing += popcount((data[p + w]! ^ target[w]!) | (data[p + w + 1]! ^ target[w + 1]!));
      }
      out[i - from] = this.size - differing;
    }
  }
}

/** Dimensions on which two vectors are on the same side of the middle, as one word per 32 dimensions. */
export function agreement(a: PackedVector, b: PackedVector): Int32Array {
  const words = new Int32Array(a.length / 2);
  for (let w = 0; w < words.length; w++) {
    words[w] = (a[2 * w]! & b[2 * w]!) | (a[2 * w + 1]! & b[2 * w + 1]!);
  }
  return words;
}

/** True when two vectors are on opposite sides of the middle somewhere. */
export function contradicts(a: PackedVector, b: PackedVector): boolean {
  for (let w = 0; w < a.length; w += 2) {
    if (((a[w]! & b[w + 1]!) | (a[w + 1]! & b[w]!)) !== 0) return true;
  }
  return false;
}

/** True when bit d of a word list is set. */
export function hasBit(words: Int32Array, d: number): boolean {
  return (words[d >> 5]! & (1 << (d & 31))) !== 0;
}

/** True when no bit is set. */
export function isEmpty(words: Int32Array): boolean {
  return words.every((word) => word === 0);
}
