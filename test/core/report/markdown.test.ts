import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../../src/core/report/markdown.js";
import { blocks, inline, markdownTable, quotation } from "../../../src/core/report/markdown-text.js";
import { formatCount, formatSeconds } from "../../../src/core/report/words.js";
import { countsIn, emptyReport, HOSTILE, sampleReport, withStrings } from "./report-sample.js";

/** Cells of each table row: pipes that are not escaped divide. */
function tableWidths(text: string): number[][] {
  const tables: number[][] = [[]];
  for (const line of text.split("\n")) {
    if (line.startsWith("|")) tables.at(-1)!.push(line.replace(/\\./g, "").split("|").length);
    else if (tables.at(-1)!.length > 0) tables.push([]);
  }
  return tables.filter((table) => table.length > 0);
}

const structure = (text: string) =>
  text.split("\n").flatMap((line) => /^(#+ |\| |>|- |\d+\. |```|---)/.exec(line)?.[1] ?? []);

describe("renderMarkdown", () => {
  it("gives the same bytes for the same data", () => {
    const copy = JSON.parse(JSON.stringify(sampleReport())) as ReturnType<typeof sampleReport>;
    expect(renderMarkdown(copy)).toBe(renderMarkdown(sampleReport()));
  });

  it("shows every number", () => {
    const data = sampleReport();
    const text = renderMarkdown(data);
    const words = new Set(text.match(/[\d,]*\d/g));
    const missing = countsIn(data).filter(
      (count) => !words.has(formatCount(count)) && !words.has(String(count)),
    );
    expect(missing).toEqual([]);
    for (const { seconds } of data.steps) expect(text).toContain(formatSeconds(seconds));
  });

  it("has tables whose rows are as wide as their heads", () => {
    const tables = tableWidths(renderMarkdown(sampleReport()));
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) expect(new Set(table).size).toBe(1);
  });

  it.each(HOSTILE)("keeps hostile text inert: %j", (hostile) => {
    const text = renderMarkdown(withStrings(sampleReport(), () => hostile));
    for (const table of tableWidths(text)) expect(new Set(table).size).toBe(1);
    expect(text).not.toMatch(/<[a-z/!]/i);
    expect(text).not.toMatch(/https?:\/\/|www\.|(?<!\\)\]\(/);
    const lines = "x\n".repeat(hostile.split("\n").length).trim();
    const plain = renderMarkdown(withStrings(sampleReport(), () => lines));
    expect(structure(text)).toEqual(structure(plain));
  });

  it("reads well when nothing has run", () => {
    const text = renderMarkdown(emptyReport());
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(text).toContain("Nothing has been built yet.");
    expect(text).toContain("There are no pairs yet.");
    expect(tableWidths(text)).toEqual([]);
  });
});

describe("Markdown text", () => {
  it("puts a name on one line and escapes what divides cells", () => {
    expect(inline("a | b\n c_d")).toBe("a \\| b c\\_d");
    expect(inline("3. item")).toBe("3\\. item");
    expect(inline("0.9")).toBe("0.9");
    expect(markdownTable(["A", "B:"], [["x", "1"]])).toBe("| A | B |\n| --- | ---: |\n| x | 1 |");
  });

  it("quotes line by line and keeps the line breaks", () => {
    const limit = { units: 100, lines: 10 };
    expect(quotation("one\ntwo\n\n- three", limit)).toBe("> one\\\n> two\n>\n> \\- three");
    expect(quotation("", limit)).toBe("> *(empty text)*");
    expect(quotation("abcdef", { units: 4, lines: 1 })).toBe("> abcd\\\n> *… 2 more characters*");
  });

  it("draws bars in eighths and never hides what is not nothing", () => {
    expect(blocks(1, 2, 4)).toBe("██");
    expect(blocks(5, 8, 1)).toBe("▋");
    expect(blocks(1, 1e6, 10)).toBe("▏");
    expect(blocks(0, 10)).toBe("");
    expect(blocks(0, 0)).toBe("");
  });
});
