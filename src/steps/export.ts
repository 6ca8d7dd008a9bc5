import type { UnitResult } from "../core/records/unit-result.js";
import { assembleExample } from "../core/dataset/assemble.js";
import type { Severity } from "../core/finding.js";
import { ALIGNX_KEYS } from "../core/records/alignx-row.js";
import type { PersonaKind, Verdict } from "../core/records/records.js";
import { SPLITS } from "../core/records/records.js";
import { type DataCardData, renderDataCard } from "../core/report/data-card.js";
import { dropsOf, funnelOf, settingsInWords } from "../core/report/overview.js";
import type { FindingSummary, KindsCount } from "../core/report/report-data.js";
import { kindsInWords } from "../core/report/words.js";
import { RULES } from "../core/rules/registry.js";
import type { Settings } from "../core/settings/settings.js";
import { openDatasetTables } from "./dataset-tables.js";
import { FINDINGS, LEVELS, PAIRS, PERSONAS, POSTS, SPLITS_FILE, VERDICTS } from "./files.js";
import { sideBySide, type Step, type StepContext } from "./step.js";

type ExportSettings = Settings["export"] & {
  /** What the data card says of the sources. */
  readonly sources: readonly Pick<Settings["sources"][number], "path" | "name" | "format" | "licence">[];
};
type Context = StepContext<ExportSettings>;

const FOLDER = "dataset";
const dataFile = (split: string) => `${FOLDER}/${split}.jsonl`;
const lineageFile = (split: string) => `${FOLDER}/${split}.lineage.jsonl`;

/** What the data card tells of the examples themselves, counted on the way. */
class CardCounts {
  readonly splits = new Map<string, number>(SPLITS.map((split) => [split, 0]));
  readonly kinds = new Map<string, { kinds: readonly PersonaKind[]; examples: number }>();
  readonly demographic = { model: 0, template: 0 };
  readonly exported = new Set<string>();

  add(verdict: Verdict, split: string, demographic: "model" | "template" | undefined): void {
    this.exported.add(verdict.pair);
    this.splits.set(split, (this.splits.get(split) ?? 0) + 1);
    const key = kindsInWords(verdict.kinds);
    const entry = this.kinds.get(key) ?? { kinds: verdict.kinds, examples: 0 };
    entry.examples++;
    this.kinds.set(key, entry);
    if (demographic && verdict.kinds.includes("demographic")) this.demographic[demographic]++;
  }

  kindCounts(): KindsCount[] {
    return [...this.kinds.values()].sort(
      (a, b) => b.kinds.length - a.kinds.length || b.examples - a.examples,
    );
  }
}

/** Findings on what is exported: those of an example that was left out do not concern the data set. */
async function findingsOf({ read }: Context, exported: ReadonlySet<string>): Promise<FindingSummary[]> {
  const counts = new Map<string, { rule: string; severity: Severity; count: number }>();
  for await (const { value } of read(FINDINGS)) {
    if (value.id !== undefined && value.id.startsWith("pair-") && !exported.has(value.id)) continue;
    const entry = counts.get(value.rule) ?? { rule: value.rule, severity: value.severity, count: 0 };
    entry.count++;
    counts.set(value.rule, entry);
  }
  return [...counts.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

async function dataCard(context: Context, counts: CardCounts): Promise<string> {
  const { settings, space } = context;
  const overview = await context.overview();
  const findings = await findingsOf(context, counts.exported);
  const found = new Set(findings.map(({ rule }) => rule));
  const passed = Object.values(RULES)
    .filter(({ id, scope }) => !id.startsWith("preference-") && scope !== "step" && !found.has(id))
    .map(({ title }) => `No case of: ${title.charAt(0).toLowerCase()}${title.slice(1)}`);
  const examples = counts.exported.size;
  const data: DataCardData = {
    name: settings.title,
    languages: settings.languages,
    sources: overview.sources,
    model: overview.model,
    steps: overview.steps.map(({ step, settings: used }) => ({
      step,
      settings: settingsInWords(used),
    })),
    funnel: [...funnelOf(overview), { stage: "export", label: "Examples", count: examples, unit: "pairs" }],
    drops: dropsOf(overview),
    splits: SPLITS.map((split) => ({ split, examples: counts.splits.get(split) ?? 0 })),
    kinds: counts.kindCounts(),
    demographic: counts.demographic,
    space,
    findings,
    passed: examples > 0 ? passed : [],
    reproduce: ["prefloom run", `# seed ${overview.seed}; settings in prefloom.json, as listed above`],
  };
  return renderDataCard(data);
}

/**
 * The examples that `check` let pass, in the published format, with lineage beside each line and a data card. A unit is an
 * example, passed or not; the last one writes the card.
 */
export const exportStep: Step<ExportSettings> = {
  name: "export",
  doing: "writing the data set",
  units: "examples",
  version: 1,
  folder: FOLDER,
  reads: [POSTS.path, LEVELS.path, PAIRS.path, SPLITS_FILE.path, PERSONAS.path, FINDINGS.path, VERDICTS.path],
  writes: SPLITS.flatMap((split) => [dataFile(split), lineageFile(split)]),
  seeded: false,
  usesOverview: true,
  settings: ({ export: settings, sources }) => ({ ...settings, sources }),
  usesModel: () => false,
  async *run(context) {
    const tables = await openDatasetTables(context);
    context.total(tables.pairs.size + 1);
    const counts = new CardCounts();
    let unit = 0;
    const judged = sideBySide(context.read(PERSONAS), context.read(VERDICTS));
    for await (const [{ value: persona }, next] of judged) {
      const verdict = next?.value;
      if (verdict?.pair !== persona.pair) {
        throw new Error(
          `personas and verdicts are out of step at ${persona.pair}; run the step “check” again`,
        );
      }
      const pair = await tables.pairs.get(persona.pair);
      const split = tables.splitOf(pair.post);
      if (verdict.ok) counts.add(verdict, split, persona.demographic?.method);
      if (unit++ < context.skip) continue;
      if (!verdict.ok) {
        yield { counts: { "not exported": 1 } };
        continue;
      }
      const { row, lineage } = await assembleExample(pair, persona, verdict.kinds, tables);
      const ordered = Object.fromEntries(ALIGNX_KEYS.map((key) => [key, row[key]]));
      yield {
        records: { [dataFile(split)]: [ordered], [lineageFile(split)]: [lineage] },
        counts: {
          examples: 1,
          [`examples in ${split}`]: 1,
          [`examples with ${kindsInWords(verdict.kinds)}`]: 1,
          "examples with two kinds or more": verdict.kinds.length >= 2 ? 1 : 0,
        },
      } satisfies UnitResult;
    }
    if (unit < context.skip) return;
    yield { documents: { [`${FOLDER}/README.md`]: await dataCard(context, counts) } };
  },
};
