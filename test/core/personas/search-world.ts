import type { ConsistencyMode } from "../../../src/core/consistency/consistency.js";
import { PersonaIndex, type SearchOptions } from "../../../src/core/personas/persona-index.js";
import { randomFor } from "../../../src/core/random.js";
import type { DirectionValue, Level } from "../../../src/core/records/direction.js";

/** Posts, responses and pairs to search among, as plain lists of numbers, and the search as a plain loop over them. */

export interface WorldPost {
  readonly id: string;
  readonly group: string;
  readonly responses: readonly (readonly Level[])[];
}

export interface WorldPair {
  readonly id: string;
  readonly post: number;
  readonly chosen: number;
  readonly rejected: number;
}

export interface World {
  readonly size: number;
  readonly posts: readonly WorldPost[];
  readonly pairs: readonly WorldPair[];
}

/** What decides a world; `noise` of 10 numbers of a response are not those of its kind. */
export interface WorldPlan {
  readonly seed: number;
  readonly size: number;
  readonly posts: number;
  readonly groups: number;
  readonly mostResponses: number;
  readonly noise: number;
}

export function makeWorld({ seed, size, posts, groups, mostResponses, noise }: WorldPlan): World {
  const random = randomFor(seed, "world");
  const anyLevel = () => (1 + random.below(3)) as Level;
  const kinds = [0, 1, 2].map(() => Array.from({ length: size }, anyLevel));
  const made = Array.from({ length: posts }, (_, i): WorldPost => ({
    id: `post-${i}`,
    group: `group-${random.below(groups)}`,
    responses: Array.from({ length: 1 + random.below(mostResponses) }, () => {
      const kind = kinds[random.below(kinds.length)]!;
      return kind.map((one) => (random.below(10) < noise ? anyLevel() : one));
    }),
  }));
  const pairs = made.flatMap(({ id, responses }, post) => {
    const count = responses.length < 2 ? 0 : random.below(3);
    return Array.from({ length: count }, (_, i): WorldPair => {
      const chosen = random.below(responses.length);
      const rejected = (chosen + 1 + random.below(responses.length - 1)) % responses.length;
      return { id: `pair-${id}-${i}`, post, chosen, rejected };
    });
  });
  return { size, posts: made, pairs };
}

export const responseName = (post: WorldPost, place: number) => `${post.id}/${place}`;

/** Direction of a pair, number by number. */
export function directionOfPair({ posts }: World, { post, chosen, rejected }: WorldPair): DirectionValue[] {
  const { responses } = posts[post]!;
  return responses[chosen]!.map((w, d) => {
    const l = responses[rejected]![d]!;
    if (w === l) return 0.5;
    return w > l ? 1 : 0;
  });
}

export function indexOf(world: World, seed: number): PersonaIndex {
  const index = new PersonaIndex(world.size, seed);
  world.posts.forEach((post, p) => {
    index.addPost(
      post.id,
      post.group,
      post.responses.map((levels, r) => ({ response: responseName(post, r), levels })),
    );
    for (const pair of world.pairs.filter((one) => one.post === p)) {
      index.addPair(pair.id, pair.chosen, pair.rejected, directionOfPair(world, pair));
    }
  });
  index.seal();
  return index;
}

/** A hit in words and numbers. */
export interface Hit {
  readonly name: string;
  readonly matches: number;
  readonly matchesRejected: number;
  /** Dimensions of agreement. */
  readonly agrees: readonly number[];
}

export interface Hits {
  readonly probes: number;
  readonly similar: number;
  readonly consistent: number;
  readonly hits: readonly Hit[];
}

const equalPlaces = (a: readonly number[], b: readonly number[]) => a.filter((one, i) => one === b[i]).length;

/** What one post or pair would give, or null below the threshold. */
type Probe = (place: number) => { readonly hit: Hit; readonly direction: readonly number[] } | null;

/** The search as method.md has it, without a bit of packing. `visited`: places in the order of the visit. */
function plainSearch(
  pairDirection: readonly number[],
  visited: readonly number[],
  probe: Probe,
  { mode, order, maxProbes, poolSize }: Omit<SearchOptions, "leastMatches" | "seed">,
): Hits {
  const hits: Hit[] = [];
  let probes = 0;
  let similar = 0;
  for (const place of visited) {
    if (probes === maxProbes || (order === "first" && hits.length === poolSize)) break;
    probes++;
    const found = probe(place);
    if (!found) continue;
    similar++;
    const told = pairDirection.flatMap((value, d) =>
      value === 0.5 || found.direction[d] === 0.5 ? [] : [{ d, same: found.direction[d] === value }],
    );
    const agrees = told.filter(({ same }) => same).map(({ d }) => d);
    if (mode === "strict" && (agrees.length === 0 || agrees.length < told.length)) continue;
    hits.push({ ...found.hit, agrees });
  }
  const strength = (hit: Hit) => hit.matches + hit.matchesRejected;
  const kept =
    order === "first" ? hits : [...hits].sort((a, b) => strength(b) - strength(a)).slice(0, poolSize);
  return { probes, similar, consistent: hits.length, hits: kept };
}

/** UGC: the most similar response of each post visited. */
export function plainUgc(
  world: World,
  pair: number,
  visited: readonly number[],
  options: SearchOptions,
): Hits {
  const wanted = world.pairs[pair]!;
  const target = world.posts[wanted.post]!.responses[wanted.chosen]!;
  const probe: Probe = (place) => {
    const post = world.posts[place]!;
    const matches = post.responses.map((levels) => equalPlaces(levels, target));
    const most = Math.max(...matches);
    if (most < options.leastMatches) return null;
    const best = matches.indexOf(most);
    return {
      hit: { name: responseName(post, best), matches: most, matchesRejected: 0, agrees: [] },
      direction: post.responses[best]!.map((one) => (one - 1) / 2),
    };
  };
  return plainSearch(directionOfPair(world, wanted), visited, probe, options);
}

/** PAIR: both responses of each pair visited. */
export function plainPairs(
  world: World,
  pair: number,
  visited: readonly number[],
  options: SearchOptions,
): Hits {
  const levelsOf = ({ post }: WorldPair, place: number) => world.posts[post]!.responses[place]!;
  const wanted = world.pairs[pair]!;
  const probe: Probe = (place) => {
    const other = world.pairs[place]!;
    const matches = equalPlaces(levelsOf(other, other.chosen), levelsOf(wanted, wanted.chosen));
    const matchesRejected = equalPlaces(levelsOf(other, other.rejected), levelsOf(wanted, wanted.rejected));
    if (Math.min(matches, matchesRejected) < options.leastMatches) return null;
    return {
      hit: { name: other.id, matches, matchesRejected, agrees: [] },
      direction: directionOfPair(world, other),
    };
  };
  return plainSearch(directionOfPair(world, wanted), visited, probe, options);
}

/** Options under which a search takes whatever it visits. */
export function everything(mode: ConsistencyMode = "majority"): SearchOptions {
  return { leastMatches: 0, mode, order: "first", maxProbes: Infinity, poolSize: Infinity };
}
