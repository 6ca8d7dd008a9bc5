import { annotationPrompt, type AnnotationPrompt } from "../prompts/annotation.js";
import { fitText } from "../prompts/fit-text.js";
import type { FewShotExample } from "../prompts/few-shot.js";
import type { Cancellation, TextModel } from "../ports.js";
import type { Annotation, Answer } from "../records/records.js";
import type { AnnotationMethod, AnswerWay } from "../settings/settings.js";
import type { PreferenceSpace } from "../space/space.js";

/** One way to annotate: what is asked, how, and how much of the texts the model sees. */
export interface AnnotationWay {
  readonly answers: AnswerWay;
  readonly method: AnnotationMethod;
  readonly fewShot: readonly FewShotExample[];
  readonly maxPostTokens: number;
  readonly maxResponseTokens: number;
}

/** Answers of one response, and what they cost. */
export interface AnnotatedResponse {
  readonly answers: Answer[];
  readonly cut: Annotation["cut"];
  readonly tokens: number;
}

/** Room for the chat template's own tokens. */
const TEMPLATE_TOKENS = 96;

/** Annotates responses on all dimensions of a space with one model in one way (§4.1 (1)). */
export class ResponseAnnotator {
  readonly #prompt: AnnotationPrompt;
  /** The same list each time, so that a model prepares it once. */
  readonly #questions: AnnotationPrompt["questions"];
  /** Tokens left for post and response together. */
  readonly #budget: number;

  /**
   * @param asked indexes of the dimensions to ask about; default: all
   * @throws Error when the questions alone do not fit the model's context.
   */
  constructor(
    space: PreferenceSpace,
    readonly model: TextModel,
    readonly way: AnnotationWay,
    asked?: readonly number[],
  ) {
    this.#prompt = annotationPrompt(space, way.answers, way.fewShot);
    this.#questions = asked ? asked.map((d) => this.#prompt.questions[d]!) : this.#prompt.questions;
    const costs = this.#questions.map(({ text, answerStart, options, filler }) =>
      model.countTokens(text + answerStart + options[0]! + filler),
    );
    const tokens = way.method === "joint" ? costs.reduce((sum, n) => sum + n + 2, 0) : Math.max(...costs);
    const fixed = this.#prompt
      .prefix("", "")
      .parts.reduce((sum, part) => sum + model.countTokens(part) + 1, 0);
    this.#budget = model.identity.contextSize - TEMPLATE_TOKENS - tokens - fixed;
    if (this.#budget < 64) {
      throw new Error(
        `${model.identity.name} has a context of ${model.identity.contextSize} tokens, of which ${tokens + fixed} go to the questions ${
          way.method === "joint" ? "asked in one pass" : "and examples"
        }; use a model with a longer context${way.method === "joint" ? " or the method “prefix”" : ""}`,
      );
    }
  }

  async annotate(post: string, response: string, cancellation?: Cancellation): Promise<AnnotatedResponse> {
    const { model, way } = this;
    const responseShare = Math.min(way.maxResponseTokens, Math.floor(this.#budget / 2));
    const fittedResponse = fitText(model, response, responseShare, "start");
    const fittedPost = fitText(model, post, Math.min(way.maxPostTokens, this.#budget - responseShare), "end");
    const { probabilities, tokens } = await model.score(
      {
        prefix: this.#prompt.prefix(fittedPost.text, fittedResponse.text),
        questions: this.#questions,
        method: way.method,
      },
      cancellation,
    );
    const cut = { post: fittedPost.cut, response: fittedResponse.cut };
    return {
      answers: probabilities.map((p) => this.#prompt.toAnswer(p)),
      cut: cut.post + cut.response > 0 ? cut : undefined,
      tokens,
    };
  }
}
