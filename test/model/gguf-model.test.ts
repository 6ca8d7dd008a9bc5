import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ResponseAnnotator } from "../../src/core/evaluation/annotate-response.js";
import { annotationPrompt } from "../../src/core/prompts/annotation.js";
import { demographicJsonSchema, demographicPrompt } from "../../src/core/prompts/demographic.js";
import { FEW_SHOT } from "../../src/core/prompts/few-shot.js";
import { ANNOTATION_METHODS, ANSWER_WAYS, settingsSchema } from "../../src/core/settings/settings.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import type { GgufModel } from "../../src/llama/gguf-model.js";
import { FEW, openModel, POST, RESPONSES } from "./model.js";

const space = { name: "few", dimensions: FEW };
const defaults = settingsSchema.parse({}).annotate;
const way = (answers: "numbers" | "words", method: "prefix" | "joint" = "prefix") => ({
  ...defaults,
  answers,
  method,
  fewShot: FEW_SHOT,
});

let model: GgufModel;
beforeAll(async () => {
  model = await openModel({ contextTokens: 8192 });
});
afterAll(() => model.close());

describe.each(ANSWER_WAYS)("annotation with %s", (answers) => {
  test("one prefix for all questions gives what a prompt per question gives", async () => {
    const prompt = annotationPrompt(space, answers);
    const { chat, parts } = prompt.prefix(POST, RESPONSES[0]!);
    const shared = await model.score({
      prefix: { chat, parts },
      questions: prompt.questions,
      method: "prefix",
    });
    const differences: number[] = [];
    for (const [i, question] of prompt.questions.entries()) {
      const alone = await model.score({
        prefix: { chat, parts: [] },
        questions: [{ ...question, text: parts.join("") + question.text }],
        method: "prefix",
      });
      for (const [option, p] of shared.probabilities[i]!.entries()) {
        differences.push(Math.abs(Math.log(p / alone.probabilities[0]![option]!)));
      }
      expect(alone.tokens).toBeGreaterThan(shared.tokens / prompt.questions.length);
    }
    // The tokens are the same. How they are divided into calls moves activations by a rounding, and what is unlikely by more.
    expect(differences.reduce((sum, n) => sum + n, 0) / differences.length).toBeLessThan(0.1);
    expect(Math.max(...differences)).toBeLessThan(0.5);
  });

  test.each(ANNOTATION_METHODS)(
    "%s: distributions over the three answers, and each response its own",
    async (method) => {
      const annotator = new ResponseAnnotator(space, model, way(answers, method));
      const results = await Promise.all(RESPONSES.map((response) => annotator.annotate(POST, response)));
      for (const { answers: rows, cut, tokens } of results) {
        expect(rows).toHaveLength(FEW.length);
        for (const row of rows) {
          expect(row.every((p) => p >= 0 && p <= 1)).toBe(true);
          expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 3);
        }
        expect(cut).toBeUndefined();
        expect(tokens).toBeGreaterThan(FEW.length);
      }
      expect(results[0]!.answers).not.toEqual(results[1]!.answers);
    },
  );
});

test("the result is the same bits whatever else is in flight, and whatever was asked before", async () => {
  const lone = await openModel({ lanes: 1 });
  try {
    const ask = (one: GgufModel) => new ResponseAnnotator(ALIGNX_SPACE, one, way("words"));
    const together = await Promise.all(
      [...RESPONSES, ...RESPONSES].map((response) => ask(model).annotate(POST, response)),
    );
    const backwards: Awaited<ReturnType<ResponseAnnotator["annotate"]>>[] = [];
    for (const response of [...RESPONSES].reverse())
      backwards.unshift(await ask(lone).annotate(POST, response));
    RESPONSES.forEach((_, i) => {
      expect(together[i]!.answers).toEqual(backwards[i]!.answers);
      expect(together[i + RESPONSES.length]!.answers).toEqual(backwards[i]!.answers);
    });
  } finally {
    await lone.close();
  }
});

test("texts longer than the context are cut at a boundary, and the cut is told", async () => {
  const small = await openModel({ contextTokens: 512, lanes: 1 });
  try {
    const annotator = new ResponseAnnotator(space, small, way("words"));
    const long = "This sentence is one of many. ".repeat(400);
    const { answers, cut } = await annotator.annotate(long, long);
    expect(answers).toHaveLength(FEW.length);
    expect(cut!.post).toBeGreaterThan(long.length / 2);
    expect(cut!.response).toBeGreaterThan(long.length / 2);
  } finally {
    await small.close();
  }
});

test("prompt #2: the grammar holds the answer to its keys, and the seed decides it", async () => {
  const prefix = demographicPrompt(ALIGNX_SPACE, POST, RESPONSES[0]!, RESPONSES[1]!);
  const request = { prefix, schema: demographicJsonSchema(), maxTokens: 48, temperature: 0.7, seed: 7 };
  const [first, again] = [await model.generateJson(request), await model.generateJson(request)];
  expect(first.text).toMatch(/^\s*\{\s*"reason"\s*:\s*"/);
  expect(again.text).toBe(first.text);
  expect(first.tokens).toBeGreaterThan(48);
});
