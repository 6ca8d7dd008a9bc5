import { renderHeader } from "./data-card-header.js";
import { exampleCount, severalKinds, sum } from "./figures.js";
import { probeTable } from "./markdown.js";
import { inline, markdownTable } from "./markdown-text.js";
import type {
  AnnotatorSummary,
  DropSummary,
  FindingSummary,
  FunnelStage,
  KindsCount,
  NamedValue,
  SourceSummary,
} from "./report-data.js";
import {
  capitalised,
  countOf,
  formatCount,
  formatShare,
  kindsInWords,
  withVisibleControls,
} from "./words.js";

/** All that a data card says, as plain JSON; no points in time, so that the same data gives the same bytes. */
export interface DataCardData {
  /** Name for people. */
  readonly name: string;
  /** ISO 639 codes; empty where the languages are not known. */
  readonly languages: readonly string[];
  readonly sources: readonly SourceSummary[];
  /** The annotator; null for data that was not annotated by a model. */
  readonly model: AnnotatorSummary | null;
  /** Steps in the order run, with the settings that decided their result. */
  readonly steps: readonly { readonly step: string; readonly settings: readonly NamedValue[] }[];
  /** From raw records to examples, as in the report. */
  readonly funnel: readonly FunnelStage[];
  readonly drops: readonly DropSummary[];
  /** Lines of each split, `train` first. */
  readonly splits: readonly { readonly split: string; readonly examples: number }[];
  /** Exported examples by combination of persona kinds. */
  readonly kinds: readonly KindsCount[];
  /** Examples by how their demographic text came about. */
  readonly demographic: { readonly model: number; readonly template: number };
  readonly space: CardSpace;
  /** Findings on what was exported, by rule. */
  readonly findings: readonly FindingSummary[];
  /** Rules that were applied and found nothing, in words. */
  readonly passed: readonly string[];
  /** Shell commands that make the same files again. */
  readonly reproduce: readonly string[];
}

/** The preference space in which the directions are given. */
export interface CardSpace {
  readonly name: string;
  /** Names in wire order, which is the order of every direction. */
  readonly dimensions: readonly {
    readonly name: string;
    readonly group: string;
    readonly positiveLabel: string;
    readonly negativeLabel: string;
  }[];
}

const STEP_WORDS: Readonly<Record<string, string>> = {
  import:
    "Threads become posts with several responses. User names and ids are left behind, personal data such as e-mail addresses and phone numbers becomes typed marks, repeated responses are dropped.",
  annotate:
    "A language model answers one question per response and dimension: first option, second option, or cannot be told. The whole distribution is kept.",
  levels: "Each distribution becomes one of three levels.",
  cluster: "The responses of each post are grouped by k-means on their levels.",
  pair: "Two clusters are drawn, then one response of each: chosen and rejected. Per dimension the direction says which of them is the more intense.",
  persona:
    "For each pair, similar responses (UGC) and pairs (PAIR) of other posts are searched, and a description (DEMO) is written.",
  check:
    "An example stays only if there is a dimension on which the pair and every part of its persona agree.",
  export: "The examples are written in the published format and divided so that no post is in both splits.",
};

function section(title: string, ...blocks: readonly string[]): string {
  return [`## ${title}`, ...blocks.filter((block) => block !== "")].join("\n\n");
}

function introduction(data: DataCardData): string {
  const total = sum(data.splits.map(({ examples }) => examples));
  const words = data.splits.map(({ split, examples }) => `${formatCount(examples)} ${split}`).join(", ");
  return [
    `# ${inline(data.name)}`,
    `${countOf(total, "example")} (${words}) of personalised preferences: a prompt, two responses, which of them a certain user would prefer, and what is known of that user. Built from real threads with Prefloom, after the AlignX method (arXiv 2503.15463).`,
  ].join("\n\n");
}

function construction({ steps }: DataCardData): string {
  const items = steps.map(({ step, settings }, index) => {
    const values = settings.map(([name, value]) => `${inline(name)} = ${inline(value)}`).join("; ");
    const words = STEP_WORDS[step];
    return `${index + 1}. **${inline(capitalised(step))}.**${words ? ` ${words}` : ""}${values === "" ? "" : ` Settings: ${values}.`}`;
  });
  return section("How it was built", items.length > 0 ? items.join("\n") : "The steps were not recorded.");
}

function licences({ sources }: DataCardData): string {
  if (sources.length === 0) return section("Sources and licences", "The sources are not recorded.");
  const different = new Set(sources.map(({ licence }) => licence)).size > 1;
  return section(
    "Sources and licences",
    markdownTable(
      ["Source", "Licence", "Posts:"],
      sources.map(({ name, licence, posts }) => [inline(name), inline(licence), formatCount(posts)]),
    ),
    different
      ? "The sources carry different licences, and an example may quote several of them: keep to all."
      : "",
  );
}

function counts({ funnel, drops }: DataCardData): string {
  return section(
    "Counts",
    funnel.length === 0
      ? ""
      : markdownTable(
          ["Stage", "Count:"],
          funnel.map(({ label, count }) => [inline(label), formatCount(count)]),
        ),
    drops.length === 0
      ? "Nothing was dropped."
      : markdownTable(
          ["Dropped by rule", "Step", "Count:", "Why"],
          drops.map(({ rule, stage, count, why }) => [
            inline(rule),
            inline(stage),
            formatCount(count),
            inline(why),
          ]),
        ),
  );
}

