import { RequestType } from "vscode-jsonrpc";
import type { Split } from "../core/records/records.js";
import type { StepName } from "../core/step-names.js";
import type { InWorkspace } from "./reader.js";

/**
 * What the output folder of a workspace holds, for the trees and for whoever looks for a record. Only what is asked for is
 * read. Texts are cut to what is shown of them.
 */

/** A line of a file: absolute path, and the line from 1. */
export interface RecordPlace {
  readonly file: string;
  readonly line: number;
}

/** A text by its first words, and the beginning of it. */
export interface ShownText {
  readonly title: string;
  readonly text: string;
}

/** A post in the list of posts. */
export interface PostEntry extends ShownText {
  /** Place in the order of the file, from 1. */
  readonly number: number;
  /** Null where the line is no post. */
  readonly id: string | null;
  readonly place: RecordPlace;
  /** Its source's name; of a line that is no post, what is wrong with it. */
  readonly source: string;
  readonly responses: number;
}

/** A response, told as a line of its post. */
export interface ResponseEntry extends ShownText {
  readonly id: string;
  readonly place: RecordPlace;
}

/** Where a pair stands in the data set. */
export interface ExamplePlace extends RecordPlace {
  readonly split: Split;
}

/** A pair that was drawn from a post. */
export interface PairEntry {
  readonly id: string;
  readonly place: RecordPlace;
  readonly chosen: ResponseEntry;
  readonly rejected: ResponseEntry;
  readonly example: ExamplePlace | null;
  /** Rule under which it was left out; null where it was not, or not yet. */
  readonly dropped: string | null;
  /** How many items its persona has; null before the persona step. */
  readonly persona: { readonly ugc: number; readonly pairs: number; readonly demographic: boolean } | null;
}

/** What hangs on a post. */
export interface PostDetail {
  readonly id: string;
  /** Responses by cluster; null before the cluster step, or where it dropped the post. */
  readonly clusters: readonly (readonly ResponseEntry[])[] | null;
  /** Those that are in no cluster. */
  readonly responses: readonly ResponseEntry[];
  readonly pairs: readonly PairEntry[];
  /** The raw record. */
  readonly origin: RecordPlace;
}

/** One thing that a persona shows of the user. */
export interface PersonaItem extends ShownText {
  /** Response of UGC, pair of PAIR. */
  readonly id: string;
  readonly place: RecordPlace;
  /** UGC: dimensions that match; PAIR: those of its chosen and of its rejected. */
  readonly matches: readonly number[];
}

/** What hangs on a pair. */
export interface PairDetail {
  readonly id: string;
  /** Line of the persona. */
  readonly place: RecordPlace | null;
  readonly ugc: readonly PersonaItem[];
  readonly pairs: readonly PersonaItem[];
  readonly demographic: (ShownText & { readonly method: "model" | "template" }) | null;
  /** What of it is exported; null before the check. */
  readonly kinds: readonly ("ugc" | "pairs" | "demographic")[] | null;
  readonly example: ExamplePlace | null;
}

/** How many posts there are; 0 before the import. */
export const datasetSummary = new RequestType<
  InWorkspace,
  { readonly posts: number; readonly file: string },
  void
>("dataset/summary");

/** Posts in the order of the file. `first` from 1. */
export const datasetPosts = new RequestType<
  InWorkspace & { readonly first: number; readonly count: number },
  readonly PostEntry[],
  void
>("dataset/posts");

/** What hangs on a post; null where there is none of this id any more. */
export const datasetPost = new RequestType<InWorkspace & { readonly post: string }, PostDetail | null, void>(
  "dataset/post",
);

/** What hangs on a pair; null where there is none of this id any more. */
export const datasetPair = new RequestType<InWorkspace & { readonly pair: string }, PairDetail | null, void>(
  "dataset/pair",
);

/** Something that was looked for. */
export interface SearchHit {
  readonly kind: "post" | "response" | "pair" | "example";
  readonly id: string;
  readonly title: string;
  /** What it is in, such as its post. */
  readonly detail: string;
  readonly place: RecordPlace;
  /** The post that it hangs on, and that post's number from 1. */
  readonly post: { readonly id: string; readonly number: number };
}

/** What a part of a search has found. */
export interface SearchPart {
  readonly hits: readonly SearchHit[];
  /** Where to go on; null: everything has been searched. */
  readonly cursor: number | null;
  /** Posts searched so far, and posts that there are. */
  readonly searched: number;
  readonly posts: number;
}

/**
 * Looks for an id, the beginning of one, a line of the data set such as `train.jsonl:12`, or words. It answers after a part
 * of the posts: ask again with its cursor until that is null.
 */
export const datasetSearch = new RequestType<
  InWorkspace & { readonly query: string; readonly cursor: number | null; readonly limit: number },
  SearchPart,
  void
>("dataset/search");

/** Entries of a step's drop ledger under one rule. */
export interface DropGroup {
  readonly stage: StepName;
  readonly rule: string;
  readonly count: number;
  readonly why: string;
  readonly restorable: boolean;
  /** Of these, how many have been asked back. */
  readonly askedBack: number;
}

/** The drop ledgers of all steps, in the order of the pipeline. */
export const dropGroups = new RequestType<InWorkspace, readonly DropGroup[], void>("drops/groups");

/** One entry of a drop ledger. */
export interface DropEntry {
  readonly id: string;
  readonly rule: string;
  readonly stage: StepName;
  readonly reason: string;
  readonly restorable: boolean;
  /** It returns at the next run. */
  readonly askedBack: boolean;
  /** In the ledger. */
  readonly place: RecordPlace;
  /** The raw record, where it is known. */
  readonly origin: RecordPlace | null;
}

/** Some entries of a group. */
export const dropPage = new RequestType<
  InWorkspace & {
    readonly stage: StepName;
    readonly rule: string;
    readonly offset: number;
    readonly limit: number;
  },
  readonly DropEntry[],
  void
>("drops/page");

/** A model that can be named in settings. */
export interface ModelEntry {
  readonly name: string;
  readonly kind: "named" | "hf" | "path";
  readonly path: string;
  readonly present: boolean;
  readonly bytes: number | null;
  readonly licence: string | null;
  readonly note: string | null;
  /** Folders of the workspaces whose settings name it. */
  readonly usedBy: readonly string[];
  /** What a probe has measured, in a sentence; null where none has. */
  readonly probe: string | null;
}

/** Models of the catalogue, those on this machine, and those that workspaces use. */
export const modelsList = new RequestType<
  { readonly workspaces: readonly string[] },
  { readonly folder: string; readonly models: readonly ModelEntry[] },
  void
>("models/list");

/**
 * All that is known of an id or of a line such as `train.jsonl:12`, as a Markdown document. Its links to files begin with
 * `/`, which is the folder `root`, and its links to ids are names of documents of the same kind beside it.
 */
export const recordExplain = new RequestType<
  InWorkspace & { readonly id: string; readonly root: string },
  { readonly id: string; readonly markdown: string },
  void
>("record/explain");
