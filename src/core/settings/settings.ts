import { z } from "zod";
import { CONSISTENCY_MODES } from "../consistency/consistency.js";
import { SOURCE_NAMES } from "../sources/source.js";

/**
 * `prefloom.json`: the settings of a workspace. These schemas are the single source of the types, of the defaults and of
 * the JSON schema that editors complete from. Defaults are the paper's where it names a value.
 */

export const sourceSchema = z.strictObject({
  path: z
    .string()
    .min(1)
    .describe("File of raw threads, relative to this folder; `*` matches within one folder."),
  format: z
    .enum(SOURCE_NAMES)
    .optional()
    .describe(
      "How the file is read. Left out: detected, and said. `oasst`: OpenAssistant message trees, one a line. `alpaca-eval`: AlpacaEval outputs, one file a model. `posts`: posts with their responses, one a record.",
    ),
  name: z
    .string()
    .min(1)
    .optional()
    .describe("Name of the source in records, report and data card. Default: the format's name."),
  licence: z
    .string()
    .min(1)
    .optional()
    .describe("Licence of the texts, as an SPDX id where there is one; goes into the data card."),
});
export type SourceSettings = z.infer<typeof sourceSchema>;

export const importSchema = z.strictObject({
  pii: z
    .boolean()
    .default(true)
    .describe("Replace e-mail addresses, phone numbers and the like by marks such as [EMAIL]."),
  minResponses: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe("Posts with fewer distinct responses are dropped: two are needed for a pair."),
  maxPosts: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Stop after this many posts; null: all."),
  languages: z
    .array(z.string())
    .default([])
    .describe(
      "Keep only messages marked with one of these languages; empty: all. Only some sources mark it.",
    ),
});

export const ANSWER_WAYS = ["numbers", "words"] as const;
export type AnswerWay = (typeof ANSWER_WAYS)[number];
export const ANNOTATION_METHODS = ["prefix", "joint"] as const;
export type AnnotationMethod = (typeof ANNOTATION_METHODS)[number];

export const annotateSchema = z.strictObject({
  answers: z
    .enum(ANSWER_WAYS)
    .default("numbers")
    .describe(
      "`numbers`: prompt #1 of the paper, for strong models. `words`: the words of the two options compared, which makes a small model usable.",
    ),
  method: z
    .enum(ANNOTATION_METHODS)
    .default("prefix")
    .describe(
      "`prefix`: each question alone after one shared prefix. `joint`: all questions in one pass, faster; refused when it disagrees with `prefix`.",
    ),
  minAgreement: z
    .number()
    .min(-1)
    .max(1)
    .default(0.8)
    .describe(
      "`joint` is refused when the rank correlation of its evidence with that of `prefix` is below this.",
    ),
  agreementSample: z
    .number()
    .int()
    .min(1)
    .default(6)
    .describe("Responses on which that agreement is measured before a `joint` run."),
  probePairs: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(48)
    .describe(
      "Text pairs of known direction on which the model is measured before it annotates, once per model; 0: not at all.",
    ),
  fewShot: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("File with few-shot examples of one's own for `numbers`; null: the built-in ones."),
  maxPostTokens: z
    .number()
    .int()
    .min(16)
    .default(1024)
    .describe("Longer posts are cut at a boundary, keeping their end, and the cut is recorded."),
  maxResponseTokens: z
    .number()
    .int()
    .min(16)
    .default(1024)
    .describe("Longer responses are cut at a boundary, keeping their beginning."),
});

export const LEVEL_DECISIONS = ["argmax", "contextual", "batch"] as const;
export type LevelDecision = (typeof LEVEL_DECISIONS)[number];

export const levelsSettingsSchema = z.strictObject({
  decision: z
    .enum(LEVEL_DECISIONS)
    .default("argmax")
    .describe(
      "`argmax`: the most likely answer (the paper). `contextual`: after dividing by the answers for an empty comment. `batch`: relative to the corpus and to the response itself, extremes only.",
    ),
  neutralShare: z
    .number()
    .min(0)
    .max(0.999)
    .default(0.9)
    .describe(
      "With `batch`: share of the responses that stay neutral on each dimension; the rest is split over both ends.",
    ),
});

export const clusterSchema = z.strictObject({
  k: z.number().int().min(2).default(3).describe("Number of clusters K of a post's responses (Algorithm 1)."),
});

export const pairSettingsSchema = z.strictObject({
  pairsPerPost: z.number().int().min(1).default(1).describe("Pairs drawn from a post, without repetition."),
  testShare: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.1)
    .describe(
      "Share of the posts kept for the test split. Personas stay within their split, so no post is shared.",
    ),
});

export const DEMOGRAPHIC_METHODS = ["model", "template", "none"] as const;

