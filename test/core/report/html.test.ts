import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/core/report/html.js";
import type { ReportData } from "../../../src/core/report/report-data.js";
import { formatCount, formatSeconds } from "../../../src/core/report/words.js";
import { countsIn, emptyReport, HOSTILE, sampleReport, withStrings } from "./report-sample.js";

const VOID = new Set(["meta", "br", "hr", "img", "input", "link"]);

/** Start and end tags in order, self-closing ones left out; throws where a quote or a tag stays open. */
function tags(page: string): { name: string; end: boolean; attributes: string }[] {
  const body = page.replace(/<style>[^]*?<\/style>/, "<style></style>").replace(/<!doctype html>/i, "");
  const found: { name: string; end: boolean; attributes: string }[] = [];
  const rest = body.replace(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9-]*(?:="[^"<>]*")?)*)\s*(\/?)>/gi,
    (_, slash: string, name: string, attributes: string, closed: string) => {
      if (closed === "" && !VOID.has(name)) found.push({ name, end: slash === "/", attributes });
      return "";
    },
  );
  if (/[<>]/.test(rest)) throw new Error(`stray bracket: ${/.{0,60}[<>].{0,60}/s.exec(rest)![0]}`);
  return found;
}

function expectBalanced(page: string): void {
  const open: string[] = [];
  for (const { name, end } of tags(page)) {
    if (end) expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
}

const skeleton = (page: string) => tags(page).map(({ name, end }) => (end ? `/${name}` : name));

/** What a reader sees: no style, no tags, no attributes. */
function readable(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, "")
    .replace(/<title>[^]*?<\/title>/, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'");
}

function withExampleText(text: string): ReportData {
  const data = sampleReport();
  return { ...data, examples: [{ ...data.examples[0]!, prompt: text }] };
}

describe("renderHtml", () => {
  it("gives the same bytes for the same data", () => {
    const copy = JSON.parse(JSON.stringify(sampleReport())) as ReportData;
    expect(renderHtml(copy)).toBe(renderHtml(sampleReport()));
  });

  it("does not change its data", () => {
    const data = sampleReport();
    renderHtml(data);
    expect(data).toEqual(sampleReport());
  });

  it("is one well-formed file that loads and runs nothing", () => {
    const page = renderHtml(sampleReport());
    expectBalanced(page);
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:\/\/|@import|url\(/i);
    const names = new Set(tags(page).map(({ name }) => name));
    for (const name of ["script", "link", "img", "iframe", "object", "form", "base"]) {
      expect(names).not.toContain(name);
    }
    expect(page.match(/\ssrc=|\son[a-z]+="/g)).toBeNull();
    for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#[a-z]+$/);
  });

  it("links to every section, and ids are unique", () => {
    const page = renderHtml(sampleReport());
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(10);
    for (const target of targets) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(target);
  });

  it("labels every chart and captions every table", () => {
    const page = renderHtml(sampleReport());
    const charts = page.match(/<svg[^>]*>/g)!;
    expect(charts.length).toBeGreaterThan(100);
    for (const chart of charts) expect(chart).toMatch(/aria-label="[^"]+"|aria-hidden="true"/);
    const count = (pattern: RegExp) => page.match(pattern)!.length;
    expect(count(/<table/g)).toBe(count(/<caption>\s*[^<\s]/g));
  });

  it("shows every number where a reader sees it", () => {
    const data = sampleReport();
    const text = readable(renderHtml(data));
    const words = new Set(text.match(/[\d,]*\d/g));
    const missing = countsIn(data).filter(
      (count) => !words.has(formatCount(count)) && !words.has(String(count)),
    );
    expect(missing).toEqual([]);
    for (const { seconds } of data.steps) expect(text).toContain(formatSeconds(seconds));
    for (const share of ["46%", "72%", "54%", "58%", "76%"]) expect(text).toContain(share);
    for (const { name } of data.dimensions) expect(text).toContain(name);
  });

  it("marks the threshold between the last dissimilar and the first similar number of matches", () => {
    const { similarity, ...rest } = sampleReport();
    const ugc = Array.from({ length: 91 }, (_, matches) => (matches === 54 || matches === 55 ? 5 : 0));
    const page = renderHtml({ ...rest, similarity: { ...similarity, ugc, pairs: [] } });
    const chart = /<svg[^>]*aria-label="UGC: 10 counted[^]*?<\/svg>/.exec(page)![0];
    const at = (pattern: RegExp) => Number(pattern.exec(chart.replace(/\s+/g, " "))![1]);
    const below = at(/<rect class="faint" x="([\d.]+)%"/);
    const above = at(/<rect class="accent" x="([\d.]+)%"/);
    const line = at(/<line class="threshold" x1="([\d.]+)%"/);
    expect(below).toBeLessThan(line);
    expect(line).toBeLessThan(above);
  });

  it.each(HOSTILE)("keeps hostile text inert: %j", (hostile) => {
    const page = renderHtml(withStrings(sampleReport(), () => hostile));
    const plain = renderHtml(withStrings(sampleReport(), () => "x\n".repeat(hostile.split("\n").length)));
    expectBalanced(page);
    expect(new Set(skeleton(page))).toEqual(new Set(skeleton(plain)));

    expect(page).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u202A-\u202E\u2066-\u2069\u200B\uFEFF]|\p{Cs}/u);
  });

  it("has the same tags whatever the texts say", () => {
    const expected = skeleton(renderHtml(withStrings(sampleReport(), () => "x")));
    const character = fc.constantFrom(...Array.from("<>&\"'`=/!-{}$\\ ax\u202E\u200B\u05D0\uD83D"));
    const text = fc.string({ unit: character, minLength: 1, maxLength: 30 }).map((raw) => `${raw}x`);
    fc.assert(
      fc.property(text, (raw) => {
        expect(skeleton(renderHtml(withStrings(sampleReport(), () => raw)))).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("shows controls that hide or reorder as code points", () => {
    const text = readable(renderHtml(withExampleText("pay\u202Egpj.exe\u200B \uD800")));
    expect(text).toContain("pay⟨U+202E⟩gpj.exe⟨U+200B⟩ ⟨U+D800⟩");
  });

  it("keeps somebody's white space and direction", () => {
    const page = renderHtml(withExampleText("one\n  two"));
    expect(page).toContain('<div class="text" dir="auto">one\n  two</div>');
  });

  it("cuts a text of a megabyte and says by how much", () => {
    const page = renderHtml(withExampleText("😀".repeat(300_000)));
    expect(readable(page)).toContain("… 299,400 more characters");
    expect(page.length).toBeLessThan(500_000);
    const lines = renderHtml(withExampleText("line\n".repeat(200_000)));
    expect(readable(lines)).toMatch(/… 999,8\d\d more characters/);
  });

  it("reads well when nothing has run", () => {
    const page = renderHtml(emptyReport());
    expectBalanced(page);
    const text = readable(page);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    for (const words of [
      "Nothing has been built yet.",
      "No step has run yet.",
      "Nothing was dropped.",
      "No model has annotated these posts yet",
      "No response has levels yet.",
      "There are no pairs yet.",
      "There are no personas yet.",
      "No example has been exported yet.",
      "The checker has not run yet.",
    ]) {
      expect(text).toContain(words);
    }
  });

  it("tells a clean check from none, and a model without a probe from none", () => {
    const { probe: _, ...unprobed } = sampleReport().model!;
    const text = readable(renderHtml({ ...sampleReport(), findings: [], drops: [], model: unprobed }));
    expect(text).toContain("None: the checker has nothing to object to.");
    expect(text).toContain("Nothing was dropped.");
    expect(text).toContain("This model was not probed");
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("shows five examples at most", () => {
    const data = sampleReport();
    const page = renderHtml({ ...data, examples: [...data.examples, ...data.examples] });
    expect(page.match(/<article/g)).toHaveLength(5);
  });
});
