import type { UnitResult } from "../core/records/unit-result.js";
import { checkConsistency, largestConsistentPart } from "../core/consistency/consistency.js";
import { type AssembledExample, assembleExample, presentKinds } from "../core/dataset/assemble.js";
import type { Finding } from "../core/finding.js";
import type { LevelSummary } from "../core/levels/statistics.js";
import { findPii } from "../core/privacy/pii.js";
import type { Drop, Pair, Persona, Verdict } from "../core/records/records.js";
import { checkLevels } from "../core/rules/check-levels.js";
import { componentLeftOut } from "../core/rules/check-persona.js";
import { checkRow } from "../core/rules/check-row.js";
import { DatasetChecker } from "../core/rules/dataset-checker.js";
import type { Settings } from "../core/settings/settings.js";
import { openDatasetTables } from "./dataset-tables.js";
import { LEVEL_SUMMARY_PATH, LEVELS, PAIRS, PERSONAS, POSTS, SPLITS_FILE } from "./files.js";
import type { Step, StepContext } from "./step.js";

type CheckSettings = Settings["check"] & { readonly threshold: number };
type Context = StepContext<CheckSettings>;

/** Shortfalls that any corpus has; the example is left out, which is the remedy, so nothing is left to mend. */
const SHORTFALLS = new Set([
  "persona-empty",
  "persona-no-common-dimension",
  "component-inconsistent",
  "item-inconsistent",
  "item-no-agreement",
  "duplicate-line",
]);

async function degenerateLevels({ document }: Context): Promise<Finding[]> {
  const { counts, firstFactorShare } = JSON.parse(await document(LEVEL_SUMMARY_PATH)) as LevelSummary;
  const sums = counts.reduce((sum, [a, b, c]) => [sum[0] + a, sum[1] + b, sum[2] + c], [0, 0, 0]);
  const total = sums[0] + sums[1] + sums[2] || 1;
  return checkLevels(
    { shares: [sums[0] / total, sums[1] / total, sums[2] / total], firstFactorShare },
    { file: LEVEL_SUMMARY_PATH },
  );
}

/** Personal information that `import` left: looked for once per post, since each text stands in many personas. */
async function* leftoverPii({ read }: Context): AsyncGenerator<Finding> {
  for await (const { value, line } of read(POSTS)) {
    const texts = [
      { field: "text", text: value.text },
      ...value.responses.map(({ text }, i) => ({ field: `responses[${i}].text`, text })),
    ];
    for (const { field, text } of texts) {
      const [first] = findPii(text);
      if (!first) continue;
      yield {
        rule: "leftover-pii",
        severity: "warning",
        message: `${field}: the text carries ${first.kind} at character ${first.start + 1}. Set “import.pii” to true and import again.`,
        file: POSTS.path,
        line,
        field,
        id: value.id,
      };
    }
  }
}

interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly drops: readonly Drop[];
}

/** Judges one persona: what of it is consistent, and whether that part makes an example. */
async function judge(
  context: Context,
  tables: Awaited<ReturnType<typeof openDatasetTables>>,
  checker: DatasetChecker,
  persona: Persona,
  line: number,
): Promise<Judged> {
  const { settings, space } = context;
  const pair = await tables.pairs.get(persona.pair);
  const present = presentKinds(persona);
  const whole = await assembleExample(pair, persona, present, tables);
  const report = checkConsistency(pair.direction, whole.directions, settings.consistency);
  const part = largestConsistentPart(report);
  const kinds = part?.kinds ?? present;
  const missing = present.filter((kind) => !kinds.includes(kind));
  const example: AssembledExample =
    missing.length > 0 ? await assembleExample(pair, persona, kinds, tables) : whole;
  const place = { file: PERSONAS.path, line, split: tables.splitOf(pair.post) };
  const pairsOf = new Map<string, Pair>();
  for (const item of example.lineage.pairs) pairsOf.set(item.pair, await tables.pairs.get(item.pair));
  const demographic = example.directions.demographic;
  const found = [
    ...checkRow(example.row, {
      ...place,
      space,
      mode: settings.consistency,
      dialect: "alignx",
      threshold: settings.threshold,
      lineage: example.lineage,
      levels: tables.levels,
      pairs: (id) => pairsOf.get(id),
      ...(demographic ? { demographic } : {}),
      findPii: () => [],
    }),
    ...checker.add(example.row, place),
  ].map((finding): Finding => {
    const shortfall = SHORTFALLS.has(finding.rule);
    return { ...finding, severity: shortfall ? "warning" : finding.severity, id: pair.id };
  });
  const reason = found.find(({ severity, rule }) => severity === "error" || SHORTFALLS.has(rule));
  const restored = reason !== undefined && context.isRestored(reason.rule, pair.id);
  const ok = reason === undefined || restored;
  const drops: Drop[] = [];
  if (reason && !ok) {
    drops.push({ id: pair.id, rule: reason.rule, stage: "check", reason: reason.message, record: persona });
  }
  return {
    verdict: {
      pair: pair.id,
      ok,
      kinds: [...kinds],
      agreed: [...(part?.agreed ?? [])],
      ...(restored ? { restored: true } : {}),
    },
    findings: [
      ...missing.map((kind) => componentLeftOut(kind, report.components[kind]!, place, pair.id)),
      ...found,
    ],
    drops,
  };
}

/**
 * The preference consistency criterion and the format rules over every example that could be exported, as findings; and a
 * verdict on each, which `export` follows. A unit is a persona.
 */
export const checkStep: Step<CheckSettings> = {
  name: "check",
  doing: "checking examples",
  units: "examples",
  version: 1,
  folder: "check",
  reads: [POSTS.path, LEVELS.path, LEVEL_SUMMARY_PATH, PAIRS.path, SPLITS_FILE.path, PERSONAS.path],
  writes: ["findings.jsonl", "verdicts.jsonl"],
  seeded: false,
  settings: ({ check, persona }) => ({ ...check, threshold: persona.threshold }),
  usesModel: () => false,
  async *run(context) {
    const tables = await openDatasetTables(context);
    const checker = new DatasetChecker();
    let unit = 0;
    for await (const { value: persona, line } of context.read(PERSONAS)) {
      const { verdict, findings, drops } = await judge(context, tables, checker, persona, line);
      // What is compared across examples needs those of an earlier run as well.
      if (unit++ < context.skip) continue;
      yield {
        records: { "findings.jsonl": findings, "verdicts.jsonl": [verdict] },
        drops,
        counts: {
          examples: 1,
          "examples passed": verdict.ok ? 1 : 0,
          ...countFindings(findings),
        },
      } satisfies UnitResult;
    }
    if (unit < context.skip) return;
    const ending = await degenerateLevels(context);
    for await (const finding of leftoverPii(context)) ending.push(finding);
    yield { records: { "findings.jsonl": ending }, counts: countFindings(ending) };
  },
};

function countFindings(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { severity } of findings) {
    const key = `findings of severity ${severity}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
