import type { ProbeGroup, ProbeSummary } from "../report/report-data.js";
import { dimensionGroups, type PreferenceSpace } from "../space/space.js";
import { wilsonInterval } from "../evaluation/statistics.js";
import { centreEvidence } from "../levels/decide.js";
import { PROBE_PAIRS, type ProbeHalf, type ProbePair } from "./probe-set.js";

/** Measures whether a model can annotate: it ranks text pairs of known direction by its evidence. */

/** The pairs of a half that a space has the dimensions for, at most `count`, spread evenly over the set. */
export function selectProbePairs(
  space: PreferenceSpace,
  half: ProbeHalf,
  count = Infinity,
): readonly ProbePair[] {
  const names = new Set(space.dimensions.map(({ name }) => name));
  const known = PROBE_PAIRS.filter((pair) => pair.half === half && names.has(pair.dimension));
  if (known.length <= count) return known;
  return Array.from({ length: count }, (_, i) => known[Math.floor((i * known.length) / count)]!);
}

/** One text to be annotated on the dimensions of its pair's group. */
export interface ProbeText {
  readonly pair: number;
  readonly side: "high" | "low";
  readonly post: string;
  readonly text: string;
  readonly group: string;
}

/** What the probe says of a model; what the report shows of it, and more. */
export interface ProbeResult extends ProbeSummary {
  readonly verdict: "fit" | "weak" | "unfit";
  readonly overall: Omit<ProbeGroup, "group">;
  /** The pairs whose two texts are equally cheerful. */
  readonly balanced: { readonly right: number; readonly total: number; readonly centred: number };
  readonly pairs: readonly { readonly id: string; readonly right: boolean; readonly centred: boolean }[];
}

interface Judgement {
  readonly pair: ProbePair;
  readonly group: string;
  readonly right: boolean;
  readonly centred: boolean;
}

const share = (judged: readonly Judgement[], key: "right" | "centred"): number =>
  judged.filter((one) => one[key]).length / Math.max(1, judged.length);

function figures(judged: readonly Judgement[]): Omit<ProbeGroup, "group"> {
  const right = judged.filter((one) => one.right).length;
  const [low, high] = wilsonInterval(right, judged.length);
  return { right, total: judged.length, low, high, centred: share(judged, "centred") };
}

/** Lower end of the interval of the share right after centring from which a model is called fit. */
const FIT = 0.65;
const CHANCE = 0.5;

function verdictOf(judged: readonly Judgement[]): ProbeResult["verdict"] {
  const interval = (key: "right" | "centred") =>
    wilsonInterval(judged.filter((one) => one[key]).length, judged.length)[0];
  if (interval("centred") >= FIT) return "fit";
  return interval("right") > CHANCE && interval("centred") > CHANCE ? "weak" : "unfit";
}

const percent = (part: number): string => `${Math.round(part * 100)}%`;

function sentenceOf(verdict: ProbeResult["verdict"], judged: readonly Judgement[]): string {
  const { right, total, low, high, centred } = figures(judged);
  const start = {
    fit: "Fit to annotate",
    weak: "Weak: it says something, and not much",
    unfit: "Unfit to annotate: hardly better than chance",
  }[verdict];
  return `${start}. Of ${total} text pairs of known direction it ranks ${percent(right / Math.max(1, total))} right (95% interval ${percent(low)} to ${percent(high)}), ${percent(centred)} after centring; chance is 50%.`;
}

/** Collects evidence text by text and judges the pairs. */
export class ProbeEvaluation {
  readonly texts: readonly ProbeText[];
  /** Indexes of the dimensions that are asked about each text of a group. */
  readonly asked: ReadonlyMap<string, readonly number[]>;
  readonly #evidence: Float64Array[] = [];

  constructor(
    readonly space: PreferenceSpace,
    readonly pairs: readonly ProbePair[],
  ) {
    this.asked = dimensionGroups(space);
    const groupOf = new Map(space.dimensions.map(({ name, group }) => [name, group]));
    this.texts = pairs.flatMap((pair, index) =>
      (["high", "low"] as const).map((side) => ({
        pair: index,
        side,
        post: pair.post,
        text: pair[side],
        group: groupOf.get(pair.dimension)!,
      })),
    );
  }

  /** Evidence of text `index`, in nats, one value for each dimension that was asked. */
  add(index: number, evidence: readonly number[]): void {
    this.#evidence[index] = Float64Array.from(evidence);
  }

  #judge(group: string): Judgement[] {
    const dimensions = this.asked.get(group)!;
    const places = new Map(dimensions.map((d, i) => [this.space.dimensions[d]!.name, i]));
    const members = [...this.texts.keys()].filter((i) => this.texts[i]!.group === group);
    const means = dimensions.map(
      (_, d) => members.reduce((sum, i) => sum + this.#evidence[i]![d]!, 0) / Math.max(1, members.length),
    );
    const whole = [[...dimensions.keys()]];
    const centred = new Map(
      members.map((i) => {
        const values = Float64Array.from(this.#evidence[i]!);
        centreEvidence(values, means, whole);
        return [i, values];
      }),
    );
    // Texts come high, low, high, low.
    return members
      .filter((i) => this.texts[i]!.side === "high")
      .map((i) => {
        const pair = this.pairs[this.texts[i]!.pair]!;
        const d = places.get(pair.dimension)!;
        return {
          pair,
          group,
          right: this.#evidence[i]![d]! > this.#evidence[i + 1]![d]!,
          centred: centred.get(i)![d]! > centred.get(i + 1)![d]!,
        };
      });
  }

  /** @throws when evidence of a text is missing */
  result(): ProbeResult {
    const judged = [...this.asked.keys()].flatMap((group) => this.#judge(group));
    const groups = [...this.asked.keys()]
      .map((group) => ({ group, ...figures(judged.filter((one) => one.group === group)) }))
      .filter(({ total }) => total > 0);
    const balanced = judged.filter(({ pair }) => pair.valence === "balanced");
    const verdict = verdictOf(judged);
    return {
      verdict,
      sentence: sentenceOf(verdict, judged),
      groups,
      overall: figures(judged),
      balanced: {
        right: balanced.filter(({ right }) => right).length,
        total: balanced.length,
        centred: share(balanced, "centred"),
      },
      pairs: judged.map(({ pair, right, centred }) => ({ id: pair.id, right, centred })),
    };
  }
}
