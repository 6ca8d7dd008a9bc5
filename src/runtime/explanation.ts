import type { Finding } from "../core/finding.js";
import type { Level } from "../core/records/direction.js";
import type { Answer, Origin, PersonaKind, SearchReport, Split, Verdict } from "../core/records/records.js";
import type { StepName } from "../core/step-names.js";
import type { IdKind } from "./explain-id.js";
import type { RawExcerpt } from "./raw-line.js";

/** All that is known of one id, as plain JSON: what `prefloom explain --json` prints. */
export interface Explanation {
  /** As it was asked for. */
  readonly asked: string;
  readonly kind: IdKind;
  readonly id: string;
  /** Where the pair stands in the data set; null where it does not. */
  readonly exported: ExportedPlace | null;
  /** Entries of the drop ledgers, in the order of the pipeline. */
  readonly drops: readonly ExplainedDrop[];
  readonly split: Split | null;
  readonly post: ExplainedPost | null;
  /** Chosen and rejected of a pair; the response asked for; all responses of a post. */
  readonly responses: readonly ExplainedResponse[];
  /** Clusters of the post's responses; null where they have not been made. */
  readonly clusters: readonly ExplainedCluster[] | null;
  /** The dimensions that are not neutral: of a pair its direction, of a response its levels. */
  readonly dimensions: readonly ExplainedDimension[] | null;
  /** Number of dimensions of the space. */
  readonly size: number;
  /** Pairs drawn from the post, or with the response; not given for a pair. */
  readonly pairs: readonly ExplainedPair[];
  /** Personas of other pairs in which the pair or the response serves as an item. */
  readonly serves: number;
  readonly persona: ExplainedPersona | null;
  readonly verdict: Verdict | null;
  readonly findings: readonly Finding[];
  readonly prompt: ExplainedPrompt | null;
  readonly made: ExplainedRun;
  readonly raw: readonly (RawExcerpt & { readonly of: string })[];
  /** Steps that have not run and would tell more. */
  readonly notRun: readonly StepName[];
}

/** A line of the data set. */
export interface ExportedPlace {
  readonly file: string;
  readonly line: number;
  readonly split: Split;
}

export interface ExplainedDrop {
  readonly id: string;
  readonly stage: string;
  readonly rule: string;
  /** Why this record. */
  readonly reason: string;
  /** Why any record. */
  readonly why: string;
  readonly restorable: boolean;
  /** It was asked back and returns at the next run. */
  readonly askedBack: boolean;
}

export interface ExplainedPost {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  readonly thread?: string;
  readonly responses: number;
  readonly origin: Origin;
}

export type ResponseRole = "chosen" | "rejected" | "response";

export interface ExplainedResponse {
  readonly id: string;
  readonly role: ResponseRole;
  /** Null where the post is not there any more. */
  readonly text: string | null;
  readonly origin: Origin | null;
  readonly ratings?: Readonly<Record<string, number>>;
  /** Place of its cluster in `clusters`, from 1; null where there are none. */
  readonly cluster: number | null;
}

export interface ExplainedCluster {
  readonly size: number;
  readonly responses: readonly string[];
  /** Which of the explained responses are in it. */
  readonly holds: readonly ResponseRole[];
}

/** One dimension of a pair or a response. */
export interface ExplainedDimension {
  readonly dimension: string;
  readonly group: string;
  readonly direction: "Positive" | "Negative";
  /** The direction in words. */
  readonly label: string;
  /** Every part of the exported persona agrees. */
  readonly agreed: boolean;
  /** What each of `responses` has on it, in their order. */
  readonly sides: readonly {
    readonly role: ResponseRole;
    /** Null where the levels have been made anew without it. */
    readonly level: Level | null;
    /** Of (1) first option, (2) second option, (3) cannot reflect. */
    readonly probabilities: Answer | null;
  }[];
}

export interface ExplainedPair {
  readonly id: string;
  readonly chosen: string;
  readonly rejected: string;
  readonly exported: ExportedPlace | null;
  /** Rule under which it was dropped. */
  readonly dropped: string | null;
}

/** What an item says on the non-neutral dimensions of the pair, in words. */
export interface Agreement {
  readonly agrees: readonly string[];
  readonly contradicts: readonly string[];
}

export interface ExplainedUgc extends Agreement {
  readonly post: string;
  readonly response: string;
  readonly matches: number;
}

export interface ExplainedPairItem extends Agreement {
  readonly pair: string;
  readonly matchesChosen: number;
  readonly matchesRejected: number;
}

export interface ExplainedPersona {
  readonly ugc: readonly ExplainedUgc[];
  readonly pairs: readonly ExplainedPairItem[];
  readonly demographic:
    | (Agreement & {
        readonly text: string;
        readonly method: "model" | "template";
        readonly reason?: string;
        readonly retries?: number;
      })
    | null;
  readonly search: { readonly ugc: SearchReport; readonly pairs: SearchReport };
  /** Kinds that are exported; null before the check. */
  readonly kinds: readonly PersonaKind[] | null;
}

/** What the model was given to annotate one response. */
export interface ExplainedPrompt {
  readonly response: string;
  readonly answers: string;
  readonly method: string;
  /** The prefix and the question are one user turn in the model's chat template. */
  readonly chat: boolean;
  readonly prefix: readonly string[];
  /** One of the questions. */
  readonly question: {
    readonly dimension: string;
    readonly text: string;
    readonly options: readonly string[];
  };
  readonly questions: number;
  /** Characters cut from post and response to fit the context. */
  readonly cut: { readonly post: number; readonly response: number } | null;
}

/** The runs that led there. */
export interface ExplainedRun {
  /** The annotator. */
  readonly model: { readonly name: string; readonly sha256: string } | null;
  /** Where a model wrote the demographic text and it is another one. */
  readonly demographicModel: { readonly name: string; readonly sha256: string } | null;
  readonly seed: number;
  /** Of all that decided the result; the report shows the same. */
  readonly settingsHash: string | null;
  /** How levels were decided. */
  readonly decision: string | null;
  readonly steps: readonly { readonly step: StepName; readonly settingsHash: string }[];
}
