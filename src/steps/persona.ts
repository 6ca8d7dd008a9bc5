import type { UnitResult } from "../core/records/unit-result.js";
import { keywordSentence, templatePersona } from "../core/personas/demographic-template.js";
import { type Candidates, PersonaIndex, type SearchOptions } from "../core/personas/persona-index.js";
import { selectItems } from "../core/personas/select-items.js";
import { compareDirections } from "../core/consistency/consistency.js";
import type { RecordTable, TextModel } from "../core/ports.js";
import {
  demographicJsonSchema,
  demographicPrompt,
  parseDemographicAnswer,
} from "../core/prompts/demographic.js";
import { fitText } from "../core/prompts/fit-text.js";
import { replacePii } from "../core/privacy/pii.js";
import { seedFor } from "../core/random.js";
import { leastMatches } from "../core/records/direction.js";
import type { Demographic, Pair, Persona, Post, SearchReport, Split } from "../core/records/records.js";
import type { ConsistencyMode } from "../core/consistency/consistency.js";
import type { Settings } from "../core/settings/settings.js";
import { LEVELS, PAIRS, POSTS, SPLITS_FILE } from "./files.js";
import { after, grouped, inOrder, type Step, type StepContext } from "./step.js";

type PersonaSettings = Settings["persona"] & { readonly consistency: ConsistencyMode };
type Context = StepContext<PersonaSettings>;

/** Consistent candidates looked at per item kept: enough to find a dimension that many of them share. */
const POOL_PER_ITEM = 8;

/** Tokens of prompt #2 that are not the pair's own texts, at most. */
const DEMOGRAPHIC_FIXED_TOKENS = 3_200;

/** One search index per split: no persona crosses it. */
async function buildIndexes(context: Context): Promise<{
  readonly indexes: ReadonlyMap<Split, PersonaIndex>;
  readonly place: ReadonlyMap<string, { readonly index: PersonaIndex; readonly pair: number }>;
}> {
  const { space, seed, read } = context;
  const indexes = new Map<Split, PersonaIndex>();
  const place = new Map<string, { index: PersonaIndex; pair: number }>();
  const splits = read(SPLITS_FILE)[Symbol.asyncIterator]();
  const pairGroups = grouped(
    (async function* () {
      for await (const { value } of read(PAIRS)) yield value;
    })(),
    ({ post }) => post,
  )[Symbol.asyncIterator]();
  const levels = (async function* () {
    for await (const { value } of read(LEVELS)) yield value;
  })();
  let nextPairs = await pairGroups.next();
  // All three files list the posts in the same order; pairs leave some out.
  for await (const { key: post, items } of grouped(levels, ({ post }) => post)) {
    const split = await splits.next();
    if (split.done || split.value.value.post !== post) {
      throw new Error(`the records of ${post} are out of step; run the step “pair” again`);
    }
    const key = split.value.value.split;
    let index = indexes.get(key);
    if (!index) indexes.set(key, (index = new PersonaIndex(space.dimensions.length, seed)));
    index.addPost(post, split.value.value.group, items);
    if (!nextPairs.done && nextPairs.value.key === post) {
      const positions = new Map(items.map(({ response }, i) => [response, i]));
      for (const pair of nextPairs.value.items) {
        place.set(pair.id, { index, pair: index.pairCount });
        index.addPair(pair.id, positions.get(pair.chosen)!, positions.get(pair.rejected)!, pair.direction);
      }
      nextPairs = await pairGroups.next();
    }
  }
  await splits.return?.(undefined);
  for (const index of indexes.values()) index.seal();
  return { indexes, place };
}

