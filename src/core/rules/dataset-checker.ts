import type { Finding } from "../finding.js";
import { ContentHash, type Hash64 } from "./content-hash.js";
import { FindingList } from "./finding-list.js";
import { PlaceTable, type SeenPlace } from "./place-table.js";
import { isBlank, isObject, plainText, type JsonObject } from "./plain-text.js";
import { BENCHMARK_KEYS, COMPONENT_FIELDS } from "./read-row.js";
import { andMore, quote } from "./words.js";

/** Where a row stands. */
export interface RowPlace {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Name of the row's split; rows without one take no part in the search for leaks. */
  readonly split?: string;
}

/** What is compared across rows; everything by default. */
export interface DatasetCheckerOptions {
  /** Equal, similar and mirrored rows. */
  readonly duplicates?: boolean;
  /** Posts that appear in two splits, those of persona items included. */
  readonly leaks?: boolean;
}

const TEXTS: readonly string[] = ["prompt", "chosen", "rejected"];
/** What tells whose preference a row is; benchmark rows say it in words. */
const PERSONA: readonly string[] = [...Object.values(COMPONENT_FIELDS), ...BENCHMARK_KEYS];

/** What of a row is compared with other rows. */
export interface RowHashes {
  readonly whole: Hash64;
  /** Prompt and responses; absent where one of them is missing. */
  readonly example?: Hash64;
  /** The same for one persona, and with the responses swapped. Equal responses mirror themselves; that is another rule. */
  readonly oriented?: { readonly own: Hash64; readonly mirrored: Hash64 };
  readonly posts: readonly { readonly field: string; readonly hash: Hash64 }[];
}

/** The hashes of a row; those of its posts take the most time, and matter where there are splits. */
export function hashRow(row: JsonObject, { posts }: { readonly posts: boolean }): RowHashes {
  const prompt = hashOf(row["prompt"]);
  const chosen = hashOf(row["chosen"]);
  const rejected = hashOf(row["rejected"]);
  const persona = hashOf(PERSONA.map((key) => row[key]));
  const others = Object.entries(row).filter(([key]) => !TEXTS.includes(key) && !PERSONA.includes(key));
  const whole = combine("row", prompt, chosen, rejected, persona, hashOf(Object.fromEntries(others)));
  const isExample = TEXTS.every((key) => Object.hasOwn(row, key));
  const isSame = chosen.high === rejected.high && chosen.low === rejected.low;
  return {
    whole,
    ...(isExample && { example: combine("example", prompt, chosen, rejected) }),
    ...(isExample &&
      !isSame && {
        oriented: {
          own: combine("oriented", prompt, chosen, rejected, persona),
          mirrored: combine("oriented", prompt, rejected, chosen, persona),
        },
      }),
    posts: posts
      ? rowPosts(row).map(({ field, post }) => ({
          field,
          hash: combine("post", new ContentHash().foldedText(post).digest()),
        }))
      : [],
  };
}

/**
 * Rules across the rows of one or more files, row by row. Of a row only 64-bit hashes are kept with the place where
 * each was first seen: three for the row and one for each post that is new, 24 to 48 bytes each; so 72 to 144 bytes a
 * row, and as much as 48 more for each distinct post.
 */
export class DatasetChecker {
  private readonly table = new PlaceTable();
  private readonly sources: { readonly file: string; readonly split: string | undefined }[] = [];
  private readonly sourceNumbers = new Map<string, number>();

  constructor(private readonly options: DatasetCheckerOptions = {}) {}

  /** Bytes that the checker holds. */
  get byteLength(): number {
    return this.table.byteLength;
  }

  /** Compares a parsed row with those before it; a value that is no object has no findings here. */
  add(row: unknown, place: RowPlace): Finding[] {
    if (!isObject(row)) return [];
    return this.addHashes(hashRow(row, { posts: this.looksForLeaks && place.split !== undefined }), place);
  }

