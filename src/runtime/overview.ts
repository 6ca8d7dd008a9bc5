import type { Manifest } from "../core/records/manifest.js";
import { dropSchema } from "../core/records/records.js";
import type { PipelineOverview, StepOverview } from "../core/report/overview.js";
import type { AnnotatorSummary, ProbeSummary, SourceSummary } from "../core/report/report-data.js";
import type { SourceSettings } from "../core/settings/settings.js";
import { readRecordFile } from "../node/store/record-file.js";
import { STEPS } from "../steps/registry.js";
import type { StepName } from "../core/step-names.js";
import { existsSync } from "node:fs";
import { chooseFormat, sourceFiles } from "./read-sources.js";
import type { Workspace } from "./workspace.js";

async function dropCounts(workspace: Workspace, step: StepName): Promise<StepOverview["drops"]> {
  const path = workspace.output.file(`${step}/drops.jsonl`);
  if (!existsSync(path)) return [];
  const counts = new Map<string, number>();
  for await (const { value } of readRecordFile(path, dropSchema, workspace.shown(path))) {
    counts.set(value.rule, (counts.get(value.rule) ?? 0) + 1);
  }
  return [...counts].map(([rule, count]) => ({ rule, count }));
}

/** Names that the posts of a source go by: its own, else that of the format of each file, as far as the files are still there. */
async function namesOf(workspace: Workspace, source: SourceSettings): Promise<string[]> {
  const given = source.name ?? source.format;
  if (given !== undefined) return [given];
  const settings = { ...workspace.settings, sources: [source] };
  const files = await sourceFiles({ ...workspace, settings }).catch(() => []);
  const chosen = files.map(({ path, shown }) =>
    chooseFormat(path, shown).then(
      ({ format }) => [format.name],
      // What is wrong with a file is told when it is imported.
      () => [],
    ),
  );
  return (await Promise.all(chosen)).flat();
}

/** Licence of each source name; sources without a name go by their format's. */
async function licences(workspace: Workspace): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, Set<string>>();
  for (const source of workspace.settings.sources) {
    if (source.licence === undefined) continue;
    for (const name of await namesOf(workspace, source)) {
      const known = found.get(name) ?? new Set();
      found.set(name, known.add(source.licence));
    }
  }
  return new Map([...found].map(([name, all]) => [name, [...all].join(", ")]));
}

async function sourceSummaries(workspace: Workspace, imported: Manifest | null): Promise<SourceSummary[]> {
  if (!imported) return [];
  const known = await licences(workspace);
  const prefix = "posts from ";
  return Object.entries(imported.counts)
    .filter(([count]) => count.startsWith(prefix))
    .map(([count, posts]) => {
      const name = count.slice(prefix.length);
      return { name, licence: known.get(name) ?? "not stated", posts };
    });
}

function annotator(manifest: Manifest | null): AnnotatorSummary | null {
  if (!manifest?.model) return null;
  const { name, sha256, probe } = manifest.model;
  return { name, sha256, ...(probe ? { probe: probe as ProbeSummary } : {}) };
}

/**
 * What the finished steps of a workspace made.
 * @param until only the steps before this one
 */
export async function readOverview(workspace: Workspace, until?: StepName): Promise<PipelineOverview> {
  const steps: StepOverview[] = [];
  const manifests = new Map<StepName, Manifest | null>();
  for (const { name } of STEPS) {
    if (name === until) break;
    const manifest = await workspace.output.manifest(name);
    manifests.set(name, manifest);
    if (!manifest) continue;
    steps.push({
      step: name,
      settings: manifest.settings,
      counts: manifest.counts,
      drops: await dropCounts(workspace, name),
    });
  }
  return {
    title: workspace.settings.export.title,
    seed: workspace.settings.seed,
    steps,
    model: annotator(manifests.get("annotate") ?? null),
    sources: await sourceSummaries(workspace, manifests.get("import") ?? null),
  };
}