function format({ space }: DataCardData): string {
  const size = formatCount(space.dimensions.length);
  const direction = `${size} numbers, one per dimension: 1 Positive, 0.5 Neutral, 0 Negative`;
  return section(
    "Format",
    "One JSON object a line, with these keys:",
    markdownTable(
      ["Key", "Holds"],
      [
        ["`prompt`", "the post, with the earlier turns of its thread"],
        ["`chosen`, `rejected`", "two responses to it; the user of this line prefers the first"],
        ["`Preference Direction`", `${direction}, for chosen against rejected`],
        ["`Demographic Information`", "the user described in words (DEMO); empty where there is none"],
        [
          "`User-Generated Content`",
          "a list of `prompt`, `comment` and `Preference Direction`: what the user wrote elsewhere (UGC)",
        ],
        [
          "`Pair-wise Comparative Feedback`",
          "a list of `prompt`, `chosen`, `rejected` and `Preference Direction`: what the user preferred elsewhere (PAIR)",
        ],
      ],
    ),
    "Beside each split lies `*.lineage.jsonl` in the same line order: the pair, the responses and the raw record of each line.",
  );
}

function personaKinds({ kinds, demographic }: DataCardData): string {
  const total = exampleCount(kinds);
  if (total === 0) return section("Personas", "No example has been exported yet.");
  const several = severalKinds(kinds);
  return section(
    "Personas",
    markdownTable(
      ["Kinds", "Examples:", "Share:"],
      kinds.map((entry) => [
        kindsInWords(entry.kinds),
        formatCount(entry.examples),
        formatShare(entry.examples, total),
      ]),
    ),
    `${formatCount(several)} of ${countOf(total, "example")} carry two kinds or more. Of the descriptions, ${formatCount(demographic.model)} were written by the model and ${formatCount(demographic.template)} from the direction's labels by a template.`,
  );
}

function preferenceSpace({ space }: DataCardData): string {
  const groups = new Map<string, number>();
  for (const { group } of space.dimensions) groups.set(group, (groups.get(group) ?? 0) + 1);
  const words = [...groups].map(([group, size]) => `${formatCount(size)} ${inline(group)}`).join(", ");
  return section(
    "Preference space",
    `${inline(space.name)}: ${countOf(space.dimensions.length, "dimension")} (${words}), in the order of every \`Preference Direction\`.`,
    [
      "<details><summary>All dimensions</summary>",
      "",
      markdownTable(
        ["Index:", "Dimension", "Positive (1)", "Negative (0)"],
        space.dimensions.map(({ name, positiveLabel, negativeLabel }, index) => [
          String(index),
          inline(name),
          inline(positiveLabel),
          inline(negativeLabel),
        ]),
      ),
      "",
      "</details>",
    ].join("\n"),
  );
}

function limits({ model }: DataCardData): string {
  const probe = model?.probe;
  return section(
    "Limits",
    model
      ? `**The annotator.** The levels were read by ${inline(model.name)} (sha256 ${inline(model.sha256)}). ${probe ? inline(probe.sentence) : "It was not probed, so nothing is known of how well it reads people."}`
      : "**The annotator.** No model is recorded for the levels.",
    probe && probe.groups.length > 0
      ? `${probeTable(probe.groups)}\n\nThe probe asks the model which of two texts of known direction is the more intense; chance is 50%. It measures clear cases: on real replies expect less.`
      : "",
    "**A small model** recognises what a text says outright, such as a liking for football. It does not know what an answer about pensions says of its writer. With such a model this data shows that the construction works, not what people are like; use a strong one before drawing conclusions.",
    "**Users are inferred, not verified.** Nobody was asked. A user is a set of texts, often by different people, that point in the same direction; a persona is a hypothesis about texts, not a person. Do not use it to judge or to identify anyone.",
    "**Directions are relative.** Neutral means that the two responses have the same level, not that the user does not care.",
    "**Privacy.** User names and ids were not carried over and known patterns of personal data were replaced. Patterns miss things: what people tell about themselves in prose is still there.",
  );
}

function checks({ findings, passed }: DataCardData): string {
  return section(
    "Checks",
    passed.length > 0 ? `Passed:\n\n${passed.map((rule) => `- ${inline(rule)}`).join("\n")}` : "",
    findings.length > 0
      ? markdownTable(
          ["Finding", "Severity", "Count:"],
          findings.map(({ rule, severity, count }) => [inline(rule), severity, formatCount(count)]),
        )
      : passed.length > 0
        ? "No findings."
        : "The data has not been checked yet.",
  );
}

/** A fence longer than any run of backticks inside. */
function codeBlock(lines: readonly string[]): string {
  const text = withVisibleControls(lines.join("\n"));
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}bash\n${text}\n${fence}`;
}

function reproduction({ reproduce }: DataCardData): string {
  return section(
    "How to make it again",
    reproduce.length > 0
      ? `The same inputs, settings, model and seed give the same bytes:\n\n${codeBlock(reproduce)}`
      : "The commands were not recorded.",
  );
}

/** The card of a data set, `dataset/README.md`: YAML front matter for the Hugging Face hub, then Markdown. */
export function renderDataCard(data: DataCardData): string {
  const parts = [
    renderHeader(data),
    introduction(data),
    construction(data),
    licences(data),
    counts(data),
    format(data),
    personaKinds(data),
    preferenceSpace(data),
    limits(data),
    reproduction(data),
    checks(data),
  ];
  return `${parts.join("\n\n")}\n`;
}
