import type { Problem } from "../errors.js";
import type { Severity } from "../finding.js";

/** Names of the supported source formats, as `--as` and the settings take them. */
export const SOURCE_NAMES = ["oasst", "alpaca-eval", "posts"] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/** One response as its source has it; nothing of it has been cleaned yet. */
export interface RawResponse {
  /** The source's own id of the response, only ever hashed. */
  readonly key?: string;
  readonly text: string;
  /** Numbers that the source gives the response, by name, unchanged. */
  readonly ratings?: Readonly<Record<string, number>>;
}

/** One post as its source has it; nothing of it has been cleaned yet. */
export interface RawPost {
  /** What makes the post the same one in another run: the source's id of it, else its text. Only ever hashed. */
  readonly key: string;
  /** Same for all posts of one thread. */
  readonly thread?: string;
  /** Earlier turns of the thread and the post itself. */
  readonly text: string;
  /** Length in UTF-16 units of the earlier turns: the post's own message is `text.slice(contextLength)`. */
  readonly contextLength?: number;
  readonly responses: readonly RawResponse[];
}

/** A record, or a part of one, that does not become a post or a response. */
export interface SourceProblem extends Problem {
  /** `error`: broken; `warning`: nothing to use; `info`: left out as the source or the settings want it. */
  readonly severity: Severity;
  /** The source's id of what is left out, only ever hashed. */
  readonly key?: string;
}

/** What a record gives, in its own order: posts, and what could not be used of it. */
export type SourceItem = { readonly post: RawPost } | { readonly problem: SourceProblem };

export interface SourceOptions {
  /** Languages to keep, as the source names them; `en` also stands for `en-GB`. Default: all. Formats without languages ignore it. */
  readonly languages?: readonly string[];
}

/** One form in which posts and their responses come. */
export interface SourceFormat {
  readonly name: SourceName;
  readonly title: string;
  /** How such files are usually written; the readers take both. */
  readonly container: "lines" | "array" | "either";
  /** Top-level fields that tell the format, each with the names it goes by. */
  readonly fields: readonly (readonly string[])[];
  /** A post's responses are spread over records and files: join them with `PostJoiner`. */
  readonly joins: boolean;
  /** Why a record is of this format, in words, or null. */
  detect(sample: unknown): string | null;
  /** The posts of one record; never throws, and does not recurse into it. */
  posts(record: unknown, options?: SourceOptions): Iterable<SourceItem>;
}
