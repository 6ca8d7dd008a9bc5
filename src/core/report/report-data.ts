import type { Severity } from "../finding.js";
import type { PersonaKind } from "../records/records.js";

/**
 * All that the report shows, as plain JSON. Nothing in it is a point in time and every list is in the order in which
 * it is to be shown, so that the same data gives the same bytes.
 */
export interface ReportData {
  readonly title: string;
  /** What the report was made from, such as the output folder and the hash of the settings. */
  readonly generatedFrom: string;
  /** The annotator; null where no model has annotated yet. */
  readonly model: AnnotatorSummary | null;
  /** Settings that decided the result: name and value in words. */
  readonly settings: readonly NamedValue[];
  /** From raw records to examples, in the order of the pipeline. */
  readonly funnel: readonly FunnelStage[];
  readonly drops: readonly DropSummary[];
  /** The D dimensions in the order of the space. */
  readonly dimensions: readonly DimensionSummary[];
  readonly similarity: SimilaritySummary;
  readonly personas: PersonaSummary;
  readonly findings: readonly FindingSummary[];
  /** Wall-clock seconds of each step, in the order run. */
  readonly steps: readonly StepTime[];
  readonly sources: readonly SourceSummary[];
  /** Up to five are shown. */
  readonly examples: readonly ReportExample[];
}

/** Name and value, both in words. */
export type NamedValue = readonly [name: string, value: string];

/** The annotator and how well it does on texts of known direction. */
export interface AnnotatorSummary {
  readonly name: string;
  /** Of the weights file, hexadecimal. */
  readonly sha256: string;
  /** Absent where the model was never probed. */
  readonly probe?: ProbeSummary;
}

/** What the probe of known-direction text pairs says of an annotator. */
export interface ProbeSummary {
  /** Fit, weak or unfit to annotate, in one sentence. */
  readonly sentence: string;
  readonly groups: readonly ProbeGroup[];
}

/** The probe's figures for one group of dimensions; chance is a share of 0.5. */
export interface ProbeGroup {
  readonly group: string;
  /** Text pairs ranked right, of `total`. */
  readonly right: number;
  readonly total: number;
  /** Interval of the share right, each from 0 to 1. */
  readonly low: number;
  readonly high: number;
  /** Share right after two-way centring, from 0 to 1. */
  readonly centred: number;
}

/** One bar of the funnel. */
export interface FunnelStage {
  /** The step after which this was counted. */
  readonly stage: string;
  readonly label: string;
  readonly count: number;
  /** What is counted, in the plural: shares are only given between stages that count the same thing. */
  readonly unit: "records" | "posts" | "responses" | "pairs";
  /** Where the count divides, such as train and test. */
  readonly parts?: readonly { readonly label: string; readonly count: number }[];
}

/** The entries of one rule in one step's drop ledger. */
export interface DropSummary {
  readonly stage: string;
  readonly rule: string;
  readonly count: number;
  readonly why: string;
}

/** What became of one dimension. */
export interface DimensionSummary {
  readonly name: string;
  readonly group: string;
  /** Label of the first option (Positive) and of the second (Negative). */
  readonly positiveLabel: string;
  readonly negativeLabel: string;
  /** Responses at level 3, 2 and 1. */
  readonly levels: { readonly first: number; readonly neutral: number; readonly second: number };
  /** Pairs whose direction is Positive or Negative on this dimension. */
  readonly pairs: { readonly positive: number; readonly negative: number };
}

/** How similar the persona items are to their pair, counted in matching dimensions. */
export interface SimilaritySummary {
  /** What was counted, such as "items kept in personas". */
  readonly counted: string;
  /** D. */
  readonly dimensions: number;
  /** The least number of matching dimensions that exceeds the threshold. */
  readonly leastMatches: number;
  /** Items by number of matches, index 0..D; empty where nothing was counted. */
  readonly ugc: readonly number[];
  /** The same for PAIR, by the smaller of its two numbers of matches. */
  readonly pairs: readonly number[];
}

/** How full personas are, and which kinds the exported examples carry. */
export interface PersonaSummary {
  /** H, the number of items wanted of UGC and of PAIR. */
  readonly wanted: number;
  /** Personas by number of UGC items kept, index 0..H; empty where there are no personas. */
  readonly ugc: readonly number[];
  /** The same for PAIR. */
  readonly pairs: readonly number[];
  /** Personas by how their demographic text came about. */
  readonly demographic: { readonly model: number; readonly template: number; readonly none: number };
  /** Exported examples by combination of kinds. */
  readonly kinds: readonly KindsCount[];
}

/** Number of examples that carry exactly these kinds. */
export interface KindsCount {
  readonly kinds: readonly PersonaKind[];
  readonly examples: number;
}

/** Number of findings of one rule. */
export interface FindingSummary {
  readonly rule: string;
  readonly severity: Severity;
  readonly count: number;
}

/** Wall-clock seconds of one step. */
export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

/** One source of posts. */
export interface SourceSummary {
  readonly name: string;
  readonly licence: string;
  readonly posts: number;
}

/** One exported example with its direction in words. */
export interface ReportExample {
  readonly prompt: string;
  readonly chosen: string;
  readonly rejected: string;
  /** The pair's direction in words: the labels of its non-neutral dimensions. */
  readonly direction: readonly string[];
  /** Those of `direction` on which every persona component agrees. */
  readonly agreed: readonly string[];
  readonly persona: {
    readonly ugc: readonly { readonly prompt: string; readonly comment: string }[];
    readonly pairs: readonly {
      readonly prompt: string;
      readonly chosen: string;
      readonly rejected: string;
    }[];
    /** Null or empty: no demographic text. */
    readonly demographic: string | null;
  };
  readonly lineage: {
    /** Id of the pair, which `prefloom explain` takes. */
    readonly pair: string;
    /** The raw file and its 1-based line. */
    readonly file: string;
    readonly line: number;
  };
}
