import { EVD, Matrix } from "ml-matrix";
import type { Level } from "../records/direction.js";

/** Statistics over a corpus in one pass and in memory that does not grow with it. */

/** Means of D values per response. */
export class RunningMeans {
  readonly #sums: Float64Array;
  count = 0;

  constructor(size: number) {
    this.#sums = new Float64Array(size);
  }

  add(values: Float64Array): void {
    for (let d = 0; d < values.length; d++) this.#sums[d]! += values[d]!;
    this.count++;
  }

  means(): number[] {
    return Array.from(this.#sums, (sum) => sum / Math.max(1, this.count));
  }
}

/** Centred evidence lies within this many nats: probabilities are read down to 1e-12, whose logarithm is -27.6. */
const RANGE = 64;
const BINS = 1 << 16;

/** Quantiles of D dimensions from histograms 0.002 nats fine. */
export class Quantiles {
  readonly #counts: readonly Uint32Array[];
  #total = 0;

  constructor(size: number) {
    this.#counts = Array.from({ length: size }, () => new Uint32Array(BINS));
  }

  add(values: Float64Array): void {
    for (let d = 0; d < values.length; d++) {
      const bin = Math.floor(((values[d]! + RANGE) / (2 * RANGE)) * BINS);
      this.#counts[d]![Math.min(BINS - 1, Math.max(0, bin))]!++;
    }
    this.#total++;
  }

  /** Per dimension the bounds that at most `share` of the values lie below, and above. */
  tails(share: number): { lower: number[]; upper: number[] } {
    // (1 - 0.9) / 2 of 20 responses is one, and a hair less in floating point.
    const allowed = Math.floor(share * this.#total + 1e-6);
    const edge = (bin: number) => (bin / BINS) * 2 * RANGE - RANGE;
    const lower: number[] = [];
    const upper: number[] = [];
    for (const counts of this.#counts) {
      let below = 0;
      let low = 0;
      while (low < BINS && below + counts[low]! <= allowed) below += counts[low++]!;
      let above = 0;
      let high = BINS - 1;
      while (high >= 0 && above + counts[high]! <= allowed) above += counts[high--]!;
      lower.push(edge(low));
      upper.push(edge(high + 1));
    }
    return { lower, upper };
  }
}

/** Covariance of D values, for the share of variance that one common factor explains. */
export class Covariance {
  readonly #products: Float64Array;
  readonly #means: RunningMeans;

  constructor(readonly size: number) {
    this.#products = new Float64Array(size * size);
    this.#means = new RunningMeans(size);
  }

  add(values: Float64Array): void {
    const { size } = this;
    this.#means.add(values);
    for (let i = 0; i < size; i++) {
      const row = i * size;
      const value = values[i]!;
      if (value !== 0) for (let j = i; j < size; j++) this.#products[row + j]! += value * values[j]!;
    }
  }

  /** Largest eigenvalue over the sum of all; 0 when nothing varies. */
  firstFactorShare(): number {
    const { size } = this;
    const means = this.#means.means();
    const count = Math.max(1, this.#means.count);
    const matrix = Matrix.zeros(size, size);
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) {
        const value = this.#products[i * size + j]! / count - means[i]! * means[j]!;
        matrix.set(i, j, value);
        matrix.set(j, i, value);
      }
    }
    const trace = matrix.trace();
    if (!(trace > 1e-12)) return 0;
    return Math.max(...new EVD(matrix, { assumeSymmetric: true }).realEigenvalues) / trace;
  }
}

/** How the levels of a corpus are distributed. */
export interface LevelSummary {
  readonly responses: number;
  /** Per dimension the number of responses at level 1, 2, 3. */
  readonly counts: readonly (readonly [number, number, number])[];
  /** Share of the variance of the levels that their first common factor explains, 0..1. */
  readonly firstFactorShare: number;
  /** The same of the raw evidence they were decided from. */
  readonly rawFirstFactorShare: number;
}

/** Collects a `LevelSummary`. */
export class LevelSummaryBuilder {
  readonly #counts: [number, number, number][];
  readonly #levels: Covariance;
  readonly #evidence: Covariance;
  #responses = 0;

  constructor(size: number) {
    this.#counts = Array.from({ length: size }, () => [0, 0, 0]);
    this.#levels = new Covariance(size);
    this.#evidence = new Covariance(size);
  }

  add(levels: readonly Level[], evidence: Float64Array): void {
    levels.forEach((level, d) => this.#counts[d]![level - 1]!++);
    // Around 0, neutral costs nothing.
    this.#levels.add(Float64Array.from(levels, (level) => level - 2));
    this.#evidence.add(evidence);
    this.#responses++;
  }

  summary(): LevelSummary {
    return {
      responses: this.#responses,
      counts: this.#counts,
      firstFactorShare: this.#levels.firstFactorShare(),
      rawFirstFactorShare: this.#evidence.firstFactorShare(),
    };
  }
}
