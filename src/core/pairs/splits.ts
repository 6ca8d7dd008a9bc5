import { contentId } from "../random.js";
import type { Split } from "../records/records.js";

/** What decides which posts belong together in a split: same thread or same text. */
export interface SplitPost {
  readonly id: string;
  readonly text: string;
  readonly thread?: string | undefined;
}

/** The text under which two prompts count as the same post. */
export function normalisedText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

/**
 * Seeded split of posts: groups of posts that share a thread or a text go as one, in an order that the seed decides, to
 * `test` until it holds `testShare` of the posts. Memory: two short keys a post.
 */
export class SplitAssigner {
  readonly #parent = new Map<string, string>();
  readonly #posts: string[] = [];

  add({ id, text, thread }: SplitPost): void {
    this.#posts.push(id);
    this.#join(id, contentId("text ", normalisedText(text)));
    if (thread !== undefined) this.#join(id, `thread ${thread}`);
  }

  #root(key: string): string {
    let root = key;
    for (
      let next = this.#parent.get(root);
      next !== undefined && next !== root;
      next = this.#parent.get(root)
    ) {
      root = next;
    }
    this.#parent.set(key, root);
    return root;
  }

  #join(a: string, b: string): void {
    const [x, y] = [this.#root(a), this.#root(b)];
    // The smaller key is the root, whatever the order of the posts.
    if (x < y) this.#parent.set(y, x);
    else this.#parent.set(x, y);
  }

  /** Split and group of each post. With any test share above 0 and two groups or more, neither split is empty. */
  assign(testShare: number, seed: number): Map<string, { readonly split: Split; readonly group: string }> {
    const groups = new Map<string, string[]>();
    for (const id of this.#posts) {
      const root = this.#root(id);
      const members = groups.get(root);
      if (members) members.push(id);
      else groups.set(root, [id]);
    }
    const ordered = [...groups]
      .map(([root, ids]) => ({
        group: contentId("group-", root),
        key: contentId("", String(seed), "split", root),
        ids,
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const splits = new Map<string, { split: Split; group: string }>();
    let wanted = Math.round(testShare * this.#posts.length);
    if (testShare > 0 && ordered.length > 1) wanted = Math.max(1, wanted);
    ordered.forEach(({ group, ids }, i) => {
      const isTest = wanted > 0 && i < ordered.length - 1;
      for (const id of ids) splits.set(id, { split: isTest ? "test" : "train", group });
      if (isTest) wanted -= ids.length;
    });
    return splits;
  }
}
