import { describe, expect, it } from "vitest";
import type { Progress } from "../../../src/core/run-events.js";
import {
  countsInWords,
  percentOf,
  progressInWords,
  runInWords,
  sizeInWords,
  stepsOf,
} from "../../../src/extension/runs/progress-words.js";

const PROGRESS: Progress = { done: 12, total: 188, rate: 1.23, secondsLeft: 143.2, tokensPerSecond: 34.4 };

describe("progress in words", () => {
  it("says done of total, rate, tokens a second and time left", () => {
    expect(progressInWords("responses", PROGRESS)).toBe(
      "12 of 188 responses, 1.2/s, 34 tokens/s, 2 min 24 s left",
    );
  });

  it("leaves out what cannot be told, and the time left of what is done", () => {
    const unknown = { done: 5, total: null, rate: 0, secondsLeft: null, tokensPerSecond: null };
    expect(progressInWords("records", unknown)).toBe("5 records");
    expect(progressInWords("responses", { ...PROGRESS, done: 188, secondsLeft: 0 })).toBe(
      "188 of 188 responses, 1.2/s, 34 tokens/s",
    );
  });

  it("shows bytes as sizes", () => {
    const bytes = { done: 5e6, total: 1.05e8, rate: 2.5e6, secondsLeft: 40, tokensPerSecond: null };
    expect(progressInWords("bytes", bytes)).toBe("5.0 MB of 105.0 MB, 2.5 MB/s, 40 s left");
    expect(sizeInWords(4.08e9)).toBe("4.08 GB");
  });

  it("never says 100% before the end", () => {
    expect(percentOf({ done: 187, total: 188 })).toBe(99);
    expect(percentOf({ done: 188, total: 188 })).toBe(100);
    expect(percentOf({ done: 3, total: null })).toBeNull();
    expect(percentOf({ done: 0, total: 0 })).toBeNull();
  });
});

describe("what a run is", () => {
  it("goes through its steps in the order of the pipeline", () => {
    expect(stepsOf({ steps: ["levels", "import"] })).toEqual(["import", "levels"]);
    expect(stepsOf({ until: "annotate" })).toEqual(["import", "annotate"]);
    expect(stepsOf({})).toHaveLength(8);
    expect([runInWords({}), runInWords({ until: "pair" }), runInWords({ steps: ["check"] })]).toEqual([
      ...["run", "run until pair", "check"],
    ]);
  });

  it("says the counts that matter of a step", () => {
    const counts = { posts: 56, responses: 1188, "email marks": 3, "posts from OASST": 56, dropped: 0 };
    expect(countsInWords(counts)).toBe("56 posts, 1,188 responses");
  });
});
