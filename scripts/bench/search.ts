/**
 * Persona search: levels packed in bit planes beside a plain loop over D numbers, the same targets, the same hits.
 *
 *   npm run bench:search [-- RESPONSES [TARGETS]]
 */
import { randomFor } from "../../src/core/random.js";
import { type Level, leastMatches, matchCount } from "../../src/core/records/direction.js";
import { TernaryPlanes } from "../../src/core/search/ternary-planes.js";

const SIZE = 90;
const THRESHOLD = 0.6;
/** Responses of one post. */
const PER_POST = 4;
const ROUNDS = 5;

const responses = Number(process.argv[2] ?? 200_000);
const targets = Number(process.argv[3] ?? 20);

/** 90% neutral, as `batch` levels are. */
function randomLevels(count: number): Level[][] {
  const random = randomFor("bench", count);
  return Array.from({ length: count }, () =>
    Array.from({ length: SIZE }, (): Level => {
      const draw = random.below(20);
      return draw === 0 ? 1 : draw === 1 ? 3 : 2;
    }),
  );
}

const levels = randomLevels(responses);
const planes = new TernaryPlanes(SIZE, 2, responses);
for (const one of levels) planes.push(planes.pack(one));
const least = leastMatches(THRESHOLD, SIZE);

/** Most similar response of each post, as long as it exceeds the threshold: what UGC search does. */
function plain(target: readonly Level[]): number[] {
  const hits: number[] = [];
  for (let post = 0; post < responses; post += PER_POST) {
    let best = -1;
    let bestMatches = -1;
    for (let i = post; i < Math.min(post + PER_POST, responses); i++) {
      const matches = matchCount(target, levels[i]!);
      if (matches > bestMatches) [best, bestMatches] = [i, matches];
    }
    if (bestMatches >= least) hits.push(best);
  }
  return hits;
}

const found = new Uint16Array(PER_POST);
function packed(target: readonly Level[]): number[] {
  const hits: number[] = [];
  const packedTarget = planes.pack(target);
  for (let post = 0; post < responses; post += PER_POST) {
    const end = Math.min(post + PER_POST, responses);
    planes.matches(packedTarget, post, end, found);
    let best = 0;
    for (let i = 1; i < end - post; i++) if (found[i]! > found[best]!) best = i;
    if (found[best]! >= least) hits.push(post + best);
  }
  return hits;
}

function seconds(search: (target: readonly Level[]) => number[]): { best: number; hits: number[][] } {
  let best = Infinity;
  let hits: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    hits = Array.from({ length: targets }, (_, i) => search(levels[(i * 977) % responses]!));
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return { best, hits };
}

const slow = seconds(plain);
const fast = seconds(packed);
if (JSON.stringify(slow.hits) !== JSON.stringify(fast.hits)) throw new Error("the two searches disagree");
const rate = (time: number) => `${((responses * targets) / time / 1e6).toFixed(1)} M comparisons/s`;
console.log(
  `${responses} responses of ${SIZE} dimensions, ${targets} targets, best of ${ROUNDS} rounds, same hits`,
);
console.log(
  `plain loop over ${SIZE} numbers   ${(slow.best * 1000).toFixed(0).padStart(6)} ms  ${rate(slow.best)}`,
);
console.log(
  `bit planes                  ${(fast.best * 1000).toFixed(0).padStart(6)} ms  ${rate(fast.best)}`,
);
console.log(`ratio                       ${(slow.best / fast.best).toFixed(1).padStart(6)} x`);
