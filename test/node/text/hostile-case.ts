import type { SourceName } from "../../../src/core/sources/source.js";

/** Which reader a file goes through. */
export type Reading = "records" | "lines" | "array";

/** One row of the table of hostile inputs. */
export interface Case {
  readonly name: string;
  readonly content: string | Buffer;
  readonly source?: SourceName;
  readonly reading?: Reading;
  /** Keys of the posts that must come through. */
  readonly keys: readonly string[];
  /** One for each problem, in order. */
  readonly messages: readonly RegExp[];
}

/** A good line. */
export const post = (id: string) => JSON.stringify({ id, text: `text of ${id}`, responses: ["yes", "no"] });
export const GOOD = post("before");
export const LAST = post("after");

/** A broken line between two good ones. */
export const between = (name: string, line: string, message: RegExp, keys = ["before", "after"]): Case => ({
  name,
  content: `${GOOD}\n${line}\n${LAST}\n`,
  keys,
  messages: [message],
});
