import type { Direction } from "../records/direction.js";
import { NEUTRAL } from "../records/direction.js";
import { hasBit } from "../search/ternary-planes.js";
import type { Candidate } from "./persona-index.js";

/**
 * Chooses which candidates are kept, so that the persona meets the preference consistency criterion (§4): on one dimension,
 * non-neutral in the pair, the majority of UGC and the majority of PAIR agree with the pair, and so does DEMO.
 * Sparse directions rarely meet it by chance: each item agrees somewhere, but not in the same place.
 */

/** Items that can be kept when `supporters` of `available` agree on the dimension: supporters stay the majority. */
function room(supporters: number, available: number, size: number): number {
  return supporters === 0 ? 0 : Math.min(size, available, 2 * supporters - 1);
}

/** Keeps up to `size` candidates in order, those that agree on `dimension` the majority. */
function keep(candidates: readonly Candidate[], dimension: number, size: number): Candidate[] {
  const supporters = candidates.filter(({ agrees }) => hasBit(agrees, dimension));
  const kept = room(supporters.length, candidates.length, size);
  let othersLeft = Math.ceil(kept / 2) - 1;
  let supportersLeft = Math.min(supporters.length, kept);
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (chosen.length === kept) break;
    if (hasBit(candidate.agrees, dimension)) {
      if (supportersLeft-- > 0) chosen.push(candidate);
    } else if (othersLeft-- > 0) {
      chosen.push(candidate);
    }
  }
  return chosen;
}

/** The kept items of both kinds, and the dimension they were chosen for (null: no candidate at all). */
export interface Selection {
  readonly ugc: readonly Candidate[];
  readonly pairs: readonly Candidate[];
  readonly dimension: number | null;
}

/**
 * @param size H, items kept of each kind
 * @param demographic direction of DEMO, which the dimension should be in as well; null without DEMO
 */
export function selectItems(
  pair: Direction,
  ugc: readonly Candidate[],
  pairs: readonly Candidate[],
  size: number,
  demographic: Direction | null,
): Selection {
  let best: { dimension: number; kinds: number; items: number } | null = null;
  pair.forEach((value, d) => {
    if (value === NEUTRAL) return;
    const rooms = [ugc, pairs].map((candidates) =>
      room(candidates.filter(({ agrees }) => hasBit(agrees, d)).length, candidates.length, size),
    );
    const items = rooms.reduce((sum, n) => sum + n, 0);
    if (items === 0) return;
    const kinds = rooms.filter((n) => n > 0).length + (demographic?.[d] === value ? 1 : 0);
    if (!best || kinds > best.kinds || (kinds === best.kinds && items > best.items)) {
      best = { dimension: d, kinds, items };
    }
  });
  const found = best as { dimension: number } | null;
  if (!found) return { ugc: [], pairs: [], dimension: null };
  return {
    ugc: keep(ugc, found.dimension, size),
    pairs: keep(pairs, found.dimension, size),
    dimension: found.dimension,
  };
}