export const demographicSettingsSchema = z.strictObject({
  method: z
    .enum(DEMOGRAPHIC_METHODS)
    .default("model")
    .describe(
      "`model`: prompt #2 of the paper. `template`: a text from the direction's labels, without a model. `none`: no DEMO.",
    ),
  fallback: z
    .enum(["template", "none"])
    .default("template")

    .describe(
      "What happens when the model gave no usable answer after its retries. `template`: the text comes from the direction's labels. `none`: no DEMO.",
    ),
  retries: z.number().int().min(0).max(10).default(2).describe("Further tries after an unusable answer."),
  maxTokens: z.number().int().min(64).default(512).describe("Longest answer of the model, in tokens."),
});

export const personaSettingsSchema = z.strictObject({
  size: z
    .number()
    .int()
    .min(1)
    .default(16)
    .describe("Items H kept of UGC and of PAIR; the released data carries 4."),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe(
      "Similarity t to be exceeded: the share of dimensions on which two responses have the same level.",
    ),
  order: z
    .enum(["first", "best"])
    .default("first")
    .describe(
      "`first`: the first items found in random order (the paper). `best`: the most similar of all that were looked at.",
    ),
  maxProbes: z
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe("Posts (or pairs) looked at for one pair at most; what could not be filled is reported."),
  demographic: demographicSettingsSchema
    .prefault({})
    .describe("The demographic text of a persona (DEMO), and who writes it."),
});

export const checkSettingsSchema = z.strictObject({
  consistency: z
    .enum(CONSISTENCY_MODES)
    .default("strict")
    .describe(
      "`strict`: every persona item agrees with the pair and contradicts it nowhere. `majority`: the vote over the items must agree.",
    ),
});

export const exportSettingsSchema = z.strictObject({
  title: z
    .string()
    .min(1)
    .default("A preference dataset in the AlignX format")
    .describe("Heading of data card and report."),
  languages: z
    .array(z.string().regex(/^[a-z]{2,3}$/, "expected ISO 639 codes such as “en”"))
    .default([])
    .describe("Languages of the texts, as ISO 639 codes, for the data card."),
});

export const settingsSchema = z.strictObject({
  $schema: z.string().optional().describe("Schema for editors that do not know Prefloom."),
  sources: z
    .array(sourceSchema)
    .default([])
    .describe("Raw threads to import; `prefloom import FILE` adds to this list."),
  output: z.string().min(1).default("prefloom-out").describe("Folder for everything that is generated."),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42)
    .describe("Decides every random draw."),
  model: z
    .string()
    .min(1)
    .default("smollm2-135m-instruct")
    .describe("Annotator: a name from `prefloom model list`, an `hf:` address or the path of a GGUF file."),
  space: z
    .string()
    .min(1)
    .default("alignx")
    .describe(
      "Preference space: `alignx` (90 dimensions) or the path of a JSON file with a list of dimensions.",
    ),
  import: importSchema.prefault({}).describe("From raw files to posts: what is kept and what is cleaned."),
  annotate: annotateSchema.prefault({}).describe("How the model is asked about each response."),
  levels: levelsSettingsSchema
    .prefault({})
    .describe("How the model's answers become levels; cheap, it can be redone without the model."),
  cluster: clusterSchema.prefault({}).describe("How the responses of a post are grouped."),
  pair: pairSettingsSchema.prefault({}).describe("How pairs are drawn, and how posts are split."),
  persona: personaSettingsSchema.prefault({}).describe("How personas are put together: UGC, PAIR and DEMO."),
  check: checkSettingsSchema.prefault({}).describe("What an example must meet to be exported."),
  export: exportSettingsSchema.prefault({}).describe("What the data card and the report say."),
});

export type Settings = z.infer<typeof settingsSchema>;

/** Of a schema's node, what is read and written here. */
interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  markdownDescription?: string;
  enumDescriptions?: readonly string[];
  markdownEnumDescriptions?: readonly string[];
}

/** What a description says of a value: “`value`: words.” */
function valueDescription(description: string, value: unknown): string {
  const [, words = ""] = description.split(`\`${String(value)}\`: `);
  return words.split(/\s`[\w-]+`: /, 1)[0]!.trim();
}

/** Says in the words of VS Code what hovers and completions show: marks in descriptions, the default, each value. */
function describeForEditors(node: SchemaNode): void {
  const { description, enum: values } = node;
  if (description === undefined) return;
  const isGroup = typeof node.default === "object" && node.default !== null && !Array.isArray(node.default);
  const byDefault =
    node.default === undefined || isGroup ? "" : `\n\nDefault: \`${JSON.stringify(node.default)}\``;
  node.markdownDescription = `${description}${byDefault}`;
  if (!values) return;
  node.enumDescriptions = values.map((value) => valueDescription(description, value));
  node.markdownEnumDescriptions = node.enumDescriptions;
}

/** The JSON schema of `prefloom.json` (draft 2020-12), for completion, hovers and validation in editors. */
export function settingsJsonSchema(): object {
  const schema = z.toJSONSchema(settingsSchema, {
    io: "input",
    override: ({ jsonSchema }) => describeForEditors(jsonSchema as SchemaNode),
  });
  // Beyond the standard: editors that know it leave trailing commas alone, as Prefloom does.
  return { ...schema, allowTrailingCommas: true };
}
