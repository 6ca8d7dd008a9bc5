import {
  countOf,
  cutText,
  formatCount,
  kindsInWords,
  moreCharacters,
  type TextLimit,
  withVisibleControls,
} from "../core/report/words.js";
import { shortName } from "../core/space/space.js";
import type { Finding } from "../core/finding.js";
import type { SearchReport } from "../core/records/records.js";
import type {
  Agreement,
  ExplainedDimension,
  ExplainedPersona,
  ExplainedPrompt,
  ExplainedResponse,
  Explanation,
} from "../runtime/explanation.js";

/** An explanation for people: sections of lines that fit a terminal. `--json` has all that is cut here. */

const WIDTH = 96;
const TEXT: TextLimit = { units: 700, lines: 14 };
const PROMPT: TextLimit = { units: 1800, lines: 40 };
const DIMENSIONS_SHOWN = 40;
const LABELS_SHOWN = 6;
const FINDINGS_SHOWN = 12;
const NAME_WIDTH = 40;

const row = (name: string, value: string): string => `  ${name.padEnd(12)} ${value}`;

/** Breaks a line at blanks; what has none is broken anywhere. */
function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const blank = rest.lastIndexOf(" ", width);
    // Half a surrogate pair is no character.
    const hard = /[\uD800-\uDBFF]/.test(rest.charAt(width - 1)) ? width - 1 : width;
    const at = blank > width / 2 ? blank : hard;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).replace(/^ /, "");
  }
  return [...lines, rest];
}

/** Somebody's text with a bar at its side; controls that could play with the terminal are shown as code points. */
function quoted(text: string, limit: TextLimit = TEXT): string[] {
  const { shown, more } = cutText(text, limit);
  const lines = shown.trim() === "" ? ["(empty text)"] : withVisibleControls(shown).trimEnd().split("\n");
  if (more > 0) lines.push(moreCharacters(more));
  return lines.flatMap((line) => wrapped(line, WIDTH)).map((line) => `  │ ${line}`.trimEnd());
}

/** One line, whatever is in it. */
const plain = (text: string): string => withVisibleControls(text).replace(/\s+/g, " ").trim();

function state({ kind, exported, drops, verdict, split, notRun }: Explanation): string[] {
  if (kind !== "pair") return [];
  const out = drops.find(({ stage }) => stage === "pair" || stage === "check");
  if (exported) return [row("data set", `${exported.file}:${exported.line}`)];
  if (out) return [row("data set", `left out by “${out.stage}”, see below`)];
  const inSplit = split ? ` (its post is in ${split})` : "";
  if (verdict) return [row("data set", `passed the check, not exported yet${inSplit}`)];
  const [next] = notRun;
  return [row("data set", `not yet${inSplit}${next ? `: the step “${next}” has not run` : ""}`)];
}

function heading(explanation: Explanation): string[] {
  const { asked, kind, id, persona, dimensions, size, serves } = explanation;
  const agreed = (dimensions ?? []).filter(({ agreed: all }) => all).map(({ label }) => label);
  return [
    asked === id ? `${id} (${kind})` : `${asked} is ${kind} ${id}`,
    ...state(explanation),
    ...(kind === "pair" && dimensions
      ? [row("direction", `${countOf(dimensions.length, "dimension")} of ${size} not neutral`)]
      : []),
    ...(persona?.kinds ? [row("persona", kindsInWords(persona.kinds))] : []),
    ...(agreed.length > 0 ? [row("agreed on", listed(agreed))] : []),
    ...(serves > 0
      ? [row("serves in", countOf(serves, "persona of another pair", "personas of other pairs"))]
      : []),
  ];
}

function dropped({ drops }: Explanation): string[] {
  return drops.flatMap(({ stage, rule, reason, why, restorable, askedBack, id }) => [
    row(stage, `${rule}: ${why}`),
    ...wrapped(plain(reason), WIDTH - 15).map((line) => row("", line)),
    row(
      "",
      askedBack
        ? "asked back: returns at the next run"
        : restorable
          ? `prefloom drops --restore ${id} brings it back`
          : "cannot be restored as it is",
    ),
  ]);
}

function post({ post: found, kind }: Explanation): string[] {
  if (!found)
    return kind === "record" ? [] : [row("", "not there any more: it was imported anew without it")];
  const { id, source, text, thread, responses, origin } = found;
  return [
    row("id", id),
    row("source", `${plain(source)}, ${origin.file}:${origin.line}`),
    ...(thread === undefined ? [] : [row("thread", thread)]),
    row("responses", formatCount(responses)),
    ...quoted(text),
  ];
}

function clusters({ clusters: found, kind }: Explanation): string[] {
  return (found ?? []).map(({ size, responses, holds }, i) => {
    const what = kind === "post" ? responses.join(", ") : holds.join(", ");
    return row(`cluster ${i + 1}`, `${countOf(size, "response").padEnd(13)} ${what}`.trimEnd());
  });
}

