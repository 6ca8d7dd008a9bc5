import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { InputError } from "../core/errors.js";
import { SEVERITIES } from "../core/finding.js";
import type { LevelSummary } from "../core/levels/statistics.js";
import type { Manifest } from "../core/records/manifest.js";
import { leastMatches, NEGATIVE, POSITIVE } from "../core/records/direction.js";
import { dropsOf, funnelOf, settingsInWords } from "../core/report/overview.js";
import { renderHtml } from "../core/report/html.js";
import { renderMarkdown } from "../core/report/markdown.js";
import type {
  DimensionSummary,
  FindingSummary,
  PersonaSummary,
  ReportData,
  SimilaritySummary,
} from "../core/report/report-data.js";
import { settingAt } from "../core/settings/check-settings.js";
import type { StepName } from "../core/step-names.js";
import { hashValue } from "../node/store/hash-file.js";
import { readRecordFile } from "../node/store/record-file.js";
import { writeWhole } from "../node/store/write-whole.js";
import { FINDINGS, LEVEL_SUMMARY_PATH, PAIRS, PERSONAS } from "../steps/files.js";
import { STEPS } from "../steps/registry.js";
import type { RecordFile } from "../steps/step.js";
import { readOverview } from "./overview.js";
import { readExamples } from "./report-examples.js";
import type { Workspace } from "./workspace.js";

/** Manifests of the finished steps, in the order of the pipeline. */
export type Manifests = ReadonlyMap<StepName, Manifest>;

/** The manifests of a workspace. */
export async function readManifests({ output }: Workspace): Promise<Manifests> {
  const found = new Map<StepName, Manifest>();
  for (const { name } of STEPS) {
    const manifest = await output.manifest(name);
    if (manifest) found.set(name, manifest);
  }
  return found;
}

/** Records of an output file; none where it has not been made yet. */
async function* recordsOf<T>(
  { output, shown }: Workspace,
  { path, schema }: RecordFile<T>,
): AsyncGenerator<T> {
  const file = output.file(path);
  if (!existsSync(file)) return;
  for await (const { value } of readRecordFile(file, schema, shown(file))) yield value;
}

async function levelSummary({ output, shown }: Workspace): Promise<LevelSummary | null> {
  const file = output.file(LEVEL_SUMMARY_PATH);
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(await readFile(file, "utf8")) as LevelSummary;
  } catch (error) {
    throw new InputError(
      { file: shown(file) },
      { rule: "record", message: "the file is no JSON", fix: "run `prefloom levels` again" },
      { cause: error },
    );
  }
}

async function dimensionSummaries(workspace: Workspace): Promise<DimensionSummary[]> {
  const { dimensions } = workspace.space;
  const summary = await levelSummary(workspace);
  // Counts of another space would stand under the wrong names.
  const counts = summary?.counts.length === dimensions.length ? summary.counts : [];
  const positive = new Uint32Array(dimensions.length);
  const negative = new Uint32Array(dimensions.length);
  for await (const { direction } of recordsOf(workspace, PAIRS)) {
    if (direction.length !== dimensions.length) continue;
    direction.forEach((value, d) => {
      if (value === POSITIVE) positive[d]!++;
      else if (value === NEGATIVE) negative[d]!++;
    });
  }
  return dimensions.map(({ name, group, positiveLabel, negativeLabel }, d) => {
    const [second, neutral, first] = counts[d] ?? [0, 0, 0];
    return {
      ...{ name, group, positiveLabel, negativeLabel },
      levels: { first, neutral, second },
      pairs: { positive: positive[d]!, negative: negative[d]! },
    };
  });
}

/** Counts by a number, in a list that is as long as the numbers ask for. */
class Histogram {
  readonly counts: number[] = [];

  constructor(private readonly last: number) {}

  add(at: number): void {
    while (this.counts.length <= Math.max(at, this.last)) this.counts.push(0);
    this.counts[at]!++;
  }
}

