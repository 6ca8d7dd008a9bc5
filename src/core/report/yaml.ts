import { withVisibleControls } from "./words.js";

/** The little YAML that a data card's front matter needs: lists and maps in block form, every string quoted. */

/** A value of the front matter. */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

/** A double-quoted scalar: JSON's escapes are YAML's, and what YAML forbids or breaks lines at is made visible first. */
export function yamlString(text: string): string {
  return JSON.stringify(withVisibleControls(text));
}

/** Keys that need no quotes. */
const PLAIN_KEY = /^[a-z_]+$/;

function lines(value: Yaml): string[] {
  if (typeof value === "string") return [yamlString(value)];
  if (Array.isArray(value)) {
    return (value as readonly Yaml[]).flatMap((item) =>
      lines(item).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)),
    );
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const name = PLAIN_KEY.test(key) ? key : yamlString(key);
    const [first = "", ...rest] = lines(item);
    return typeof item === "string"
      ? [`${name}: ${first}`]
      : [`${name}:`, ...[first, ...rest].map((line) => `  ${line}`)];
  });
}

/** A map as a YAML document between `---` lines; empty lists must be left out by the caller. */
export function frontMatter(map: Readonly<Record<string, Yaml>>): string {
  return ["---", ...lines(map), "---"].join("\n");
}
