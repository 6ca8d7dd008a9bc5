import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { formatLine } from "../../../src/reader/reading/format-line.js";
import { LineContext } from "../../../src/reader/reading/line-context.js";
import { previewOf } from "../../../src/reader/reading/preview.js";

function lineOf(text: string, kind: LineContext["kind"] = "source"): LineContext {
  return new LineContext({ uri: "x", path: "/x.jsonl", line: 0 }, kind, text, null);
}
const formatted = (value: unknown): string => formatLine(lineOf(JSON.stringify(value)))!;

describe("a line for reading", () => {
  it("has texts with real line breaks", () => {
    expect(formatted({ id: "a", text: "one\n\n  two: # three\nfour" })).toBe(
      'id: "a"\ntext: |-\n  one\n\n    two: # three\n  four\n',
    );
    expect(formatted({ text: "one\ntwo\n\n" })).toBe("text: |+\n  one\n  two\n\n");
  });

  it("has lists of objects, and vectors on few lines", () => {
    expect(formatted({ list: [{ a: 1, b: ["x"] }, []], empty: {}, none: null })).toBe(
      'list:\n- a: 1\n  b:\n  - "x"\n- []\nempty: {}\nnone: null\n',
    );
    const lines = formatted({ vector: new Array<number>(90).fill(0.5) }).split("\n");
    expect(lines.length).toBeLessThan(10);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(102);
  });

  it("names the dimensions of a direction in a comment", () => {
    const direction = [1, 0, ...new Array<number>(88).fill(0.5)];
    expect(formatted({ id: "x", direction })).toContain(
      "# 2 of 90 dimensions not neutral\n#   Young (Age group)\n#   Male (Gender)\ndirection: [",
    );
  });

  it("shows what hides, and breaks what the editor would not draw", () => {
    expect(formatted({ text: "a\u202eb\u0000" })).toBe('text: "a\\u202eb\\u0000"\n');
    const long = formatted({ text: "word ".repeat(5000) });
    expect(Math.max(...long.split("\n").map(({ length }) => length))).toBeLessThan(200);
    expect(long.replaceAll("\\\n  ", "")).toBe(`text: "${"word ".repeat(5000)}"\n`);
  });

  it("is YAML, whatever is in it", async () => {
    const texts = [
      "- a",
      "a: b\n- c",
      " lead\ntext",
      "tail \nx",
      "'\"\\",
      "\t\n\t",
      "|\n>",
      "#\n",
      "---\n...",
      "\r\nx",
      "é\u2028x\ny",
      "",
    ];
    const value = Object.fromEntries(
      texts.map((text, i) => [i === 0 ? "yes" : `${text}${i}`, [text, { text }]]),
    );
    await expect(format(formatted(value), { parser: "yaml" })).resolves.toContain("lead");
  });

  it("leaves what is no object as it is", () => {
    expect(formatLine(lineOf("  "))).toBeNull();
    expect(formatLine(lineOf('{"a": '))).toContain('\n{"a": \n');
    const long = formatLine(lineOf(`[${"1,".repeat(10_000)}`))!;
    expect(Math.max(...long.split("\n").map(({ length }) => length))).toBeLessThan(200);
  });
});

describe("the preview", () => {
  it("keeps texts in fences that they cannot close", async () => {
    const row = { prompt: "````\n# no heading", chosen: "<script>x</script>", rejected: "c" };
    const page = (await previewOf(lineOf(JSON.stringify(row), "preference")))!;
    expect(page).toContain("`````text\n````\n# no heading\n`````");
    expect(page).toContain("```text\n<script>x</script>\n```");
  });

  it("is none for other records", async () => {
    expect(await previewOf(lineOf('{"id":"post-1"}', "posts"))).toBeNull();
  });
});
