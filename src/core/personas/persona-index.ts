import type { ConsistencyMode } from "../consistency/consistency.js";
import { type Random, randomFor, shuffle } from "../random.js";
import type { Direction, Levels } from "../records/direction.js";
import {
  agreement,
  contradicts,
  isEmpty,
  type PackedVector,
  TernaryPlanes,
} from "../search/ternary-planes.js";

/** A candidate for a persona: similar enough, and consistent with the pair. */
export interface Candidate {
  /** Index of the response (UGC) or of the pair (PAIR) in the index. */
  readonly item: number;
  readonly matches: number;
  /** PAIR: matches of the rejected responses. */
  readonly matchesRejected: number;
  /** Non-neutral dimensions of the pair with which the item agrees, one bit each. */
  readonly agrees: Int32Array;
}

/** What a bounded search found. */
export interface Candidates {
  readonly probes: number;
  readonly similar: number;
  readonly consistent: number;
  readonly pool: readonly Candidate[];
}

export interface SearchOptions {
  /** Matching dimensions at least. */
  readonly leastMatches: number;
  readonly mode: ConsistencyMode;
  readonly order: "first" | "best";
  readonly maxProbes: number;
  /** Consistent candidates collected at most. */
  readonly poolSize: number;
}

/** Finds candidates for personas. */
export interface PersonaSearch {
  ugc(pair: number, options: SearchOptions): Candidates;
  pairs(pair: number, options: SearchOptions): Candidates;
}

interface IndexedPair {
  readonly id: string;
  readonly group: number;
  readonly chosen: number;
  readonly rejected: number;
  readonly direction: PackedVector;
}

/** Keeps the best of what it is offered: the first ones, or the ones with the most matches (earlier ones among equals). */
class Pool {
  readonly #kept: (Candidate & { readonly order: number })[] = [];
  #offered = 0;

  constructor(
    readonly size: number,
    readonly best: boolean,
  ) {}

  get full(): boolean {
    return !this.best && this.#kept.length >= this.size;
  }

  offer(candidate: Candidate): void {
    this.#kept.push({ ...candidate, order: this.#offered++ });
    if (this.best && this.#kept.length >= 2 * this.size) this.#trim();
  }

  #trim(): void {
    this.#kept.sort(
      (a, b) => b.matches + b.matchesRejected - (a.matches + a.matchesRejected) || a.order - b.order,
    );
    this.#kept.length = Math.min(this.#kept.length, this.size);
  }

  candidates(): readonly Candidate[] {
    if (this.best) this.#trim();
    return this.#kept;
  }
}

/**
 * The responses and pairs of one split, packed for search. Posts and pairs lie in an order that the seed shuffles; each
 * search starts at a random place of it and goes round, so it visits in seeded random order and memory is read in one
 * direction. Memory: 24 bytes a response and 72 a pair for 90 dimensions, and the ids.
 */
export class PersonaIndex implements PersonaSearch {
  readonly #levels: TernaryPlanes;
  readonly #responseIds: string[] = [];
  readonly #postIds: string[] = [];
  readonly #postGroups: number[] = [];
  /** First response of each post, and the end of the last. */
  readonly #postStarts: number[] = [0];
  readonly #groups = new Map<string, number>();
  readonly #pairs: IndexedPair[] = [];
  #postOrder = new Uint32Array(0);
  #pairOrder = new Uint32Array(0);
  #shuffled: { levels: TernaryPlanes; starts: Uint32Array; firstResponse: Uint32Array } | undefined;
  #pairPlanes: { chosen: TernaryPlanes; rejected: TernaryPlanes } | undefined;
  readonly #directions: TernaryPlanes;

  constructor(
    readonly size: number,
    readonly seed: number,
  ) {
    this.#levels = new TernaryPlanes(size, 2);
    this.#directions = new TernaryPlanes(size, 0.5, 0);
  }

  /**
   * Adds a post with the levels of its responses.
   * @param group posts of one group (a thread, a text) never serve each other: contextual independence
   */
  addPost(post: string, group: string, responses: readonly { response: string; levels: Levels }[]): void {
    let groupIndex = this.#groups.get(group);
    if (groupIndex === undefined) this.#groups.set(group, (groupIndex = this.#groups.size));
    this.#postIds.push(post);
    this.#postGroups.push(groupIndex);
    for (const { response, levels } of responses) {
      this.#responseIds.push(response);
      this.#levels.push(this.#levels.pack(levels));
    }
    this.#postStarts.push(this.#responseIds.length);
  }