/** DEMO by prompt #2 with retries; null when no answer was usable and the settings want no template. */
async function writeDemographic(
  { settings, space, seed }: Context,
  pair: Pair,
  posts: RecordTable<Post>,
  model: TextModel | null,
): Promise<{ demographic: Demographic | null; tokens: number; failures: string[] }> {
  const { method, fallback, retries, maxTokens } = settings.demographic;
  const failures: string[] = [];
  let tokens = 0;
  if (model) {
    const post = await posts.get(pair.post);
    const textOf = (id: string) => post.responses.find((response) => response.id === id)!.text;
    const room = Math.max(96, model.identity.contextSize - DEMOGRAPHIC_FIXED_TOKENS - maxTokens);
    const fit = (text: string, share: number, keep: "start" | "end") =>
      fitText(model, text, Math.floor(room * share), keep).text;
    const prefix = demographicPrompt(
      space,
      fit(post.text, 0.4, "end"),
      fit(textOf(pair.chosen), 0.3, "start"),
      fit(textOf(pair.rejected), 0.3, "start"),
    );
    for (let attempt = 0; attempt <= retries; attempt++) {
      const result = await model.generateJson({
        prefix,
        schema: demographicJsonSchema(),
        maxTokens,
        // The first try is the likeliest answer; after a failure that would only repeat itself.
        temperature: attempt === 0 ? 0 : 0.7,
        seed: seedFor(seed, "demographic", pair.id, attempt),
      });
      tokens += result.tokens;
      try {
        const { reason, persona, direction, likes, dislikes } = parseDemographicAnswer(result.text, space);
        const text = [persona, keywordSentence(likes, dislikes)].filter(Boolean).join(" ");
        return {
          demographic: {
            text: replacePii(text).text,
            direction: [...direction],
            method: "model",
            contradicts: [...compareDirections(pair.direction, direction).contradicts],
            likes: [...likes],
            dislikes: [...dislikes],
            reason,
            ...(attempt > 0 ? { retries: attempt } : {}),
          },
          tokens,
          failures,
        };
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  if (method === "none" || (method === "model" && fallback === "none"))
    return { demographic: null, tokens, failures };
  return {
    demographic: {
      text: templatePersona(pair.direction, space),
      direction: [...pair.direction],
      method: "template",
      contradicts: [],
      ...(failures.length > 0 ? { retries: failures.length } : {}),
    },
    tokens,
    failures,
  };
}

function searchReport(found: Candidates, kept: number, size: number): SearchReport {
  const { probes, similar, consistent } = found;
  return { probes, similar, consistent, missing: size - kept };
}

/** UGC, PAIR and DEMO of each pair (§4.2, Algorithm 1 lines 9-25). A unit is a pair. */
export const personaStep: Step<PersonaSettings> = {
  name: "persona",
  doing: "building personas",
  units: "pairs",
  version: 1,
  folder: "persona",
  reads: [POSTS.path, LEVELS.path, PAIRS.path, SPLITS_FILE.path],
  writes: ["personas.jsonl"],
  seeded: true,
  settings: ({ persona, check }) => ({ ...persona, consistency: check.consistency }),
  usesModel: ({ demographic }) => demographic.method === "model",
  async *run(context) {
    const { settings, space, skip, cancellation } = context;
    const { place } = await buildIndexes(context);
    context.total(place.size);
    if (skip >= place.size) return;
    const posts = await context.table(POSTS, ({ id }) => id);
    const model = settings.demographic.method === "model" ? await context.model() : null;
    const options: SearchOptions = {
      leastMatches: leastMatches(settings.threshold, space.dimensions.length),
      mode: settings.consistency,
      order: settings.order,
      maxProbes: settings.maxProbes,
      poolSize: settings.size * POOL_PER_ITEM,
    };
    const work = async (pair: Pair) => {
      if (cancellation.aborted) return null;
      const { demographic, tokens, failures } = await writeDemographic(context, pair, posts, model);
      const { index, pair: position } = place.get(pair.id)!;
      const ugc = index.ugc(position, options);
      const pairs = index.pairs(position, options);
      const chosen = selectItems(
        pair.direction,
        ugc.pool,
        pairs.pool,
        settings.size,
        demographic?.direction ?? null,
      );
      const persona: Persona = {
        pair: pair.id,
        ugc: chosen.ugc.map(({ item, matches }) => ({
          post: index.postOf(item),
          response: index.responseId(item),
          matches,
        })),
        pairs: chosen.pairs.map(({ item, matches, matchesRejected }) => ({
          pair: index.pairId(item),
          matchesChosen: matches,
          matchesRejected,
        })),
        demographic,
        probes: {
          ugc: searchReport(ugc, chosen.ugc.length, settings.size),
          pairs: searchReport(pairs, chosen.pairs.length, settings.size),
        },
      };
      return { persona, tokens, failures };
    };
    const pending = after(
      (async function* () {
        for await (const { value } of context.read(PAIRS)) yield value;
      })(),
      skip,
    );
    for await (const { persona, tokens, failures } of inOrder(pending, model?.parallelism ?? 1, work)) {
      yield {
        records: { "personas.jsonl": [persona] },
        counts: countsOf(persona, failures),
        tokens,
      } satisfies UnitResult;
    }
  },
};

function countsOf(
  { ugc, pairs, demographic, probes }: Persona,
  failures: readonly string[],
): Record<string, number> {
  return {
    personas: 1,
    "personas with items": ugc.length + pairs.length > 0 || demographic ? 1 : 0,
    "with UGC": ugc.length > 0 ? 1 : 0,
    "with PAIR": pairs.length > 0 ? 1 : 0,
    "with DEMO by model": demographic?.method === "model" ? 1 : 0,
    "with DEMO by template": demographic?.method === "template" ? 1 : 0,
    "UGC items": ugc.length,
    "UGC items missing": probes.ugc.missing,
    "PAIR items": pairs.length,
    "PAIR items missing": probes.pairs.missing,
    "unusable DEMO answers": failures.length,
  };
}