function response(
  { id, text, origin, ratings, cluster }: ExplainedResponse,
  post: Explanation["post"],
): string[] {
  const elsewhere = origin && (origin.file !== post?.origin.file || origin.line !== post.origin.line);
  return [
    row("id", `${id}${cluster === null ? "" : `, cluster ${cluster}`}`),
    ...(elsewhere ? [row("origin", `${origin.file}:${origin.line}`)] : []),
    ...(ratings
      ? [
          row(
            "ratings",
            Object.entries(ratings)
              .map(([name, value]) => `${plain(name)} ${value}`)
              .join(", "),
          ),
        ]
      : []),
    ...(text === null ? [row("", "not there any more")] : quoted(text)),
  ];
}

/** “.812”, or “3e-7” for what would be nothing with three digits. */
function shortShare(p: number): string {
  return p > 0 && p < 0.0005 ? p.toExponential(0) : p.toFixed(3).replace(/^0/, "");
}

/** “3 .812 .041 .147”: level and probabilities of first, second, cannot reflect. */
function side({ level, probabilities }: ExplainedDimension["sides"][number]): string {
  const shares = (probabilities ?? []).map((p) => shortShare(p).padStart(5)).join(" ");
  return `${level ?? "–"} ${shares}`.padEnd(21);
}

function dimensionTable({ dimensions, kind, made }: Explanation): string[] {
  if (!dimensions) return [];
  if (dimensions.length === 0) return [row("", "none")];
  const roles = dimensions[0]!.sides.map(({ role }) => role.padEnd(21));
  const shown = dimensions.slice(0, DIMENSIONS_SHOWN);
  const rest = dimensions.length - shown.length;
  return [
    `    ${"".padEnd(NAME_WIDTH)} ${"".padEnd(9)} ${roles.join(" ")}`.trimEnd(),
    ...shown.map(({ dimension, direction, agreed, sides }) => {
      const short = shortName(dimension);
      const name = short.length > NAME_WIDTH ? `${short.slice(0, NAME_WIDTH - 1)}…` : short;
      const cells = [name.padEnd(NAME_WIDTH), direction.padEnd(9), ...sides.map(side)];
      return `  ${agreed ? "✓" : " "} ${cells.join(" ")}`.trimEnd();
    }),
    ...(rest > 0 ? [`    … and ${formatCount(rest)} more (--json has all)`] : []),
    `  Level${made.decision ? ` (by “${made.decision}”)` : ""} and probabilities of the first option, the second, and that it cannot be told.`,
    ...(kind === "pair" ? ["  ✓ every part of the persona agrees."] : []),
  ];
}

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, LABELS_SHOWN).map(shortName).join(", ");
  return labels.length > LABELS_SHOWN ? `${shown} and ${labels.length - LABELS_SHOWN} more` : shown;
}

function agreementLines({ agrees, contradicts }: Agreement): string[] {
  return [
    agrees.length > 0 ? `agrees on ${listed(agrees)}` : "agrees on nothing",
    ...(contradicts.length > 0 ? [`contradicts ${listed(contradicts)}`] : []),
  ].flatMap((line) => wrapped(line, WIDTH - 8).map((part) => `        ${part}`));
}

function search(name: string, kept: number, { probes, similar, consistent, missing }: SearchReport): string {
  const wanted = kept + missing;
  return row(
    name,
    `${kept} of ${wanted} wanted; ${formatCount(probes)} looked at, ${formatCount(similar)} similar, ${formatCount(consistent)} of them consistent`,
  );
}

function persona(
  { ugc, pairs, demographic, search: searched, kinds }: ExplainedPersona,
  size: number,
): string[] {
  const left = (["ugc", "pairs", "demographic"] as const).filter((kind) => kinds && !kinds.includes(kind));
  const present = { ugc: ugc.length > 0, pairs: pairs.length > 0, demographic: demographic !== null };
  const out = left.filter((kind) => present[kind]);
  return [
    search("UGC", ugc.length, searched.ugc),
    ...ugc.flatMap((item) => [
      `      ${item.response} ${item.matches} of ${size} match`,
      ...agreementLines(item),
    ]),
    search("PAIR", pairs.length, searched.pairs),
    ...pairs.flatMap((item) => [
      `      ${item.pair} chosen ${item.matchesChosen}, rejected ${item.matchesRejected} of ${size} match`,
      ...agreementLines(item),
    ]),
    ...(demographic
      ? [
          row(
            "DEMO",
            demographic.method === "model"
              ? `by the model${demographic.retries ? `, after ${countOf(demographic.retries, "unusable answer")}` : ""}`
              : `from the template${demographic.retries ? `: ${countOf(demographic.retries, "answer")} of the model could not be used` : ""}`,
          ),
          ...quoted(demographic.text),
          ...agreementLines(demographic),
        ]
      : [row("DEMO", "none")]),
    ...(out.length > 0 ? [row("left out", kindsInWords(out))] : []),
  ];
}