  /** Adds a pair of the post that was added last; responses by their place among that post's. */
  addPair(id: string, chosen: number, rejected: number, direction: Direction): void {
    const start = this.#postStarts.at(-2)!;
    this.#pairs.push({
      id,
      group: this.#postGroups.at(-1)!,
      chosen: start + chosen,
      rejected: start + rejected,
      direction: this.#directions.pack(direction),
    });
  }

  get pairCount(): number {
    return this.#pairs.length;
  }

  pairId(pair: number): string {
    return this.#pairs[pair]!.id;
  }

  responseId(response: number): string {
    return this.#responseIds[response]!;
  }

  /** Id of the post of a response. */
  postOf(response: number): string {
    let low = 0;
    let high = this.#postIds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#postStarts[middle]! <= response) low = middle;
      else high = middle - 1;
    }
    return this.#postIds[low]!;
  }

  /** Ends the building: shuffles posts and pairs. */
  seal(): void {
    this.#postOrder = shuffle(
      Uint32Array.from(this.#postIds.keys()),
      randomFor(this.seed, "persona", "posts"),
    );
    this.#pairOrder = shuffle(Uint32Array.from(this.#pairs.keys()), randomFor(this.seed, "persona", "pairs"));
    const levels = new TernaryPlanes(this.size, 2, this.#levels.length);
    const starts = new Uint32Array(this.#postOrder.length + 1);
    const firstResponse = new Uint32Array(this.#postOrder.length);
    this.#postOrder.forEach((post, place) => {
      starts[place] = levels.length;
      firstResponse[place] = this.#postStarts[post]!;
      for (let r = this.#postStarts[post]!; r < this.#postStarts[post + 1]!; r++) {
        levels.push(this.#levels.at(r));
      }
    });
    starts[this.#postOrder.length] = levels.length;
    this.#shuffled = { levels, starts, firstResponse };
    this.#pairPlanes = {
      chosen: this.#levels.reordered(Array.from(this.#pairOrder, (p) => this.#pairs[p]!.chosen)),
      rejected: this.#levels.reordered(Array.from(this.#pairOrder, (p) => this.#pairs[p]!.rejected)),
    };
  }

  #randomOf(pair: IndexedPair, kind: string): Random {
    return randomFor(this.seed, "persona", kind, pair.id);
  }

  /** Most similar response of each other post (Algorithm 1, lines 13-18). */
  ugc(pairIndex: number, options: SearchOptions): Candidates {
    const pair = this.#pairs[pairIndex]!;
    const { levels, starts, firstResponse } = this.#shuffled!;
    const target = this.#levels.at(pair.chosen);
    const count = this.#postOrder.length;
    const first = count > 0 ? this.#randomOf(pair, "ugc").below(count) : 0;
    const pool = new Pool(options.poolSize, options.order === "best");
    const result = { probes: 0, similar: 0, consistent: 0 };
    let matches = new Uint16Array(64);
    for (let step = 0; step < count && result.probes < options.maxProbes && !pool.full; step++) {
      const place = (first + step) % count;
      if (this.#postGroups[this.#postOrder[place]!] === pair.group) continue;
      result.probes++;
      const from = starts[place]!;
      const to = starts[place + 1]!;
      if (to - from > matches.length) matches = new Uint16Array(2 * (to - from));
      levels.matches(target, from, to, matches);
      let best = -1;
      for (let i = 0; i < to - from; i++) if (best < 0 || matches[i]! > matches[best]!) best = i;
      if (best < 0 || matches[best]! < options.leastMatches) continue;
      result.similar++;
      const agrees = consistentAgreement(pair.direction, levels.at(from + best), options.mode);
      if (!agrees) continue;
      result.consistent++;
      pool.offer({
        item: firstResponse[place]! + best,
        matches: matches[best]!,
        matchesRejected: 0,
        agrees,
      });
    }
    return { ...result, pool: pool.candidates() };
  }

  /** Pairs of other posts whose both responses are similar (Algorithm 1, lines 20-25). */
  pairs(pairIndex: number, options: SearchOptions): Candidates {
    const pair = this.#pairs[pairIndex]!;
    const { chosen, rejected } = this.#pairPlanes!;
    const targetChosen = this.#levels.at(pair.chosen);
    const targetRejected = this.#levels.at(pair.rejected);
    const count = this.#pairOrder.length;
    const first = count > 0 ? this.#randomOf(pair, "pairs").below(count) : 0;
    const pool = new Pool(options.poolSize, options.order === "best");
    const result = { probes: 0, similar: 0, consistent: 0 };
    const matches = new Uint16Array(2);
    for (let step = 0; step < count && result.probes < options.maxProbes && !pool.full; step++) {
      const place = (first + step) % count;
      const other = this.#pairs[this.#pairOrder[place]!]!;
      if (other.group === pair.group) continue;
      result.probes++;
      chosen.matches(targetChosen, place, place + 1, matches);
      if (matches[0]! < options.leastMatches) continue;
      rejected.matches(targetRejected, place, place + 1, matches.subarray(1));
      if (matches[1]! < options.leastMatches) continue;
      result.similar++;
      const agrees = consistentAgreement(pair.direction, other.direction, options.mode);
      if (!agrees) continue;
      result.consistent++;
      pool.offer({
        item: this.#pairOrder[place]!,
        matches: matches[0]!,
        matchesRejected: matches[1]!,
        agrees,
      });
    }
    return { ...result, pool: pool.candidates() };
  }
}

/** Dimensions of agreement when the item may stand in the persona, else null: `isItemConsistent` on packed vectors. */
function consistentAgreement(
  pair: PackedVector,
  item: PackedVector,
  mode: ConsistencyMode,
): Int32Array | null {
  const agrees = agreement(pair, item);
  if (mode === "strict" && (isEmpty(agrees) || contradicts(pair, item))) return null;
  return agrees;
}
