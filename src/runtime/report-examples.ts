import { existsSync } from "node:fs";
import { type AlignxRow, alignxRowSchema, type Lineage, lineageSchema } from "../core/records/alignx-row.js";
import { directionLabels, type Direction, NEUTRAL } from "../core/records/direction.js";
import { PERSONA_KINDS, type PersonaKind, type Split, SPLITS } from "../core/records/records.js";
import { EXAMPLES_SHOWN } from "../core/report/limits.js";
import type { KindsCount, ReportExample } from "../core/report/report-data.js";
import { kindsInWords } from "../core/report/words.js";
import type { PreferenceSpace } from "../core/space/space.js";
import { readRecordFile } from "../node/store/record-file.js";
import { VERDICTS } from "../steps/files.js";
import type { Workspace } from "./workspace.js";

/** A line of a split, with where it came from. */
interface PlacedLineage {
  readonly lineage: Lineage;
  readonly line: number;
}

async function* lineagesOf({ output, shown }: Workspace, split: Split): AsyncGenerator<PlacedLineage> {
  const file = output.file(`dataset/${split}.lineage.jsonl`);
  if (!existsSync(file)) return;
  for await (const { value, line } of readRecordFile(file, lineageSchema, shown(file))) {
    yield { lineage: value, line };
  }
}

function kindsOf({ ugc, pairs, demographic }: Lineage): PersonaKind[] {
  const has = { ugc: ugc.length > 0, pairs: pairs.length > 0, demographic: demographic !== null };
  return PERSONA_KINDS.filter((kind) => has[kind]);
}

/**
 * Which of the examples are shown: those with the most persona kinds first, evenly spread over those with as many.
 * @param available number of examples by number of kinds
 * @returns places among the examples with as many kinds, by number of kinds
 */
function places(available: readonly number[]): ReadonlySet<number>[] {
  let left = EXAMPLES_SHOWN;
  const chosen: ReadonlySet<number>[] = available.map(() => new Set());
  for (let kinds = available.length - 1; kinds >= 0 && left > 0; kinds--) {
    const all = available[kinds]!;
    const wanted = Math.min(left, all);
    chosen[kinds] = new Set(Array.from({ length: wanted }, (_, i) => Math.floor(((i + 0.5) * all) / wanted)));
    left -= wanted;
  }
  return chosen;
}

/** The chosen lines of a split, in file order. */
async function chooseLines(
  workspace: Workspace,
  split: Split,
  available: readonly number[],
): Promise<PlacedLineage[]> {
  const chosen = places(available);
  const seen = available.map(() => 0);
  const found: PlacedLineage[] = [];
  for await (const placed of lineagesOf(workspace, split)) {
    const kinds = kindsOf(placed.lineage).length;
    if (chosen[kinds]!.has(seen[kinds]!++)) found.push(placed);
  }
  return found;
}

async function rowsAt(
  { output, shown }: Workspace,
  split: Split,
  lines: readonly number[],
): Promise<ReadonlyMap<number, AlignxRow>> {
  const file = output.file(`dataset/${split}.jsonl`);
  const rows = new Map<number, AlignxRow>();
  if (lines.length === 0 || !existsSync(file)) return rows;
  const wanted = new Set(lines);
  const records = readRecordFile(file, alignxRowSchema, shown(file), ({ line }) => wanted.has(line));
  for await (const { value, line } of records) {
    rows.set(line, value);
    if (rows.size === wanted.size) break;
  }
  return rows;
}

/** Dimensions on which pair and persona agree, by pair. */
async function agreedOf(
  { output, shown }: Workspace,
  pairs: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const file = output.file(VERDICTS.path);
  const agreed = new Map<string, readonly number[]>();
  if (pairs.length === 0 || !existsSync(file)) return agreed;
  const records = readRecordFile(
    file,
    VERDICTS.schema,
    shown(file),
    (raw) => !("text" in raw) || pairs.some((pair) => raw.text.includes(pair)),
  );
  for await (const { value } of records) agreed.set(value.pair, value.agreed);
  return agreed;
}

function toExample(
  space: PreferenceSpace,
  row: AlignxRow,
  { pair, origin }: Lineage,
  agreed: readonly number[],
): ReportExample {
  const direction = row["Preference Direction"];
  // Directions of another space cannot be put into words.
  const labels = (of: Direction) => (of.length === space.dimensions.length ? directionLabels(of, space) : []);
  return {
    prompt: row.prompt,
    chosen: row.chosen,
    rejected: row.rejected,
    direction: labels(direction),
    agreed: labels(direction.map((value, d) => (agreed.includes(d) ? value : NEUTRAL))),
    persona: {
      ugc: row["User-Generated Content"].map(({ prompt, comment }) => ({ prompt, comment })),
      pairs: row["Pair-wise Comparative Feedback"].map(({ prompt, chosen, rejected }) => ({
        ...{ prompt, chosen, rejected },
      })),
      demographic: row["Demographic Information"] || null,
    },
    lineage: { pair, file: origin.file, line: origin.line },
  };
}

/** A few exported examples with all that belongs to them, and how many examples carry which kinds. */
export async function readExamples(
  workspace: Workspace,
): Promise<{ readonly examples: readonly ReportExample[]; readonly kinds: readonly KindsCount[] }> {
  const counts = new Map<string, { kinds: readonly PersonaKind[]; examples: number }>();
  const available = new Map<Split, number[]>();
  for (const split of SPLITS) {
    const bySize = new Array<number>(PERSONA_KINDS.length + 1).fill(0);
    for await (const { lineage } of lineagesOf(workspace, split)) {
      const kinds = kindsOf(lineage);
      bySize[kinds.length]!++;
      const entry = counts.get(kindsInWords(kinds)) ?? { kinds, examples: 0 };
      entry.examples++;
      counts.set(kindsInWords(kinds), entry);
    }
    if (bySize.some((count) => count > 0)) available.set(split, bySize);
  }
  const kinds = [...counts.values()].sort(
    (a, b) => b.kinds.length - a.kinds.length || b.examples - a.examples,
  );
  // What a trainer will see; the test split only where there is nothing else.
  const [first] = available;
  if (!first) return { examples: [], kinds };
  const [split, bySize] = first;
  const chosen = await chooseLines(workspace, split, bySize);
  const rows = await rowsAt(
    workspace,
    split,
    chosen.map(({ line }) => line),
  );
  const agreed = await agreedOf(
    workspace,
    chosen.map(({ lineage }) => lineage.pair),
  );
  const examples = chosen.flatMap(({ lineage, line }) => {
    const row = rows.get(line);
    return row ? [toExample(workspace.space, row, lineage, agreed.get(lineage.pair) ?? [])] : [];
  });
  return { examples, kinds };
}
