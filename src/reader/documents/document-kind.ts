import { sep } from "node:path";
import { ALIGNX_KEYS } from "../../core/records/alignx-row.js";
import { isObject, type JsonObject } from "../../core/rules/plain-text.js";
import { detectDialect, type Dialect, DIALECTS } from "../../core/rules/read-row.js";
import { detectFormat } from "../../core/sources/formats.js";
import { parseJson } from "../../core/sources/parse-json.js";
import type { SourceName } from "../../core/sources/source.js";
import type { DocumentKind } from "../../protocol/documents.js";
import {
  ANNOTATIONS,
  CLUSTERS,
  FINDINGS,
  LEVELS,
  PAIRS,
  PERSONAS,
  POSTS,
  SPLITS_FILE,
  VERDICTS,
} from "../../steps/files.js";

/** What a data file is, with what its rows are checked as. */
export interface ToldKind {
  /** Null: nothing that Prefloom knows. */
  readonly kind: DocumentKind | null;
  /** Of rows of a data set, decided as `validate` decides it; null for everything else. */
  readonly dialect: Dialect | null;
  /** Of raw sources. */
  readonly format: SourceName | null;
}

/** What is looked at before the kind is decided: as much as `validate` looks at. */
const SAMPLE_ROWS = 50;
const SAMPLE_CHARACTERS = 4 * 1024 * 1024;

interface RecordKind {
  readonly kind: DocumentKind;
  /** How its path ends in an output folder. */
  readonly ending: string;
  /** Fields that a record of this kind has, and no other kind has all of them. */
  readonly keys: readonly string[];
}

/** Kinds of records that steps write, the most particular first. */
const RECORD_KINDS: readonly RecordKind[] = [
  {
    kind: "lineage",
    ending: ".lineage.jsonl",
    keys: ["pair", "post", "chosen", "rejected", "ugc", "pairs", "origin"],
  },
  { kind: "personas", ending: `/${PERSONAS.path}`, keys: ["pair", "ugc", "pairs", "probes"] },
  { kind: "posts", ending: `/${POSTS.path}`, keys: ["id", "source", "text", "responses", "origin"] },
  { kind: "pairs", ending: `/${PAIRS.path}`, keys: ["id", "post", "chosen", "rejected", "direction"] },
  { kind: "annotations", ending: `/${ANNOTATIONS.path}`, keys: ["post", "response", "answers"] },
  { kind: "levels", ending: `/${LEVELS.path}`, keys: ["post", "response", "levels"] },
  { kind: "clusters", ending: `/${CLUSTERS.path}`, keys: ["post", "clusters"] },
  { kind: "splits", ending: `/${SPLITS_FILE.path}`, keys: ["post", "split", "group"] },
  { kind: "verdicts", ending: `/${VERDICTS.path}`, keys: ["pair", "ok", "kinds", "agreed"] },
  { kind: "findings", ending: `/${FINDINGS.path}`, keys: ["rule", "severity", "message", "file"] },
  { kind: "drops", ending: "/drops.jsonl", keys: ["id", "rule", "stage", "reason"] },
];

/** What one record speaks for. */
interface Vote {
  readonly kind: DocumentKind | null;
  readonly dialect: Dialect;
  /** What sources are told by; kept only where nothing else fits. */
  readonly sample: JsonObject | null;
}

const has = (record: JsonObject, key: string): boolean => Object.hasOwn(record, key);

function voteOf(record: JsonObject): Vote {
  const dialect = detectDialect(record);
  const step = RECORD_KINDS.find(({ keys }) => keys.every((key) => has(record, key)));
  if (step) return { kind: step.kind, dialect, sample: null };
  const isRow =
    dialect === "benchmark" ||
    (dialect === "alignx" ? ALIGNX_KEYS.some((key) => has(record, key)) : isPreference(record));
  return isRow ? { kind: dialect, dialect, sample: null } : { kind: null, dialect, sample: record };
}

/** A prompt alone may be anything. */
function isPreference(record: JsonObject): boolean {
  return has(record, "chosen") || has(record, "rejected");
}

function mostFrequent<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

function kindByPath(path: string): DocumentKind | null {
  const slashed = path.replaceAll(sep, "/").toLowerCase();
  return RECORD_KINDS.find(({ ending }) => slashed.endsWith(ending))?.kind ?? null;
}

const isDialect = (kind: DocumentKind): kind is Dialect => (DIALECTS as readonly string[]).includes(kind);

/** Decides what a file is by its first records, and by its path where they do not tell. Remembers the lines it has read. */
export class KindTeller {
  #votes = new Map<string, Vote | null>();
  #told: ToldKind | null = null;
  /** Lines up to this one decide. */
  #looked = 0;

  constructor(private readonly path: string) {}

  /** Whether an edit that begins at a line may change what is told. */
  concerns(line: number): boolean {
    return line < this.#looked || this.#told?.kind === null;
  }

  /** @param line text of a line, from 0; undefined past the end */
  tell(line: (index: number) => string | undefined): ToldKind {
    const votes = this.#read(line);
    // While somebody types in the only record, the file stays what it was.
    if (votes.length === 0 && this.#told?.kind) return this.#told;
    const steps = mostFrequent(votes.flatMap(({ kind }) => (kind === null ? [] : [kind])));
    const samples = votes.flatMap(({ sample }) => (sample ? [sample] : []));
    const format = steps === null && samples.length > 0 ? detectFormat(samples) : null;
    const name = format && "format" in format ? format.format.name : null;
    const kind = steps ?? (name === null ? kindByPath(this.path) : "source");
    const dialect = kind !== null && isDialect(kind) ? this.#dialect(votes) : null;
    this.#told = { kind, dialect, format: kind === "source" ? name : null };
    return this.#told;
  }

  /** As `validate` counts: all records vote, and where as many speak for two dialects, the first of the list holds. */
  #dialect(votes: readonly Vote[]): Dialect | null {
    const count = (dialect: Dialect) => votes.filter((vote) => vote.dialect === dialect).length;
    return [...DIALECTS].sort((a, b) => count(b) - count(a))[0] ?? null;
  }

  #read(line: (index: number) => string | undefined): readonly Vote[] {
    const votes: Vote[] = [];
    const known = new Map<string, Vote | null>();
    let records = 0;
    let characters = 0;
    let at = 0;
    for (; records < SAMPLE_ROWS && characters < SAMPLE_CHARACTERS; at++) {
      const text = line(at);
      if (text === undefined) break;
      if (text.trim() === "") continue;
      records++;
      characters += text.length;
      let vote = this.#votes.get(text);
      if (vote === undefined) {
        const parsed = parseJson(text, "line");
        vote = "value" in parsed && isObject(parsed.value) ? voteOf(parsed.value) : null;
      }
      known.set(text, vote);
      if (vote) votes.push(vote);
    }
    this.#votes = known;
    this.#looked = at;
    return votes;
  }
}

/** What a file is whose first lines are given. */
export function kindOf(path: string, lines: readonly string[]): ToldKind {
  return new KindTeller(path).tell((index) => lines[index]);
}