async function personaFigures(
  workspace: Workspace,
  manifests: Manifests,
): Promise<{ similarity: SimilaritySummary; personas: Omit<PersonaSummary, "kinds"> }> {
  const { settings, space } = workspace;
  // What the personas were made with: the settings may have changed since.
  const used = manifests.get("persona")?.settings as Partial<typeof settings.persona> | undefined;
  const { size, threshold } = { ...settings.persona, ...used };
  const dimensions = space.dimensions.length;
  const similar = { ugc: new Histogram(dimensions), pairs: new Histogram(dimensions) };
  const kept = { ugc: new Histogram(size), pairs: new Histogram(size) };
  const demographic = { model: 0, template: 0, none: 0 };
  for await (const persona of recordsOf(workspace, PERSONAS)) {
    for (const { matches } of persona.ugc) similar.ugc.add(matches);
    for (const { matchesChosen, matchesRejected } of persona.pairs) {
      similar.pairs.add(Math.min(matchesChosen, matchesRejected));
    }
    kept.ugc.add(persona.ugc.length);
    kept.pairs.add(persona.pairs.length);
    demographic[persona.demographic?.method ?? "none"]++;
  }
  return {
    similarity: {
      counted: "items kept in personas",
      dimensions,
      leastMatches: leastMatches(threshold, dimensions),
      ugc: similar.ugc.counts,
      pairs: similar.pairs.counts,
    },
    personas: { wanted: size, ugc: kept.ugc.counts, pairs: kept.pairs.counts, demographic },
  };
}

async function findingSummaries(workspace: Workspace): Promise<FindingSummary[]> {
  const counts = new Map<string, { -readonly [K in keyof FindingSummary]: FindingSummary[K] }>();
  for await (const { rule, severity } of recordsOf(workspace, FINDINGS)) {
    const key = `${severity} ${rule}`;
    const entry = counts.get(key) ?? { rule, severity, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      b.count - a.count ||
      (a.rule < b.rule ? -1 : 1),
  );
}

/** Steps whose inputs are no longer what an earlier step has made: figures of two runs stand side by side. */
function outdatedSteps(manifests: Manifests): StepName[] {
  const made = new Map([...manifests.values()].flatMap(({ outputs }) => Object.entries(outputs)));
  const outdated = new Set<StepName>();
  for (const { name, reads } of STEPS) {
    const manifest = manifests.get(name);
    if (!manifest) continue;
    const changed = Object.entries(manifest.inputs).some(
      ([path, sha256]) => made.has(path) && made.get(path)!.sha256 !== sha256,
    );
    const behind = reads.some((path) => outdated.has(path.split("/")[0] as StepName));
    if (changed || behind) outdated.add(name);
  }
  return [...outdated];
}

/** One short hash of what decided all that has been made; null where nothing has. */
export function shortSettingsHash(manifests: Manifests): string | null {
  if (manifests.size === 0) return null;
  return hashValue([...manifests].map(([step, { settingsHash }]) => [step, settingsHash])).slice(0, 8);
}

function generatedFrom({ output }: Workspace, manifests: Manifests): string {
  const hash = shortSettingsHash(manifests);
  const outdated = outdatedSteps(manifests);
  // The folder's name alone: a report is passed on, and paths tell of their owner.
  return [
    basename(output.path),
    ...(hash === null ? [] : [`settings ${hash}`]),
    ...(outdated.length === 0
      ? []
      : [`out of date: ${outdated.join(", ")} (prefloom run brings all up to date)`]),
  ].join(", ");
}

/** All that a report shows, from the output of a workspace in whatever state it is. @throws InputError for an edited file */
export async function collectReport(workspace: Workspace): Promise<ReportData> {
  const manifests = await readManifests(workspace);
  const overview = await readOverview(workspace);
  const { similarity, personas } = await personaFigures(workspace, manifests);
  const { examples, kinds } = await readExamples(workspace);
  return {
    title: overview.title,
    generatedFrom: generatedFrom(workspace, manifests),
    model: overview.model,
    settings: [
      ...(overview.steps.length > 0 ? [["seed", String(overview.seed)] as const] : []),
      // Steps record what they use of each other's settings as well; each is shown once, under its own name.
      ...overview.steps
        .flatMap(({ step, settings }) => settingsInWords(settings, step))
        .filter(([name]) => settingAt(name.split(".")) !== undefined),
    ],
    funnel: funnelOf(overview),
    drops: dropsOf(overview),
    dimensions: await dimensionSummaries(workspace),
    similarity,
    personas: { ...personas, kinds },
    findings: await findingSummaries(workspace),
    steps: [...manifests].map(([step, { seconds }]) => ({ step, seconds })),
    sources: overview.sources,
    examples,
  };
}

/** A written report: the absolute paths of its two files, and what they show. */
export interface WrittenReport {
  readonly markdown: string;
  readonly html: string;
  readonly data: ReportData;
}

/** Writes the report of a workspace into its output folder. */
export async function writeReport(workspace: Workspace): Promise<WrittenReport> {
  const data = await collectReport(workspace);
  const markdown = workspace.output.file("report/report.md");
  const html = workspace.output.file("report/report.html");
  await writeWhole(markdown, renderMarkdown(data));
  await writeWhole(html, renderHtml(data));
  return { markdown, html, data };
}
