import type { PersonaDirections } from "../consistency/consistency.js";
import type { RecordTable } from "../ports.js";
import type { AlignxRow, Lineage } from "../records/alignx-row.js";
import { type Levels, responseDirection } from "../records/direction.js";
import type { Pair, Persona, PersonaKind, Post } from "../records/records.js";

/** What an example is put together from. */
export interface DatasetTables {
  readonly posts: RecordTable<Post>;
  readonly pairs: RecordTable<Pair>;
  /** @returns undefined for an unknown response */
  readonly levels: (response: string) => Levels | undefined;
}

/** One example: the quintuple of §4 in the published format, and where it came from. */
export interface AssembledExample {
  readonly row: AlignxRow;
  readonly lineage: Lineage;
  readonly directions: PersonaDirections;
}

function textOf(post: Post, response: string): string {
  const found = post.responses.find(({ id }) => id === response);
  if (!found)
    throw new Error(`post ${post.id} has no response ${response}; run the steps after “import” again`);
  return found.text;
}

function levelsOf({ levels }: DatasetTables, response: string): Levels {
  const found = levels(response);
  if (!found) throw new Error(`response ${response} has no levels; run the steps after “levels” again`);
  return found;
}

/**
 * Puts one example together.
 * @param kinds persona components to include; the others stay empty
 * @throws Error when a record names another that is not there
 */
export async function assembleExample(
  pair: Pair,
  persona: Persona,
  kinds: readonly PersonaKind[],
  tables: DatasetTables,
): Promise<AssembledExample> {
  const post = await tables.posts.get(pair.post);
  const ugc = [];
  for (const item of kinds.includes("ugc") ? persona.ugc : []) {
    const other = await tables.posts.get(item.post);
    ugc.push({
      item,
      row: {
        prompt: other.text,
        comment: textOf(other, item.response),
        "Preference Direction": [...responseDirection(levelsOf(tables, item.response))],
      },
    });
  }
  const pairs = [];
  for (const item of kinds.includes("pairs") ? persona.pairs : []) {
    const other = await tables.pairs.get(item.pair);
    const otherPost = await tables.posts.get(other.post);
    pairs.push({
      item: { ...item, post: other.post },
      row: {
        prompt: otherPost.text,
        chosen: textOf(otherPost, other.chosen),
        rejected: textOf(otherPost, other.rejected),
        "Preference Direction": other.direction,
      },
    });
  }
  const demographic = kinds.includes("demographic") ? persona.demographic : null;
  return {
    row: {
      prompt: post.text,
      chosen: textOf(post, pair.chosen),
      rejected: textOf(post, pair.rejected),
      "Preference Direction": pair.direction,
      "Demographic Information": demographic?.text ?? "",
      "User-Generated Content": ugc.map(({ row }) => row),
      "Pair-wise Comparative Feedback": pairs.map(({ row }) => row),
    },
    lineage: {
      pair: pair.id,
      post: pair.post,
      chosen: pair.chosen,
      rejected: pair.rejected,
      ugc: ugc.map(({ item: { post, response, matches } }) => ({ post, response, matches })),
      pairs: pairs.map(({ item: { pair, post, matchesChosen, matchesRejected } }) => ({
        pair,
        post,
        matchesChosen,
        matchesRejected,
      })),
      demographic: demographic?.method ?? null,
      origin: post.origin,
    },
    directions: {
      ugc: ugc.map(({ row }) => row["Preference Direction"]),
      pairs: pairs.map(({ row }) => row["Preference Direction"]),
      demographic: demographic?.direction ?? null,
    },
  };
}

/** The components that a persona has. */
export function presentKinds(persona: Persona): PersonaKind[] {
  return [
    ...(persona.ugc.length > 0 ? (["ugc"] as const) : []),
    ...(persona.pairs.length > 0 ? (["pairs"] as const) : []),
    ...(persona.demographic ? (["demographic"] as const) : []),
  ];
}
