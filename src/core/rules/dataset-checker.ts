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
    const findings = new FindingList(place);
    const seen = { source: this.sourceOf(place), line: place.line };
    if (this.options.duplicates ?? true) this.checkDuplicates(row, seen, findings);
    if ((this.options.leaks ?? true) && place.split !== undefined) {
      this.checkLeaks(row, seen, place.split, findings);
    }
    return findings.list;
  }

  private checkDuplicates(row: JsonObject, place: SeenPlace, findings: FindingList): void {
    const prompt = hashOf(row["prompt"]);
    const chosen = hashOf(row["chosen"]);
    const rejected = hashOf(row["rejected"]);
    const persona = hashOf(PERSONA.map((key) => row[key]));
    const others = Object.entries(row).filter(([key]) => !TEXTS.includes(key) && !PERSONA.includes(key));
    const whole = combine("row", prompt, chosen, rejected, persona, hashOf(Object.fromEntries(others)));
    const equal = this.table.findOrAdd(whole, place);
    if (equal) {
      const related = this.placeOf(equal);
      findings.add("duplicate-line", `The row equals ${related.file}:${related.line}`, { related });
      return;
    }
    if (!TEXTS.every((key) => Object.hasOwn(row, key))) return;
    const similar = this.table.findOrAdd(combine("example", prompt, chosen, rejected), place);
    if (similar) {
      const related = this.placeOf(similar);
      const problem = `Prompt, chosen and rejected are those of ${related.file}:${related.line}`;
      findings.add("duplicate-example", problem, { related });
    }
    // Equal responses mirror themselves; that is another rule.
    if (chosen.high === rejected.high && chosen.low === rejected.low) return;
    const mirrored = this.table.find(combine("oriented", prompt, rejected, chosen, persona));
    if (mirrored) {
      const related = this.placeOf(mirrored);
      const problem = `Chosen and rejected are those of ${related.file}:${related.line} swapped, for the same persona`;
      findings.add("mirrored-example", problem, { related });
    }
    this.table.findOrAdd(combine("oriented", prompt, chosen, rejected, persona), place);
  }

  private checkLeaks(row: JsonObject, place: SeenPlace, split: string, findings: FindingList): void {
    const leaks: { readonly field: string; readonly first: SeenPlace }[] = [];
    for (const { field, post } of rowPosts(row)) {
      const hash = new ContentHash().foldedText(post).digest();
      const first = this.table.findOrAdd(combine("post", hash), place);
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
