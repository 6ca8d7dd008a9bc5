import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LevelStore } from "../../../src/core/search/level-store.js";
import { levelsOf } from "../arbitraries.js";

describe("LevelStore", () => {
  it("gives back the levels of every response that was added, at any size", () => {
    const stored = fc
      .constantFrom(1, 5, 31, 32, 33, 64, 65, 90, 128, 130)
      .chain((size) =>
        fc.tuple(fc.constant(size), fc.array(levelsOf(size), { minLength: 1, maxLength: 30 })),
      );
    fc.assert(
      fc.property(stored, ([size, all]) => {
        const store = new LevelStore(size);
        all.forEach((levels, i) => store.add(`r${i}`, levels));
        expect(all.map((_, i) => store.get(`r${i}`))).toEqual(all);
      }),
    );
  });

  it("keeps thousands of responses apart", () => {
    const store = new LevelStore(3);
    const levels = (i: number) => [1 + (i % 3), 1 + (Math.floor(i / 3) % 3), 1 + (Math.floor(i / 9) % 3)];
    for (let i = 0; i < 5000; i++) store.add(`r${i}`, levels(i) as (1 | 2 | 3)[]);
    const wrong = Array.from({ length: 5000 }, (_, i) => i).filter(
      (i) => store.get(`r${i}`)?.join() !== levels(i).join(),
    );
    expect(wrong).toEqual([]);
  });

  it("knows nothing of a response that was not added", () => {
    const store = new LevelStore(2);
    store.add("a", [1, 3]);
    expect(store.get("b")).toBeUndefined();
  });
});
