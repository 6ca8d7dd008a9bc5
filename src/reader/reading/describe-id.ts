import { resolve } from "node:path";
import type { Origin, Post } from "../../core/records/records.js";
import { inline, quotation } from "../../core/report/markdown-text.js";
import { countOf } from "../../core/report/words.js";
import { dropRule } from "../../core/records/drop-rules.js";
import { STEP_NAMES } from "../../core/step-names.js";
import { firstWith, dropsOf, INDEXED } from "../records/indexed-files.js";
import type { Lookup } from "./line-context.js";
import { fileLink } from "./links.js";

/** What an id is, in Markdown with links. */

/** `post-`, `resp-`, `pair-`, `raw-` and hexadecimal digits. */
const ID = /^(post|resp|pair|raw)-[0-9a-f]+$/;

export type IdForm = "post" | "resp" | "pair" | "raw";

/** What a text is the id of; null where it is none. */
export function idForm(value: unknown): IdForm | null {
  const found = typeof value === "string" && value.length < 100 ? ID.exec(value) : null;
  return found ? (found[1] as IdForm) : null;
}

const EXCERPT = { units: 300, lines: 6 };
const PAIRS_SHOWN = 5;

/** The part of a post's text that is its own, without the earlier turns of its thread. */
export const ownText = ({ text, contextLength }: Post): string => text.slice(contextLength ?? 0);

const linkOf = (lookup: Lookup, path: string, line: number, text?: string): string =>
  fileLink(text ?? `${lookup.shown(path)}:${line}`, path, line);

/** The raw record that something was made from. */
export function originLink(lookup: Lookup, { file, line }: Origin): string {
  return fileLink(`${file}:${line}`, resolve(lookup.folder, file), line);
}

/** Ledger entries under an id. */
async function dropsWith(lookup: Lookup, id: string): Promise<string[]> {
  const lines: string[] = [];
  for (const step of STEP_NAMES) {
    const found = await firstWith(lookup.open, dropsOf(step), "id", id);
    if (!found) continue;
    const { rule, origin } = found.value;
    const path = lookup.file(dropsOf(step).path);
    lines.push(
      `Dropped by “${step}”: ${inline(rule)}, ${inline(dropRule(rule).why)} (${linkOf(lookup, path, found.line)})`,
      ...(origin ? [`Raw record: ${originLink(lookup, origin)}`] : []),
    );
  }
  return lines;
}

async function exportedWords(lookup: Lookup, pair: string): Promise<string> {
  const place = await lookup.exported(pair);
  return place ? `exported at ${linkOf(lookup, place.path, place.line)}` : "not in the data set";
}

async function pairLines(lookup: Lookup, post: string, only?: string): Promise<string[]> {
  const all = await lookup.pairsOf(post);
  const pairs = all.filter(
    ({ value }) => only === undefined || value.chosen === only || value.rejected === only,
  );
  const shown = await Promise.all(
    pairs.slice(0, PAIRS_SHOWN).map(async ({ value, line }) => {
      const role = only === undefined ? "" : value.chosen === only ? "chosen in " : "rejected in ";
      const link = linkOf(lookup, lookup.file(INDEXED.pairs.path), line, value.id);
      return `- ${role}${link}, ${await exportedWords(lookup, value.id)}`;
    }),
  );
  const more = pairs.length - shown.length;
  return [...shown, ...(more > 0 ? [`- … and ${countOf(more, "more pair")}`] : [])];
}

async function describePost(lookup: Lookup, id: string): Promise<string[]> {
  const found = await lookup.post(id);
  if (!found) return [];
  const { value: post, line } = found;
  const split = (await lookup.split(id))?.value.split;
  const facts = [
    `from ${inline(post.source)}`,
    countOf(post.responses.length, "response"),
    ...(split === undefined ? [] : [`split ${split}`]),
    linkOf(lookup, lookup.file(INDEXED.posts.path), line),
  ];
  const pairs = await pairLines(lookup, id);
  return [
    `**Post** ${facts.join(" · ")}`,
    quotation(ownText(post), EXCERPT),
    `Raw record: ${originLink(lookup, post.origin)}`,
    ...(pairs.length > 0 ? [pairs.join("\n")] : []),
  ];
}

