import type { Problem } from "../errors.js";
import { ALPACA_EVAL } from "./alpaca-eval.js";
import { isObject, typeInWords } from "./check-record.js";
import { isFlatMessage, OASST } from "./oasst.js";
import { POSTS } from "./posts.js";
import type { SourceFormat, SourceName } from "./source.js";

/** The supported source formats, by name. */
export const SOURCE_FORMATS: Readonly<Record<SourceName, SourceFormat>> = {
  oasst: OASST,
  "alpaca-eval": ALPACA_EVAL,
  posts: POSTS,
};

const ALL = Object.values(SOURCE_FORMATS);

/** The format that a file's records are in and why, or why that cannot be told. */
export type Detection =
  { readonly format: SourceFormat; readonly why: string } | { readonly problem: Problem };

/** Forms that are often met and cannot be imported, by the fields that give them away. */
const KNOWN_OTHERS: readonly {
  readonly name: string;
  readonly fields: readonly string[];
  readonly fix: string;
}[] = [
  {
    name: "preference data (prompt, chosen, rejected)",
    fields: ["prompt", "chosen", "rejected"],
    fix: "it needs no import: check it with prefloom validate",
  },
  { name: "PKU-SafeRLHF", fields: ["prompt", "response_0", "response_1"], fix: "" },
  { name: "UltraFeedback", fields: ["instruction", "completions"], fix: "" },
  { name: "HelpSteer2", fields: ["prompt", "response", "helpfulness"], fix: "" },
  { name: "SHP or ComPRed", fields: ["history", "human_ref_A", "human_ref_B"], fix: "" },
  { name: "PRISM utterances", fields: ["user_prompt", "model_response", "conversation_id"], fix: "" },
  { name: "Reddit submissions", fields: ["title", "selftext", "subreddit"], fix: "" },
  { name: "Reddit comments", fields: ["body", "link_id"], fix: "" },
];

const CONVERT = 'write each post as one line {"text": "...", "responses": ["...", "..."]}';

const SUPPORTED = `supported are ${ALL.map((format) => `${format.name}: ${format.title}`).join("; ")}`;

const unknown = (message: string, fix: string): Detection => ({
  problem: { rule: "unknown-format", message, fix },
});

/** The format whose fields a record has most of, with those it lacks. */
function nearest(sample: Readonly<Record<string, unknown>>): string {
  const rated = ALL.map((format) => {
    const missing = format.fields.filter((names) => !names.some((name) => name in sample));
    return { format, missing, share: 1 - missing.length / format.fields.length };
  }).sort((a, b) => b.share - a.share);
  const [best, next] = rated;
  if (!best || best.share === 0 || best.share === next?.share) return "";
  const lacks = best.missing.map((names) => names.join(" or "));
  return `; nearest is ${best.format.name}, which also needs ${lacks.join(", and ")}`;
}

function explainUnknown(samples: readonly unknown[]): Detection {
  const sample = samples.find(isObject);
  if (!sample) {
    return unknown(
      `records should be objects, but are like ${typeInWords(samples[0])}; ${SUPPORTED}`,
      CONVERT,
    );
  }
  if (isFlatMessage(sample)) {
    return unknown(
      "the records are single OpenAssistant messages, not message trees",
      "use the file of message trees (its name ends in trees.jsonl)",
    );
  }
  const other = KNOWN_OTHERS.find(({ fields }) => fields.every((name) => name in sample));
  if (other) {
    return unknown(
      `the records are ${other.name}, which cannot be imported; ${SUPPORTED}`,
      other.fix || CONVERT,
    );
  }
  const names = Object.keys(sample);
  const shown = names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");
  const has = names.length > 0 ? `records have the fields ${shown}` : "records have no fields";
  return unknown(`the format is not known: ${has}${nearest(sample)}; ${SUPPORTED}`, CONVERT);
}

/**
 * Tells the format of a file from some of its records. Records of no known form do not matter (they become problems
 * when they are read); where several formats fit, more than half of the records must agree on one and no more.
 */
export function detectFormat(samples: readonly unknown[]): Detection {
  if (samples.length === 0) {
    return unknown(
      `there is no readable record to tell the format by; ${SUPPORTED}`,
      "correct the first records",
    );
  }
  const matches = ALL.map((format) => {
    const reasons = samples.map((sample) => format.detect(sample)).filter((reason) => reason !== null);
    return { format, reason: reasons[0] ?? "", count: reasons.length };
  })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const [first, second] = matches;
  if (!first) return explainUnknown(samples);
  const most = samples.length / 2;
  if (second && (second.count > most || first.count <= most)) {
    const seen = matches.map(({ format, reason, count }) => `${format.name} in ${count} (${reason})`);
    return {
      problem: {
        rule: "ambiguous-format",
        message: `of ${samples.length} records looked at, more than one format fits: ${seen.join(", ")}`,
        fix: `say which one with --as ${matches.map(({ format }) => format.name).join(" or --as ")}, or split the file`,
      },
    };
  }
  const share = first.count === samples.length ? "all" : `${first.count} of`;
  return { format: first.format, why: `${first.reason} (${share} ${samples.length} looked at)` };
}