function check({ verdict, findings, kind }: Explanation): string[] {
  const line = ({ severity, rule, message }: Finding) =>
    wrapped(plain(`${rule}: ${message}`), WIDTH - 15).map((part, i) => row(i === 0 ? severity : "", part));
  const shown = findings.slice(0, FINDINGS_SHOWN);
  return [
    ...(kind === "pair" && verdict
      ? [
          row(
            "verdict",
            verdict.ok ? (verdict.restored ? "passed, since it was asked back" : "passed") : "not passed",
          ),
        ]
      : []),
    ...shown.flatMap(line),
    ...(findings.length > shown.length ? [row("", `… and ${findings.length - shown.length} more`)] : []),
    ...(findings.length === 0 && verdict ? [row("findings", "none")] : []),
  ];
}

function pairs({ pairs: found }: Explanation): string[] {
  return found.flatMap(({ id, chosen, rejected, exported, dropped: rule }) => [
    row(
      "pair",
      `${id} ${exported ? `${exported.file}:${exported.line}` : rule ? `dropped: ${rule}` : "not exported"}`,
    ),
    row("", `${chosen} over ${rejected}`),
  ]);
}

function prompt({ chat, prefix, question, questions, method, cut, answers }: ExplainedPrompt): string[] {
  return [
    row(
      "way",
      `${answers}, ${method}: ${countOf(questions, "question")}${method === "joint" ? " in one pass" : ", each alone after the same beginning"}`,
    ),
    ...(chat ? [row("form", "one user turn in the model's chat template")] : []),
    ...(cut
      ? [
          row(
            "cut",
            `${formatCount(cut.post)} characters of the post, ${formatCount(cut.response)} of the response`,
          ),
        ]
      : []),
    ...quoted(prefix.join(""), PROMPT),
    row("question", `on ${question.dimension}`),
    ...quoted(question.text),
    row("compared", question.options.map((option) => `“${option}”`).join(" or ")),
  ];
}

function made({ made: { model, demographicModel, seed, settingsHash, steps } }: Explanation): string[] {
  return [
    ...(model ? [row("model", plain(model.name)), row("", `sha256 ${model.sha256}`)] : []),
    ...(demographicModel
      ? [row("DEMO by", plain(demographicModel.name)), row("", `sha256 ${demographicModel.sha256}`)]
      : []),
    row("seed", String(seed)),
    ...(settingsHash === null ? [] : [row("settings", settingsHash)]),
    ...wrapped(
      steps.map(({ step, settingsHash: hash }) => `${step} ${hash.slice(0, 8)}`).join(", "),
      WIDTH - 15,
    )
      .filter((line) => line !== "")
      .map((line) => row("", line)),
  ];
}

function raw({ raw: excerpts }: Explanation): string[] {
  return excerpts.flatMap(({ of, file, line, text, why, more, changed }) => [
    `  ${file}:${line} (${of})`,
    ...(changed ? [row("", "the file is not the one that was imported: the line may be another")] : []),
    ...(text === null
      ? [row("", why ?? "")]
      : quoted(more > 0 ? `${text} ${moreCharacters(more)}` : text, { units: 400, lines: 20 })),
  ]);
}

/** The lines of an explanation, section by section; sections without content are left out. */
export function explanationLines(explanation: Explanation): string[] {
  const { kind, responses, persona: kept, prompt: asked, size, notRun, post: found } = explanation;
  const titles = { chosen: "Chosen", rejected: "Rejected", response: "Response" };
  const sections: (readonly [title: string, lines: readonly string[]])[] = [
    ["Dropped", dropped(explanation)],
    ["Post", post(explanation)],
    ["Clusters", clusters(explanation)],
    ...responses.map((one) => [titles[one.role], response(one, found)] as const),
    [kind === "pair" ? "Direction" : "Levels that are not neutral", dimensionTable(explanation)],
    ["Persona", kept ? persona(kept, size) : []],
    ["Check", check(explanation)],
    ["Pairs", pairs(explanation)],
    ["What the model was asked", asked ? prompt(asked) : []],
    ["Made with", made(explanation)],
    ["Raw record", raw(explanation)],
    ["Not run yet", notRun.length > 0 ? [row("", `${notRun.join(", ")}: prefloom run`)] : []],
  ];
  return [
    ...heading(explanation),
    ...sections.flatMap(([title, lines]) => (lines.length === 0 ? [] : ["", title, ...lines])),
  ];
}
