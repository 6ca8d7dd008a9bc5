import { type Direction, majorityVote, NEUTRAL } from "../records/direction.js";
import { PERSONA_KINDS, type PersonaKind } from "../records/records.js";

/** Preference consistency (§4 and A.1.1): the one place that decides what is consistent. */

/**
 * `strict` (the paper's A.1.1, default): every item of a persona agrees with P_{w>l} on a non-neutral dimension and
 * contradicts it on none. `majority`: only the vote over a component's items must agree.
 */
export const CONSISTENCY_MODES = ["strict", "majority"] as const;
export type ConsistencyMode = (typeof CONSISTENCY_MODES)[number];

/** Dimensions that are non-neutral in the pair's direction, split by what `other` says of them. */
export interface Comparison {
  readonly agrees: readonly number[];
  /** The other direction is the opposite one; Neutral contradicts nothing. */
  readonly contradicts: readonly number[];
}

export function compareDirections(pair: Direction, other: Direction): Comparison {
  const agrees: number[] = [];
  const contradicts: number[] = [];
  pair.forEach((value, d) => {
    if (value === NEUTRAL || other[d] === NEUTRAL) return;
    (other[d] === value ? agrees : contradicts).push(d);
  });
  return { agrees, contradicts };
}

/** Whether one item (or a demographic text) may stand in the persona of a pair. */
export function isItemConsistent({ agrees, contradicts }: Comparison, mode: ConsistencyMode): boolean {
  return mode === "majority" || (agrees.length > 0 && contradicts.length === 0);
}

/** The directions of a persona's components; an empty list or null is an absent component. */
export interface PersonaDirections {
  readonly ugc: readonly Direction[];
  readonly pairs: readonly Direction[];
  readonly demographic: Direction | null;
}

/** The items of a component: DEMO counts as one. */
export function itemDirections(persona: PersonaDirections, kind: PersonaKind): readonly Direction[] {
  if (kind === "demographic") return persona.demographic ? [persona.demographic] : [];
  return persona[kind];
}

export interface ComponentReport {
  /** Items that break `strict`, with what they say. */
  readonly broken: readonly { readonly index: number; readonly comparison: Comparison }[];
  /** Non-neutral dimensions of the pair on which the component's vote agrees. */
  readonly agrees: readonly number[];
}

export interface ConsistencyReport {
  /** One entry for each component that is present. */
  readonly components: Partial<Record<PersonaKind, ComponentReport>>;
  /** Dimensions on which the pair and every component present agree: the criterion asks for at least one. */
  readonly agreed: readonly number[];
  readonly consistent: boolean;
}

function intersection(lists: readonly (readonly number[])[]): number[] {
  const [first = [], ...rest] = lists;
  return first.filter((d) => rest.every((list) => list.includes(d)));
}

/** Applies the criterion to one example. A persona without any component is not consistent. */
export function checkConsistency(
  pair: Direction,
  persona: PersonaDirections,
  mode: ConsistencyMode,
): ConsistencyReport {
  const components: Partial<Record<PersonaKind, ComponentReport>> = {};
  for (const kind of PERSONA_KINDS) {
    const directions = itemDirections(persona, kind);
    if (directions.length === 0) continue;
    components[kind] = {
      broken: directions
        .map((direction, index) => ({ index, comparison: compareDirections(pair, direction) }))
        .filter(({ comparison }) => !isItemConsistent(comparison, mode)),
      agrees: compareDirections(pair, majorityVote(directions, pair.length)).agrees,
    };
  }
  const reports = Object.values(components);
  const agreed = intersection(reports.map((report) => report.agrees));
  return {
    components,
    agreed,
    consistent: agreed.length > 0 && reports.every((report) => report.broken.length === 0),
  };
}

/** Subsets of the kinds, larger ones first, UGC before PAIR before DEMO among equals. */
const KIND_SUBSETS: readonly (readonly PersonaKind[])[] = [
  ["ugc", "pairs", "demographic"],
  ["ugc", "pairs"],
  ["ugc", "demographic"],
  ["pairs", "demographic"],
  ["ugc"],
  ["pairs"],
  ["demographic"],
];

/** The largest part of a persona that meets the criterion, or null when none does. */
export function largestConsistentPart(
  report: ConsistencyReport,
): { readonly kinds: readonly PersonaKind[]; readonly agreed: readonly number[] } | null {
  for (const kinds of KIND_SUBSETS) {
    const reports = kinds.map((kind) => report.components[kind]);
    if (reports.some((component) => !component || component.broken.length > 0)) continue;
    const agreed = intersection(reports.map((component) => component!.agrees));
    if (agreed.length > 0) return { kinds, agreed };
  }
  return null;
}
