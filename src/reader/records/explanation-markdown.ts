import { resolve } from "node:path";
import { inline, markdownTable, quotation } from "../../core/report/markdown-text.js";
import { capitalised, countOf, formatCount, kindsInWords, type TextLimit } from "../../core/report/words.js";
import { shortName } from "../../core/space/space.js";
import type {
  Agreement,
  ExplainedDimension,
  ExplainedPersona,
  ExplainedResponse,
  Explanation,
} from "../../runtime/explanation.js";

/** An explanation as a Markdown document for the editor: sections with tables, places and ids as links. */

const TEXT: TextLimit = { units: 4000, lines: 80 };
const RAW: TextLimit = { units: 400, lines: 20 };
const PROMPT: TextLimit = { units: 6000, lines: 120 };

/** How links of a document are written. */
export interface ExplanationLinks {
  /** Target that opens an absolute path at a line. */
  place(file: string, line: number): string;
  /** Target that explains an id. */
  id(id: string): string;
}

type Row = readonly [name: string, value: string];

const facts = (rows: readonly Row[]): string =>
  rows.length === 0
    ? ""
    : rows.map(([name, value]) => `- ${name === "" ? "" : `**${name}:** `}${value}`).join("\n");

class ExplanationDocument {
  readonly #parts: string[] = [];

  constructor(
    private readonly explanation: Explanation,
    private readonly folder: string,
    private readonly links: ExplanationLinks,
  ) {}

  text(): string {
    const { kind, responses, persona } = this.explanation;
    const titles = { chosen: "Chosen", rejected: "Rejected", response: "Response" };
    this.#heading();
    this.#section("Dropped", this.#dropped());
    this.#section("Post", this.#post());
    for (const one of responses) this.#section(titles[one.role], this.#response(one));
    this.#section("Clusters", this.#clusters());
    this.#section("Persona", persona ? this.#persona(persona) : "");
    this.#section("Check", this.#check());
    this.#section(kind === "pair" ? "Direction" : "Levels that are not neutral", this.#dimensions());
    this.#section("Pairs", this.#pairs());
    this.#section("What the model was asked", this.#prompt());
    this.#section("Raw record", this.#raw());
    this.#section("Made with", this.#made());
    const { notRun } = this.explanation;
    if (notRun.length > 0) this.#section("Not run yet", notRun.map((step) => `- ${step}`).join("\n"));
    return `${this.#parts.join("\n\n")}\n`;
  }