async function describeResponse(lookup: Lookup, id: string): Promise<string[]> {
  const found = await lookup.postOfResponse(id);
  const response = found?.value.responses.find((one) => one.id === id);
  if (!found || !response) return [];
  const { value: post, line } = found;
  const clusters = (await lookup.clusters(post.id))?.value.clusters ?? [];
  const cluster = clusters.findIndex((members) => members.includes(id)) + 1;
  const place = post.responses.indexOf(response) + 1;
  const facts = [
    `${place} of ${post.responses.length} to ${linkOf(lookup, lookup.file(INDEXED.posts.path), line, post.id)}`,
    ...(cluster > 0 ? [`cluster ${cluster} of ${clusters.length}`] : []),
  ];
  const pairs = await pairLines(lookup, post.id, id);
  return [
    `**Response** ${facts.join(" · ")}`,
    quotation(response.text, EXCERPT),
    `To: ${inline(ownText(post).slice(0, EXCERPT.units))}`,
    `Raw record: ${originLink(lookup, response.origin ?? post.origin)}`,
    ...(pairs.length > 0 ? [pairs.join("\n")] : []),
  ];
}

async function describePair(lookup: Lookup, id: string): Promise<string[]> {
  const found = await lookup.pair(id);
  if (!found) return [];
  const { value: pair, line } = found;
  const [post, persona, verdict, exported] = await Promise.all([
    lookup.post(pair.post),
    lookup.persona(id),
    lookup.verdict(id),
    exportedWords(lookup, id),
  ]);
  const text = (response: string) => post?.value.responses.find((one) => one.id === response)?.text ?? "";
  const kept = persona?.value;
  return [
    `**Pair** ${linkOf(lookup, lookup.file(INDEXED.pairs.path), line)} · ${exported}`,
    ...(post
      ? [
          quotation(ownText(post.value), EXCERPT),
          `Chosen: ${inline(text(pair.chosen).slice(0, EXCERPT.units))}`,
          `Rejected: ${inline(text(pair.rejected).slice(0, EXCERPT.units))}`,
        ]
      : []),
    ...(kept
      ? [
          `Persona: UGC ${kept.ugc.length} · PAIR ${kept.pairs.length}${kept.demographic ? " · DEMO" : ""}${verdict ? `, ${verdict.value.ok ? "passed the check" : "did not pass the check"}` : ""}`,
        ]
      : []),
    await lineageMarkdown(lookup, { pair: id, post: pair.post, origin: post?.value.origin ?? null }),
  ];
}

/** `pair ← post ← raw record`, with links. */
export async function lineageMarkdown(
  lookup: Lookup,
  { pair, post, origin }: { readonly pair: string; readonly post: string; readonly origin: Origin | null },
): Promise<string> {
  const [foundPair, foundPost] = await Promise.all([lookup.pair(pair), lookup.post(post)]);
  const raw = origin ?? foundPost?.value.origin;
  const parts = [
    foundPair ? linkOf(lookup, lookup.file(INDEXED.pairs.path), foundPair.line, pair) : inline(pair),
    foundPost ? linkOf(lookup, lookup.file(INDEXED.posts.path), foundPost.line, post) : inline(post),
    ...(raw ? [originLink(lookup, raw)] : []),
  ];
  return parts.join(" ← ");
}

const BY_FORM = { post: describePost, resp: describeResponse, pair: describePair };

/** What is known of an id. */
export async function describeId(lookup: Lookup, form: IdForm, id: string): Promise<string> {
  const known = form === "raw" ? [] : await BY_FORM[form](lookup, id);
  const drops = await dropsWith(lookup, id);
  const parts = [...known, ...drops];
  return parts.length > 0
    ? parts.join("\n\n")
    : `No ${form === "resp" ? "response" : form === "raw" ? "raw record" : form} of this workspace has the id ${inline(id)}`;
}
