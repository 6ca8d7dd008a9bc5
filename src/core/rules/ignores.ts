import { z } from "zod";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Finding } from "../finding.js";
import { parseJson } from "../sources/parse-json.js";

/** Name of the file that records which findings are to be ignored; in the workspace folder, else beside the data. */
export const IGNORE_FILE = "prefloom-ignore.jsonl";

/** One line of it: a rule does not hold for one line of a file, as long as the line stays the same. */
export const ignoreSchema = z.object({
  rule: z.string().min(1),
  /** Path relative to the ignore file, with `/`. */
  file: z.string().min(1),
  /** Where the line stood when this was written, 1-based; for people, since lines move. */
  line: z.number().int().positive(),
  /** Of the line's text without its end. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits"),
  /** Why. */
  note: z.string().optional(),
});
export type Ignore = z.infer<typeof ignoreSchema>;

/** What an entry knows a line by. */
export function lineHash(text: string): string {
  // Spaces at the ends mean nothing in JSON, and editors take them away.
  return bytesToHex(sha256(utf8ToBytes(text.trim())));
}

/** The findings that an ignore file takes out. */
export class IgnoreList {
  readonly #hashes = new Map<string, Set<string>>();

  constructor(entries: readonly Ignore[]) {
    for (const { file, rule, sha256: hash } of entries) {
      const key = keyOf(file, rule);
      const known = this.#hashes.get(key) ?? new Set();
      this.#hashes.set(key, known.add(hash));
    }
  }

  /** Entries of the lines of an ignore file; a line that is none ignores nothing. */
  static of(lines: Iterable<string>): IgnoreList {
    const entries: Ignore[] = [];
    for (const line of lines) {
      if (line.trim() === "") continue;
      const parsed = parseJson(line, "line");
      const checked = "value" in parsed ? ignoreSchema.safeParse(parsed.value) : null;
      if (checked?.success) entries.push(checked.data);
    }
    return new IgnoreList(entries);
  }

  /** Whether an entry is about a file, or about a rule in it. */
  concerns(file: string, rule?: string): boolean {
    if (rule !== undefined) return this.#hashes.has(keyOf(file, rule));
    return [...this.#hashes.keys()].some((key) => key.endsWith(`\n${file}`));
  }

  /** Whether a finding is ignored. @param file as the entries name it @param hash of its line, asked for where it matters */
  ignores({ rule }: Pick<Finding, "rule">, file: string, hash: () => string): boolean {
    return this.#hashes.get(keyOf(file, rule))?.has(hash()) ?? false;
  }
}

const keyOf = (file: string, rule: string): string => `${rule}\n${file}`;
