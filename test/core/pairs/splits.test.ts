import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalisedText, SplitAssigner, type SplitPost } from "../../../src/core/pairs/splits.js";
import { randomFor, shuffle } from "../../../src/core/random.js";

function assign(posts: readonly SplitPost[], testShare: number, seed = 42) {
  const assigner = new SplitAssigner();
  for (const post of posts) assigner.add(post);
  return assigner.assign(testShare, seed);
}

const alone = (count: number): SplitPost[] =>
  Array.from({ length: count }, (_, i) => ({ id: `post-${i}`, text: `text ${i}` }));

const testIds = (splits: ReturnType<typeof assign>) =>
  [...splits].flatMap(([id, { split }]) => (split === "test" ? [id] : [])).sort();

/** Posts that share threads and texts at random, in chains too. */
const somePosts = fc
  .array(fc.record({ text: fc.nat(30), thread: fc.option(fc.nat(30), { nil: undefined }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((drawn) =>
    drawn.map(({ text, thread }, i): SplitPost => ({
      id: `post-${i}`,
      text: `text ${text}`,
      ...(thread === undefined ? {} : { thread: `t${thread}` }),
    })),
  );
const share = fc.constantFrom(0, 0.05, 0.1, 0.3, 0.5, 0.9);
const seed = fc.nat();

/** Groups the slow way: colours that spread until nothing changes. */
function groupsOf(posts: readonly SplitPost[]): number[] {
  const colours = posts.map((_, i) => i);
  for (let changed = true; changed;) {
    changed = false;
    posts.forEach((a, i) =>
      posts.forEach((b, j) => {
        const together = a.text === b.text || (a.thread !== undefined && a.thread === b.thread);
        if (together && colours[i]! < colours[j]!) {
          colours[j] = colours[i]!;
          changed = true;
        }
      }),
    );
  }
  return colours;
}

describe("SplitAssigner", () => {
  it("gives posts one group exactly where threads or texts connect them, however far the chain", () => {
    fc.assert(
      fc.property(somePosts, share, seed, (posts, testShare, seedValue) => {
        const splits = assign(posts, testShare, seedValue);
        const expected = groupsOf(posts);
        const found = posts.map(({ id }) => splits.get(id)!.group);
        expect(found.map((group) => found.indexOf(group))).toEqual(
          expected.map((colour) => expected.indexOf(colour)),
        );
      }),
    );
  });

  it("keeps every group in one split and leaves no post out", () => {
    fc.assert(
      fc.property(somePosts, share, seed, (posts, testShare, seedValue) => {
        const splits = assign(posts, testShare, seedValue);
        expect([...splits.keys()].sort()).toEqual(posts.map(({ id }) => id).sort());
        const splitOf = new Map<string, Set<string>>();
        for (const { split, group } of splits.values()) {
          splitOf.set(group, (splitOf.get(group) ?? new Set()).add(split));
        }
        expect([...splitOf.values()].filter((kinds) => kinds.size > 1)).toEqual([]);
      }),
    );
  });

  it("fills test up to the share and overshoots by less than one group", () => {
    fc.assert(
      fc.property(somePosts, share, seed, (posts, testShare, seedValue) => {
        const splits = assign(posts, testShare, seedValue);
        const sizes = new Map<string, number>();
        for (const { group } of splits.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
        const inTest = testIds(splits).length;
        const wanted = Math.round(testShare * posts.length);
        const largest = Math.max(...sizes.values());
        if (testShare === 0) expect(inTest).toBe(0);
        expect(inTest).toBeLessThan(Math.max(1, wanted) + largest);
        // Short only where the last group has to stay in train.
        const inTrain = new Set(
          [...splits.values()].filter((one) => one.split === "train").map((one) => one.group),
        );
        if (inTest < wanted) expect(inTrain.size).toBe(1);
      }),
    );
  });

  it("leaves neither split empty with two groups or more and a share above 0", () => {
    fc.assert(
      fc.property(somePosts, fc.constantFrom(0.001, 0.1, 0.9), seed, (posts, testShare, seedValue) => {
        const splits = [...assign(posts, testShare, seedValue).values()];
        const groups = new Set(splits.map(({ group }) => group)).size;
        expect(new Set(splits.map(({ split }) => split)).size).toBe(groups > 1 ? 2 : 1);
      }),
    );
  });

  it("trains on the only group there is", () => {
    const posts = [1, 2, 3].map((i) => ({ id: `p${i}`, text: `text ${i}`, thread: "one" }));
    expect(testIds(assign(posts, 0.9))).toEqual([]);
  });

  it.each([
    [0.1, 1000, 100],
    [0.1, 30, 3],
    [0.25, 10, 3],
    [0, 1000, 0],
    [0.9, 10, 9],
  ])("with a share of %d of %i unconnected posts puts %i into test", (testShare, count, expected) => {
    expect(testIds(assign(alone(count), testShare))).toHaveLength(expected);
  });

  it("counts posts, not groups: groups of five fill a fifth of the posts", () => {
    const posts = alone(200).map((post, i) => ({ ...post, thread: `t${Math.floor(i / 5)}` }));
    expect(testIds(assign(posts, 0.2))).toHaveLength(40);
    expect(testIds(assign(posts, 0.21))).toHaveLength(45);
  });

  it("gives the same splits and groups in whatever order the posts come", () => {
    fc.assert(
      fc.property(somePosts, share, seed, (posts, testShare, seedValue) => {
        const shuffled = shuffle([...posts], randomFor(seedValue));
        const sorted = (splits: ReturnType<typeof assign>) =>
          [...splits].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(assign(shuffled, testShare, seedValue))).toEqual(
          sorted(assign(posts, testShare, seedValue)),
        );
      }),
    );
  });

  it("lets the seed decide which posts go to test, each of them about equally often", () => {
    const posts = alone(20);
    const times = new Map(posts.map(({ id }) => [id, 0]));
    for (let i = 0; i < 1000; i++) {
      for (const id of testIds(assign(posts, 0.1, i))) times.set(id, times.get(id)! + 1);
    }
    // 100 each, give or take five standard deviations.
    for (const [id, count] of times) expect(Math.abs(count - 100), id).toBeLessThan(50);
  });

  it("grows test, and never swaps posts, with the share", () => {
    const posts = alone(100);
    const few = testIds(assign(posts, 0.1));
    expect(testIds(assign(posts, 0.4))).toEqual(expect.arrayContaining(few));
  });

  it("does not take an id, a text and a thread of the same spelling for one another", () => {
    const splits = assign(
      [
        { id: "a", text: "b", thread: "c" },
        { id: "b", text: "c", thread: "a" },
        { id: "c", text: "a", thread: "b" },
      ],
      0.3,
    );
    expect(new Set([...splits.values()].map(({ group }) => group)).size).toBe(3);
  });
});

describe("normalisedText", () => {
  it.each([
    ["What now?", "  what\n\n NOW? "],
    ["café", "cafe\u0301"],
    ["a\u00a0b", "A B"],
    ["ﬁle", "file"],
    ["１２", "12"],
  ])("takes %j and %j for one text", (a, b) => expect(normalisedText(a)).toBe(normalisedText(b)));

  it.each([
    ["What now?", "What now"],
    ["a b", "ab"],
    ["cafe", "café"],
  ])("tells %j and %j apart", (a, b) => expect(normalisedText(a)).not.toBe(normalisedText(b)));

  it("decides the group: posts that differ in case and spaces alone stay together", () => {
    const splits = assign(
      [
        { id: "a", text: "Which tent?" },
        { id: "b", text: " which  TENT?\n" },
        { id: "c", text: "Which tents?" },
      ],
      0.3,
    );
    const group = (id: string) => splits.get(id)!.group;
    expect(group("a")).toBe(group("b"));
    expect(group("a")).not.toBe(group("c"));
  });
});
