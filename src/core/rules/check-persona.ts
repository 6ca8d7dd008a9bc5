import {
  checkConsistency,
  type Comparison,
  type ComponentReport,
  type ConsistencyMode,
  type PersonaDirections,
} from "../consistency/consistency.js";
import type { Finding } from "../finding.js";
import type { Lineage } from "../records/alignx-row.js";
import { NEUTRAL, type Direction } from "../records/direction.js";
import { PERSONA_KINDS, type PersonaKind } from "../records/records.js";
import type { PreferenceSpace } from "../space/space.js";
import type { FindingList, Place } from "./finding-list.js";
import { isBlank, isSameText } from "./plain-text.js";
import { COMPONENT_FIELDS, type ReadItem, type ReadRow } from "./read-row.js";
import { RULES } from "./registry.js";
import { count, dimensionWords, enumerate, valueWords } from "./words.js";

/** Contextual independence (another post than the example's) and repeated items. */
export function checkPersonaItems(row: ReadRow, lineage: Lineage | undefined, findings: FindingList): void {
  const prompt = row.prompt === undefined || isBlank(row.prompt) ? undefined : row.prompt;
  for (const items of [row.items.ugc, row.items.pairs]) {
    const seen = new Map<string, string>();
    for (const item of items) {
      const sameText = prompt !== undefined && item.prompt !== undefined && isSameText(item.prompt, prompt);
      const sameId = lineage !== undefined && lineage[item.kind][item.index]?.post === lineage.post;
      if (sameText || sameId) {
        const problem = "the item comes from the example's own post";
        findings.add("persona-same-post", problem, { field: item.field });
      }
      checkRepeated(item, seen, findings);
    }
  }
}

function checkRepeated(item: ReadItem, seen: Map<string, string>, findings: FindingList): void {
  const texts = [item.prompt, ...item.responses];
  if (texts.includes(undefined)) return;
  const content = texts.join("\u0000");
  const first = seen.get(content);
  if (first === undefined) seen.set(content, item.field);
  else findings.add("persona-duplicate-item", `the item repeats ${first}`, { field: item.field });
}

/** Consistency of the persona with the pair: the criterion is `checkConsistency`, this puts it into words. */
export function checkConsistencyOf(
  row: ReadRow,
  context: {
    readonly space: PreferenceSpace;
    readonly mode: ConsistencyMode;
    readonly demographic?: Direction;
  },
  findings: FindingList,
): void {
  const pair = row.direction;
  if (!pair) return;
  const { space } = context;
  const items = { ugc: readable(row.items.ugc), pairs: readable(row.items.pairs) };
  const persona: PersonaDirections = {
    ugc: items.ugc.map((item) => item.direction),
    pairs: items.pairs.map((item) => item.direction),
    demographic: isBlank(row.demographic ?? "") ? null : (context.demographic ?? null),
  };
  const report = checkConsistency(pair, persona, context.mode);
  for (const kind of PERSONA_KINDS) {
    for (const { index, comparison } of report.components[kind]?.broken ?? []) {
      const field = kind === "demographic" ? COMPONENT_FIELDS[kind] : items[kind][index]!.field;
      reportBroken(pair, comparison, field, space, findings);
    }
  }
  const complete = (["ugc", "pairs"] as const).every((kind) => row.counts[kind] === items[kind].length);
  // The votes of a component with unreadable items are unknown.
  if (complete) reportComponents(pair, report.components, report.agreed, persona, space, findings);
}

function readable(items: readonly ReadItem[]): (ReadItem & { readonly direction: Direction })[] {
  return items.flatMap((item) => (item.direction ? [{ ...item, direction: item.direction }] : []));
}

function reportBroken(
  pair: Direction,
  { contradicts }: Comparison,
  field: string,
  space: PreferenceSpace,
  findings: FindingList,
): void {
  const fix = field === COMPONENT_FIELDS.demographic ? { fix: "Remove the text." } : {};
  if (contradicts.length === 0) {
    const problem = "agrees with the pair on no dimension that is not Neutral";
    findings.add("item-no-agreement", problem, { field, ...fix });
    return;
  }
  const contradictions = enumerate(contradicts, (d) => {
    const value = pair[d]!;
    const opposite = value === 1 ? 0 : 1;
    const sides = `${valueWords(opposite, d, space)} where the pair says ${valueWords(value, d, space)}`;
    return `${sides}, ${dimensionWords(d, space)}`;
  });
  findings.add("item-inconsistent", `prefers ${contradictions}`, { field, ...fix });
}

function reportComponents(
  pair: Direction,
  components: Partial<Record<PersonaKind, ComponentReport>>,
  agreed: readonly number[],
  persona: PersonaDirections,
  space: PreferenceSpace,
  findings: FindingList,
): void {
  const present = PERSONA_KINDS.filter((kind) => components[kind]);
  const silent = present.filter((kind) => components[kind]!.agrees.length === 0);
  const preferences = pair.filter((value) => value !== NEUTRAL).length;
  for (const kind of silent) {
    const size = kind === "demographic" ? 1 : persona[kind].length;
    // A single item that is broken has been reported by itself.
    if (size === 1 && components[kind]!.broken.length > 0) continue;
    const problem = `the vote of ${count(size, "item")} agrees with none of the pair's ${count(preferences, "preference")}`;
    findings.add("component-inconsistent", problem, { field: COMPONENT_FIELDS[kind] });
  }
  if (present.length < 2 || silent.length > 0 || agreed.length > 0) return;
  const votes = present.map((kind) => {
    const shared = enumerate(components[kind]!.agrees, (d) => valueWords(pair[d]!, d, space));
    return `${COMPONENT_FIELDS[kind]} supports ${shared}`;
  });
  const problem = `No dimension is supported by every component: ${votes.join(", ")}`;
  findings.add("persona-no-common-dimension", problem);
}

const KIND_WORDS: Readonly<Record<PersonaKind, string>> = { ugc: "UGC", pairs: "PAIR", demographic: "DEMO" };

/** That a component is left out of an example which the other components make without it. */
export function componentLeftOut(
  kind: PersonaKind,
  { broken, agrees }: ComponentReport,
  { file, line }: Place,
  id: string,
): Finding {
  const why =
    broken.length > 0
      ? `${broken.length} of its items contradict the pair or agree with it nowhere`
      : agrees.length === 0
        ? "its vote agrees with the pair on no dimension"
        : "it shares no dimension with the other components";
  const { id: rule, severity } = RULES["component-left-out"];
  const message = `${KIND_WORDS[kind]} is left out of this example: ${why}.`;
  return { rule, severity, message, file, ...(line !== undefined && { line }), id };
}