  /** The same for a row whose hashes are known. */
  addHashes(row: RowHashes, place: RowPlace): Finding[] {
    const findings = new FindingList(place);
    const seen = { source: this.sourceOf(place), line: place.line };
    if (this.options.duplicates ?? true) this.checkDuplicates(row, seen, findings);
    if (this.looksForLeaks && place.split !== undefined) {
      this.checkLeaks(row, seen, place.split, findings);
    }
    return findings.list;
  }

  private get looksForLeaks(): boolean {
    return this.options.leaks ?? true;
  }

  private checkDuplicates(row: RowHashes, place: SeenPlace, findings: FindingList): void {
    const equal = this.table.findOrAdd(row.whole, place);
    if (equal) {
      const related = this.placeOf(equal);
      findings.add("duplicate-line", `The row equals ${related.file}:${related.line}`, { related });
      return;
    }
    if (!row.example) return;
    const similar = this.table.findOrAdd(row.example, place);
    if (similar) {
      const related = this.placeOf(similar);
      const problem = `Prompt, chosen and rejected are those of ${related.file}:${related.line}`;
      findings.add("duplicate-example", problem, { related });
    }
    if (!row.oriented) return;
    const mirrored = this.table.find(row.oriented.mirrored);
    if (mirrored) {
      const related = this.placeOf(mirrored);
      const problem = `Chosen and rejected are those of ${related.file}:${related.line} swapped, for the same persona`;
      findings.add("mirrored-example", problem, { related });
    }
    this.table.findOrAdd(row.oriented.own, place);
  }

  private checkLeaks({ posts }: RowHashes, place: SeenPlace, split: string, findings: FindingList): void {
    const leaks: { readonly field: string; readonly first: SeenPlace }[] = [];
    for (const { field, hash } of posts) {
      const first = this.table.findOrAdd(hash, place);
      if (first && this.sources[first.source]!.split !== split) leaks.push({ field, first });
    }
    const [leak] = leaks;
    if (!leak) return;
    const related = this.placeOf(leak.first);
    const other = quote(this.sources[leak.first.source]!.split!);
    const problem = `the post is in split ${quote(split)} and, at ${related.file}:${related.line}, in split ${other}`;
    const { field } = leak;
    findings.add("split-leak", `${problem}${andMore(leaks.length - 1)}`, { field, related });
  }

  private sourceOf({ file, split }: RowPlace): number {
    const key = JSON.stringify([file, split]);
    const known = this.sourceNumbers.get(key);
    if (known !== undefined) return known;
    const number = this.sources.push({ file, split }) - 1;
    this.sourceNumbers.set(key, number);
    return number;
  }

  private placeOf({ source, line }: SeenPlace): { readonly file: string; readonly line: number } {
    return { file: this.sources[source]!.file, line };
  }
}

function hashOf(value: unknown): Hash64 {
  return new ContentHash().value(value).digest();
}

/** The kind keeps hashes of different things apart in one table. */
function combine(kind: "row" | "example" | "oriented" | "post", ...parts: readonly Hash64[]): Hash64 {
  const hash = new ContentHash().text(kind);
  for (const part of parts) hash.hash(part);
  return hash.digest();
}

/** The posts of a row, its own first, with the field of each. */
function rowPosts(row: JsonObject): { readonly field: string; readonly post: string }[] {
  const posts: { field: string; post: string }[] = [];
  const add = (field: string, value: unknown) => {
    const post = plainText(value);
    if (post !== undefined && !isBlank(post)) posts.push({ field, post });
  };
  add("prompt", row["prompt"]);
  for (const name of [COMPONENT_FIELDS.ugc, COMPONENT_FIELDS.pairs]) {
    const items = row[name];
    if (!Array.isArray(items)) continue;
    items.forEach((item: unknown, index) => {
      if (isObject(item)) add(`${name}[${index}].prompt`, item["prompt"]);
    });
  }
  return posts;
}
