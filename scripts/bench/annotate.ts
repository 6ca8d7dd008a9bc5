/**
 * Ways to annotate, side by side on the same real replies: a prompt per question (the baseline), one evaluated prefix for
 * all questions, all questions in one pass; with numbers and with words.
 *
 *   npm run bench:annotate [-- MODEL [RESPONSES]]
 */
import { readFileSync } from "node:fs";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { annotationPrompt } from "../../src/core/prompts/annotation.js";
import { ResponseAnnotator } from "../../src/core/evaluation/annotate-response.js";
import { FEW_SHOT } from "../../src/core/prompts/few-shot.js";
import type { TextModel } from "../../src/core/ports.js";
import { OASST } from "../../src/core/sources/oasst.js";
import { ANNOTATION_METHODS, ANSWER_WAYS, settingsSchema } from "../../src/core/settings/settings.js";
import { contextTokensFor } from "../../src/runtime/open-model.js";
import { GgufModel } from "../../src/llama/gguf-model.js";
import { identifyModel, locateModel } from "../../src/runtime/models.js";

/** Questions a response that the baseline is measured on: all 90 would take minutes a response. */
const BASELINE_QUESTIONS = 6;

const [modelName = "smollm2-135m-instruct", count = "4"] = process.argv.slice(2);
const settings = settingsSchema.parse({ model: modelName, annotate: { method: "joint" } });
const size = ALIGNX_SPACE.dimensions.length;

const posts = readFileSync("scripts/sample/oasst-threads.jsonl", "utf8")
  .trim()
  .split("\n")
  .flatMap((line) => [...OASST.posts(JSON.parse(line))])
  .flatMap((item) => ("post" in item && item.post.responses.length >= 3 ? [item.post] : []));
// One response a post: nothing is shared between them but the examples.
const sample = Array.from({ length: Number(count) }, (_, i) => posts[(i * 7) % posts.length]!).map(
  ({ text, responses }) => ({ post: text, response: responses[0]!.text }),
);

interface Measured {
  readonly name: string;
  /** Seconds and tokens a response of 90 questions. */
  readonly seconds: number;
  readonly tokens: number;
}

async function measure(
  name: string,
  work: () => Promise<{ tokens: number; share: number }>,
): Promise<Measured> {
  const started = performance.now();
  const { tokens, share } = await work();
  const seconds = (performance.now() - started) / 1000;
  const scale = 1 / (share * sample.length);
  return { name, seconds: seconds * scale, tokens: tokens * scale };
}

async function promptPerQuestion(model: TextModel): Promise<{ tokens: number; share: number }> {
  const prompt = annotationPrompt(ALIGNX_SPACE, "numbers", FEW_SHOT);
  const step = Math.floor(size / BASELINE_QUESTIONS);
  const results = await Promise.all(
    sample.map(async ({ post, response }) => {
      const { chat, parts } = prompt.prefix(post, response);
      let tokens = 0;
      for (let q = 0; q < BASELINE_QUESTIONS; q++) {
        const question = prompt.questions[q * step]!;
        const result = await model.score({
          prefix: { chat, parts: [] },
          questions: [{ ...question, text: parts.join("") + question.text }],
          method: "prefix",
        });
        tokens += result.tokens;
      }
      return tokens;
    }),
  );
  return { tokens: results.reduce((sum, n) => sum + n, 0), share: BASELINE_QUESTIONS / size };
}

const located = await locateModel(modelName, process.cwd());
const model = await GgufModel.open({
  path: located.path,
  identity: await identifyModel(located),
  gpuLayers: "auto",
  contextTokens: contextTokensFor("annotate", settings, size),
  log: (line) => console.log(line),
});
const rows = [await measure("numbers, a prompt per question", () => promptPerQuestion(model))];
for (const answers of ANSWER_WAYS) {
  for (const method of ANNOTATION_METHODS) {
    const way = { ...settings.annotate, answers, method, fewShot: FEW_SHOT };
    const annotator = new ResponseAnnotator(ALIGNX_SPACE, model, way);
    rows.push(
      await measure(`${answers}, ${method}`, async () => {
        const results = await Promise.all(
          sample.map(({ post, response }) => annotator.annotate(post, response)),
        );
        return { tokens: results.reduce((sum, { tokens }) => sum + tokens, 0), share: 1 };
      }),
    );
  }
}
const [baseline] = rows;
console.log(
  `\n${sample.length} replies, ${size} questions each; the baseline from ${BASELINE_QUESTIONS} questions a reply`,
);
console.log(
  `${"way".padEnd(32)} ${"s/reply".padStart(8)} ${"tokens/reply".padStart(13)} ${"times faster".padStart(13)}`,
);
for (const { name, seconds, tokens } of rows) {
  console.log(
    `${name.padEnd(32)} ${seconds.toFixed(2).padStart(8)} ${tokens.toFixed(0).padStart(13)} ${(baseline!.seconds / seconds).toFixed(1).padStart(13)}`,
  );
}
console.log("\nHow far two ways agree is another question: prefloom annotate --compare tells.");
await model.close();
