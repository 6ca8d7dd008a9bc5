/**
 * Wordings for `"answers": "words"`, measured on the half of the probe that is there for it. The one in use is chosen by
 * the share right after centring, since `batch` levels are decided after centring, too.
 *
 *   npm run bench:wordings [-- MODEL [PART OF A NAME...]]
 */
import { runProbe } from "../../src/runtime/probe-model.js";
import { contextTokensFor, openLocalModel } from "../../src/runtime/open-model.js";
import { FEW_SHOT } from "../../src/core/prompts/few-shot.js";
import { type ProbeResult, selectProbePairs } from "../../src/core/probe/evaluate-probe.js";
import { settingsSchema } from "../../src/core/settings/settings.js";
import { ALIGNX_SPACE, type Dimension, shortName } from "../../src/core/space/space.js";

type Words = NonNullable<Dimension["words"]>;

interface Candidate {
  readonly name: string;
  readonly kind: "trait" | "interest";
  readonly words: (dimension: Dimension) => Words;
}

const first = (option: string): string => option.replace(/ \(.*\)$/, "").split(",")[0]!;
const ofOptions = (text: string, { options }: Dimension): Words => ({
  text,
  options: [` ${first(options[0])}`, ` ${first(options[1])}`],
});
/** The wording in use with another subject. */
const withSubject =
  (subject: string) =>
  (dimension: Dimension): Words => {
    const { text, options } = dimension.words!;
    return { text: text.replace(/[Tt]he author of this/, subject), options };
  };
const trait = (name: string, words: Candidate["words"]): Candidate => ({ name, kind: "trait", words });
const interest = (text: string, yes: string, no: string): Candidate => ({
  name: `${text}${yes}|${no.trim()}`,
  kind: "interest",
  words: ({ name }) => ({ text: text.replace("X", name), options: [yes, no] }),
});

const CANDIDATES: readonly Candidate[] = [
  trait("the dimension's whole name: its options", (d) => ofOptions(`${d.name}:`, d)),
  trait("the dimension's short name: its options", (d) => ofOptions(`${shortName(d.name)}:`, d)),
  trait("“Describe the commenter in one word:” and the words in use", (d) => ({
    text: "Describe the commenter in one word:",
    options: d.words!.options,
  })),
  trait("the words in use, subject “The commenter”", withSubject("The commenter")),
  trait("the words in use, subject “The person who wrote this”", withSubject("The person who wrote this")),
  trait("the words in use, subject “This person”", withSubject("This person")),
  trait("the words in use, subject “The author of this”", withSubject("The author of this")),
  interest("X:", " Likes", " Dislikes"),
  interest("About X, the commenter", " likes", " dislikes"),
  interest("As for X, the person who wrote this", " loves", " hates"),
  interest("When it comes to X, I", " love", " hate"),
  interest("The person who wrote this finds X", " interesting", " boring"),
  interest("The person who wrote this thinks X is", " great", " boring"),
  interest("Does the person who wrote this like X?", " Yes", " No"),
  interest("Interest in X:", " high", " low"),
  interest("Opinion of X:", " positive", " negative"),
];

const kindOf = (dimension: Dimension): Candidate["kind"] =>
  dimension.group === "interest" ? "interest" : "trait";
const percent = (value: number): string => `${(100 * value).toFixed(0)}%`.padStart(8);

const [modelName = "smollm2-135m-instruct", ...wanted] = process.argv.slice(2);
const settings = settingsSchema.parse({ model: modelName, annotate: { answers: "words" } });
const context = contextTokensFor("annotate", settings, ALIGNX_SPACE.dimensions.length);
const model = await openLocalModel({ folder: process.cwd(), settings }, context, (line) => console.log(line));
const way = { ...settings.annotate, fewShot: FEW_SHOT };
const kinds = new Map(ALIGNX_SPACE.dimensions.map((dimension) => [dimension.name, kindOf(dimension)]));

console.log(
  `${"".padEnd(66)}${["pairs", "right", "balanced", "centred", "balanced"].map((t) => t.padStart(9)).join("")}`,
);
for (const { name, kind, words } of CANDIDATES) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const space = {
    ...ALIGNX_SPACE,
    dimensions: ALIGNX_SPACE.dimensions.map((d) => (kindOf(d) === kind ? { ...d, words: words(d) } : d)),
  };
  const pairs = selectProbePairs(space, "tune").filter(({ dimension }) => kinds.get(dimension) === kind);
  let result: ProbeResult | null;
  try {
    result = await runProbe(space, model, way, pairs, { aborted: false });
  } catch (error) {
    console.log(`${name.padEnd(66)} ${(error as Error).message}`);
    continue;
  }
  const { overall, balanced } = result!;
  const cells = [
    percent(overall.right / overall.total),
    percent(balanced.right / balanced.total),
    percent(overall.centred),
    percent(balanced.centred),
  ];
  console.log(`${name.padEnd(66)}${String(overall.total).padStart(9)} ${cells.join(" ")}`);
}
await model.close();