  #section(title: string, ...parts: readonly string[]): void {
    const filled = parts.filter((part) => part !== "");
    if (filled.length > 0) this.#parts.push(`## ${title}`, ...filled);
  }

  #place(file: string, line: number): string {
    return `[${inline(file)}:${line}](<${this.links.place(resolve(this.folder, file), line)}>)`;
  }

  #id(id: string): string {
    return `[\`${id}\`](<${this.links.id(id)}>)`;
  }

  #heading(): void {
    const { asked, kind, id, exported, dimensions, size, persona, serves, split } = this.explanation;
    this.#parts.push(
      `# ${asked === id ? `${capitalised(kind)} ${id}` : inline(asked)}`,
      facts([
        ...(asked === id ? [] : [[capitalised(kind), `\`${id}\``] as const]),
        ...(kind === "pair" ? [["Data set", this.#state()] as const] : []),
        ...(split && !exported ? [["Split of its post", split] as const] : []),
        ...(kind === "pair" && dimensions
          ? [["Direction", `${countOf(dimensions.length, "dimension")} of ${size} not neutral`] as const]
          : []),
        ...(persona?.kinds ? [["Persona", kindsInWords(persona.kinds)] as const] : []),
        ...(serves > 0
          ? [["Serves in", countOf(serves, "persona of another pair", "personas of other pairs")] as const]
          : []),
      ]),
    );
  }

  #state(): string {
    const { exported, drops, verdict, notRun } = this.explanation;
    if (exported) return this.#place(exported.file, exported.line);
    const out = drops.find(({ stage }) => stage === "pair" || stage === "check");
    if (out) return `left out by “${out.stage}”, see below`;
    if (verdict) return "passed the check, not exported yet";
    return notRun[0] ? `not yet: the step “${notRun[0]}” has not run` : "not in it";
  }

  #dropped(): string {
    return this.explanation.drops
      .map(({ stage, rule, why, reason, askedBack, restorable }) =>
        facts([
          [stage, `\`${rule}\`, ${inline(why)}`],
          ["Reason", inline(reason)],
          [
            "",
            askedBack
              ? "asked back: it returns at the next run"
              : restorable
                ? "it can be restored in the Drops tree"
                : "it cannot be restored as it is",
          ],
        ]),
      )
      .join("\n\n");
  }

  #post(): string {
    const { post, kind } = this.explanation;
    if (!post) return kind === "record" ? "" : "Not there any more: it was imported anew without it.";
    return [
      facts([
        ["Id", this.#id(post.id)],
        ["Source", `${inline(post.source)}, ${this.#place(post.origin.file, post.origin.line)}`],
        ...(post.thread === undefined ? [] : [["Thread", `\`${post.thread}\``] as const]),
        ["Responses", formatCount(post.responses)],
      ]),
      quotation(post.text, TEXT),
    ].join("\n\n");
  }

  #response({ id, text, origin, ratings, cluster }: ExplainedResponse): string {
    const rated = Object.entries(ratings ?? {}).map(([name, value]) => `${inline(name)} ${value}`);
    return [
      facts([
        ["Id", this.#id(id)],
        ...(cluster === null ? [] : [["Cluster", String(cluster)] as const]),
        ...(origin ? [["Raw record", this.#place(origin.file, origin.line)] as const] : []),
        ...(rated.length > 0 ? [["Ratings", rated.join(", ")] as const] : []),
      ]),
      text === null ? "Not there any more." : quotation(text, TEXT),
    ].join("\n\n");
  }

  #clusters(): string {
    const { clusters, kind } = this.explanation;
    if (!clusters || clusters.length === 0) return "";
    return markdownTable(
      ["Cluster:", "Responses:", ""],
      clusters.map(({ size, responses, holds }, i) => [
        String(i + 1),
        formatCount(size),
        kind === "post" ? responses.map((id) => this.#id(id)).join(", ") : holds.join(", "),
      ]),
    );
  }

  #persona({ ugc, pairs, demographic, search, kinds }: ExplainedPersona): string {
    const { size } = this.explanation;
    const says = ({ agrees, contradicts }: Agreement): [string, string] => [
      agrees.map((label) => inline(shortName(label))).join(", ") || "–",
      contradicts.map((label) => inline(shortName(label))).join(", ") || "–",
    ];
    const looked = (name: string, kept: number, report: ExplainedPersona["search"]["ugc"]): string =>
      `${name}: ${kept} of ${kept + report.missing} wanted; ${formatCount(report.probes)} looked at, ${formatCount(report.similar)} similar, ${formatCount(report.consistent)} of them consistent.`;
    const left = (["ugc", "pairs", "demographic"] as const).filter((kind) => kinds && !kinds.includes(kind));
    return [
      looked("UGC", ugc.length, search.ugc),
      ugc.length === 0
        ? ""
        : markdownTable(
            ["Response", `Match of ${size}:`, "Agrees on", "Contradicts"],
            ugc.map((item) => [this.#id(item.response), String(item.matches), ...says(item)]),
          ),
      looked("PAIR", pairs.length, search.pairs),
      pairs.length === 0
        ? ""
        : markdownTable(
            ["Pair", "Chosen:", "Rejected:", "Agrees on", "Contradicts"],
            pairs.map((item) => [
              this.#id(item.pair),
              String(item.matchesChosen),
              String(item.matchesRejected),
              ...says(item),
            ]),
          ),
      demographic
        ? `DEMO ${demographic.method === "model" ? "by the model" : "from the template"}${demographic.retries ? `, after ${countOf(demographic.retries, "unusable answer")}` : ""}: agrees on ${says(demographic)[0]}; contradicts ${says(demographic)[1]}.`
        : "DEMO: none.",
      demographic ? quotation(demographic.text, TEXT) : "",
      left.length > 0 ? `Left out of the example: ${kindsInWords(left)}.` : "",
    ]
      .filter((part) => part !== "")
      .join("\n\n");
  }

  #check(): string {
    const { verdict, findings, kind } = this.explanation;
    const passed = verdict?.ok
      ? verdict.restored
        ? "passed, since it was asked back"
        : "passed"
      : "not passed";
    return facts([
      ...(kind === "pair" && verdict ? [["Verdict", passed] as const] : []),
      ...findings.map(
        ({ severity, rule, message }) => [capitalised(severity), `\`${rule}\`: ${inline(message)}`] as const,
      ),
    ]);
  }

  #dimensions(): string {
    const { dimensions, kind, made } = this.explanation;
    if (!dimensions) return "";
    if (dimensions.length === 0) return "None.";
    const side = ({ level, probabilities }: ExplainedDimension["sides"][number]): string =>
      `${level ?? "–"}${probabilities ? ` (${probabilities.map((p) => p.toFixed(2)).join(" / ")})` : ""}`;
    return [
      markdownTable(
        [
          ...(kind === "pair" ? ["Agreed"] : []),
          "Dimension",
          "Direction",
          ...dimensions[0]!.sides.map(({ role }) => capitalised(role)),
        ],
        dimensions.map(({ dimension, direction, agreed, sides }) => [
          ...(kind === "pair" ? [agreed ? "✓" : ""] : []),
          inline(shortName(dimension)),
          direction,
          ...sides.map(side),
        ]),
      ),
      `Level${made.decision ? ` (by “${made.decision}”)` : ""} and, in parentheses, the probabilities of the first option, the second, and that it cannot be told.${kind === "pair" ? " ✓: every part of the persona agrees." : ""}`,
    ].join("\n\n");
  }

  #pairs(): string {
    const { pairs } = this.explanation;
    if (pairs.length === 0) return "";
    return markdownTable(
      ["Pair", "Chosen", "Rejected", "Data set"],
      pairs.map(({ id, chosen, rejected, exported, dropped }) => [
        this.#id(id),
        this.#id(chosen),
        this.#id(rejected),
        exported
          ? this.#place(exported.file, exported.line)
          : dropped
            ? `dropped: ${dropped}`
            : "not exported",
      ]),
    );
  }

  #prompt(): string {
    const { prompt } = this.explanation;
    if (!prompt) return "";
    const { answers, method, questions, chat, cut, prefix, question } = prompt;
    return [
      facts([
        [
          "Way",
          `${answers}, ${method}: ${countOf(questions, "question")}${method === "joint" ? " in one pass" : ", each alone after the same beginning"}`,
        ],
        ...(chat ? [["Form", "one user turn in the model's chat template"] as const] : []),
        ...(cut
          ? [
              [
                "Cut",
                `${formatCount(cut.post)} characters of the post, ${formatCount(cut.response)} of the response`,
              ] as const,
            ]
          : []),
      ]),
      quotation(prefix.join(""), PROMPT),
      `Question on “${inline(question.dimension)}”:`,
      quotation(question.text, PROMPT),
      `Compared: ${question.options.map((option) => `“${inline(option)}”`).join(" or ")}.`,
    ].join("\n\n");
  }

  #raw(): string {
    return this.explanation.raw
      .map(({ of, file, line, text, why, changed }) =>
        [
          `${capitalised(of)}: ${this.#place(file, line)}${changed ? ". The file is not the one that was imported: the line may be another." : ""}`,
          text === null ? inline(why ?? "") : quotation(text, RAW),
        ].join("\n\n"),
      )
      .join("\n\n");
  }

  #made(): string {
    const { model, demographicModel, seed, settingsHash, steps } = this.explanation.made;
    return facts([
      ...(model ? [["Model", `${inline(model.name)}, sha256 \`${model.sha256}\``] as const] : []),
      ...(demographicModel
        ? [["DEMO by", `${inline(demographicModel.name)}, sha256 \`${demographicModel.sha256}\``] as const]
        : []),
      ["Seed", String(seed)],
      ...(settingsHash === null ? [] : [["Settings", `\`${settingsHash}\``] as const]),
      ...(steps.length > 0
        ? [
            [
              "Steps",
              steps.map(({ step, settingsHash: hash }) => `${step} ${hash.slice(0, 8)}`).join(", "),
            ] as const,
          ]
        : []),
    ]);
  }
}

/** An explanation as a Markdown document. @param folder of the workspace, to which its paths are relative */
export function explanationMarkdown(
  explanation: Explanation,
  folder: string,
  links: ExplanationLinks,
): string {
  return new ExplanationDocument(explanation, folder, links).text();
}
