import { dropRule } from "../records/drop-rules.js";
import type { AnnotatorSummary, DropSummary, FunnelStage, NamedValue, SourceSummary } from "./report-data.js";

/** What one finished step made and dropped; nothing in it is a time or a machine. */
export interface StepOverview {
  readonly step: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly counts: Readonly<Record<string, number>>;
  /** Entries of its drop ledger by rule, in order of first appearance. */
  readonly drops: readonly { readonly rule: string; readonly count: number }[];
}

/** What the finished steps of a workspace made, for data card and report. */
export interface PipelineOverview {
  readonly title: string;
  readonly seed: number;
  /** Finished steps in the order of the pipeline. */
  readonly steps: readonly StepOverview[];
  /** Null where nothing was annotated by a model. */
  readonly model: AnnotatorSummary | null;
  readonly sources: readonly SourceSummary[];
}

/** A count of a step; 0 where the step did not count it or has not run. */
export function countIn({ steps }: Pick<PipelineOverview, "steps">, step: string, name: string): number {
  return steps.find((one) => one.step === step)?.counts[name] ?? 0;
}

/** From raw records to examples; steps that have not run leave their stages out. */
export function funnelOf(overview: Pick<PipelineOverview, "steps">): FunnelStage[] {
  const stage = (
    step: string,
    count: string,
    label: string,
    unit: FunnelStage["unit"],
    parts: readonly (readonly [label: string, count: string])[] = [],
  ): FunnelStage[] => {
    if (!overview.steps.some((one) => one.step === step)) return [];
    const divided = parts.map(([name, key]) => ({ label: name, count: countIn(overview, step, key) }));
    return [
      {
        stage: step,
        label,
        count: countIn(overview, step, count),
        unit,
        ...(divided.length > 0 ? { parts: divided } : {}),
      },
    ];
  };
  return [
    ...stage("import", "records", "Raw records", "records"),
    ...stage("import", "posts", "Posts", "posts"),
    ...stage("import", "responses", "Responses", "responses"),
    ...stage("annotate", "responses", "Annotated responses", "responses"),
    ...stage("pair", "posts with pairs", "Posts with pairs", "posts"),
    ...stage("pair", "pairs", "Pairs", "pairs"),
    ...stage("persona", "personas with items", "Pairs with a persona", "pairs"),
    ...stage("export", "examples", "Examples", "pairs", [
      ["train", "examples in train"],
      ["test", "examples in test"],
    ]),
  ];
}

/** The drop ledgers of all steps, by step and rule. */
export function dropsOf({ steps }: Pick<PipelineOverview, "steps">): DropSummary[] {
  return steps.flatMap(({ step, drops }) =>
    drops.map(({ rule, count }) => ({ stage: step, rule, count, why: dropRule(rule).why })),
  );
}

/** Settings in words, nested ones with their path; lists of objects are only counted. */
export function settingsInWords(settings: Readonly<Record<string, unknown>>, at = ""): NamedValue[] {
  return Object.entries(settings).flatMap(([key, value]): NamedValue[] => {
    const name = at === "" ? key : `${at}.${key}`;
    if (Array.isArray(value)) {
      const plain = value.every((item) => typeof item !== "object");
      if (value.length === 0) return [];
      return [[name, plain ? value.join(", ") : `${value.length} given`]];
    }
    if (value !== null && typeof value === "object") {
      return settingsInWords(value as Readonly<Record<string, unknown>>, name);
    }
    if (value === null || value === undefined) return [];
    return [[name, typeof value === "string" ? value : JSON.stringify(value)]];
  });
}
