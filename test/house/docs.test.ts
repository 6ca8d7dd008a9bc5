import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Markdown that people read: the documentation and what lies at the top. */
const pages = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md"],
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((name) =>
    join("docs", name).replaceAll("\\", "/"),
  ),
].filter((path) => path.endsWith(".md"));

/** What a page says outside of its code. */
const proseOf = (page: string): string => textOf(page).replace(/```[\s\S]*?```/g, "");

/** The anchors of a page's headings, as GitHub and the editor's preview make them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe.for(pages)("%s", (page) => {
  test("links to what is there", () => {
    const links = [...proseOf(page).matchAll(/(?<!!\[[^\]]*)\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe("the guide", () => {
  const guide = pages.filter((page) => page.startsWith("docs/guide/"));
  const prose = guide.map(proseOf).join("\n");

  test("names commands and settings as the editor does", () => {
    const texts = JSON.parse(textOf("package.nls.json")) as Readonly<Record<string, string>>;
    const titles = Object.entries(texts).flatMap(([key, text]) => (key.startsWith("command.") ? [text] : []));
    const named = [...prose.matchAll(/\*\*Prefloom:\s([^*]+)\*\*/g)].map(([, title]) =>
      title!.replace(/\s+/g, " "),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((title) => !titles.includes(title))).toEqual([]);

    const { contributes } = JSON.parse(textOf("package.json")) as {
      contributes: { configuration: { properties: Readonly<Record<string, unknown>> } };
    };
    const settings = Object.keys(contributes.configuration.properties);
    const used = [...prose.matchAll(/`(prefloom\.[A-Za-z]+)`/g)].map(([, name]) => name!);
    expect(new Set(used.filter((name) => name !== "prefloom.json"))).toEqual(new Set(settings));
  });

  test("is reached from its first page", () => {
    const linked = [...proseOf("docs/guide/README.md").matchAll(/\]\(([\w-]+\.md)\)/g)].map(
      ([, name]) => name!,
    );
    const others = guide.map((page) => relative("docs/guide", page)).filter((name) => name !== "README.md");
    expect(linked.sort()).toEqual(others.sort());
  });

  const folder = join(ROOT, "docs/guide/images");
  test("shows every picture that there is, and no other", () => {
    const shown = [...prose.matchAll(/!\[[^\]]+\]\(images\/([^)]+)\)/g)].map(([, name]) => name!);
    expect(readdirSync(folder).sort()).toEqual([...new Set(shown)].sort());
  });
});

describe("pictures of the walkthrough", () => {
  const folder = "media/walkthrough";
  const steps = (
    JSON.parse(textOf("package.json")) as {
      contributes: { walkthroughs: readonly { steps: readonly { media: { svg: string } }[] }[] };
    }
  ).contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps.map(({ media }) => media.svg));

  test("are those of its steps", () => {
    const there = readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);
    expect(there.sort()).toEqual([...steps].sort());
  });

  test.for(steps)("%s has the theme's colours and nothing that the editor blocks", (path) => {
    const svg = textOf(path);
    // The page that shows it allows no style of its own, no script and no other file.
    expect(svg).not.toMatch(/<(style|script|image|foreignObject|use)\b|\sstyle=|\son\w+=|href=/);
    const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, colour]) => colour!);
    expect(colours.length).toBeGreaterThan(10);
    expect(colours.filter((colour) => !/^(none|var\(--vscode-)/.test(colour))).toEqual([]);
    expect(statSync(join(ROOT, path)).size).toBeLessThan(30_000);
  });
});
