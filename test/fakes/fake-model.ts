import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type {
  GenerateRequest,
  GenerateResult,
  ModelIdentity,
  OptionQuestion,
  ScoreRequest,
  ScoreResult,
  TextModel,
} from "../../src/core/ports.js";
import { annotationPrompt } from "../../src/core/prompts/annotation.js";
import { ALIGNX_SPACE, type Dimension, type PreferenceSpace } from "../../src/core/space/space.js";
import type { ModelOpener } from "../../src/runtime/open-model.js";

/** Name of the model file of a fake, as settings name it. */
export const FAKE_MODEL_FILE = "fake-model.gguf";

/** A whole GGUF file of one number: what looks at a model's file without loading it is content with it. */
export function fakeWeights(): Buffer {
  const uint = (value: number, bytes: 4 | 8) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUInt32LE(value, 0);
    return buffer;
  };
  const name = Buffer.from("fake");
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    ...[uint(3, 4), uint(1, 8), uint(0, 8)],
    ...[uint(name.length, 8), name, uint(1, 4), uint(1, 8), uint(0, 4), uint(0, 8)],
  ]);
  // The weights start at the next multiple of 32.
  return Buffer.concat([header, Buffer.alloc(32 - (header.length % 32)), Buffer.alloc(4)]);
}

const WEIGHTS = fakeWeights();

/** What the file of `fakeWeights` is known as. */
export const FAKE_IDENTITY: Omit<ModelIdentity, "contextSize"> = {
  name: FAKE_MODEL_FILE,
  sha256: createHash("sha256").update(WEIGHTS).digest("hex"),
  bytes: WEIGHTS.length,
};

export interface FakeModelOptions {
  /** Space of the questions and of what `generateJson` speaks of. */
  readonly space?: PreferenceSpace;
  readonly contextSize?: number;
  readonly parallelism?: number;
  /** Milliseconds that each call takes. */
  readonly delay?: number;
  /** Share of the answers of `generateJson` that are of no use, 0..1. */
  readonly invalidShare?: number;
  readonly identity?: Omit<ModelIdentity, "contextSize">;
}

/** A number from 0 to 1 that the parts alone decide. */
function share(...parts: readonly (string | number)[]): number {
  return createHash("sha256").update(parts.join("\u0000")).digest().readUInt32BE(0) / 2 ** 32;
}

/** Kinds of writers: responses of one kind are alike, so that personas are found among them. */
const WRITERS = 6;
/** Share of the dimensions on which a kind of writer leans, half of it to either side. */
const LEANING = 0.3;
/** Evidence of a leaning, in nats. */
const STRENGTH = 3;

function writerOf(response: string): number {
  return Math.floor(share("writer", response.trim()) * WRITERS);
}

/** 1, 0 or -1: where a kind of writer leans on a dimension. */
function leaning(writer: number, dimension: string): number {
  const drawn = share("leaning", writer, dimension);
  return drawn < LEANING / 2 ? 1 : drawn < LEANING ? -1 : 0;
}

/** Questions that begin alike differ in their options. */
const questionKey = ({ text, options }: OptionQuestion): string => [text, ...options].join("|");

const WORD = /\S+/g;

/**
 * A model that is none: what it says follows from hashes of the prompt, the same on every machine and in any order. Each
 * response is by one of a few kinds of writers, who lean on some dimensions; the rest is noise.
 */
export class FakeTextModel implements TextModel {
  readonly identity: ModelIdentity;
  readonly parallelism: number;
  /** Calls so far. */
  readonly calls = { score: 0, generateJson: 0 };
  closed = false;
  readonly #space: PreferenceSpace;
  readonly #delay: number;
  readonly #invalidShare: number;
  /** Name of the dimension by its question, whichever way it is asked. */
  readonly #dimensionOf: ReadonlyMap<string, string>;

  constructor(options: FakeModelOptions = {}) {
    const { space = ALIGNX_SPACE, identity = FAKE_IDENTITY, contextSize = 16_384 } = options;
    this.identity = { ...identity, contextSize };
    this.parallelism = options.parallelism ?? 2;
    this.#space = space;
    this.#delay = options.delay ?? 0;
    this.#invalidShare = options.invalidShare ?? 0.2;
    this.#dimensionOf = new Map(
      (["words", "numbers"] as const).flatMap((way) =>
        annotationPrompt(space, way).questions.map((question, d) => [
          questionKey(question),
          space.dimensions[d]!.name,
        ]),
      ),
    );
  }

  countTokens(text: string): number {
    return text.match(WORD)?.length ?? 0;
  }

  truncate(text: string, maxTokens: number, keep: "start" | "end"): string {
    const words = [...text.matchAll(WORD)];
    if (words.length <= maxTokens) return text;
    if (maxTokens <= 0) return "";
    if (keep === "end") return text.slice(words[words.length - maxTokens]!.index);
    const last = words[maxTokens - 1]!;
    return text.slice(0, last.index + last[0].length);
  }

  async score({ prefix, questions, method }: ScoreRequest): Promise<ScoreResult> {
    this.calls.score++;
    if (this.#delay > 0) await pause(this.#delay);
    const prompt = prefix.parts.join("");
    const promptKey = createHash("sha256").update(prompt).digest("hex");
    // Either way of asking puts the response last.
    const response = prefix.parts.at(-1)!.replace(/^\s*Comment:\s/, "");
    const writer = writerOf(response);
    const probabilities = questions.map((question) => {
      // Wordings change now and then; what the fake says of a dimension does not.
      const key = this.#dimensionOf.get(questionKey(question)) ?? questionKey(question);
      const noise = share("noise", promptKey, key) - 0.5;
      // Asked together, questions see each other, which moves the answers a little.
      const crowd = method === "joint" ? 0.2 * (share("joint", promptKey, key) - 0.5) : 0;
      const lean = response.trim() === "" ? 0 : leaning(writer, key);
      const evidence = STRENGTH * lean + noise + crowd;
      const said = 0.25 + 0.15 * (noise + 0.5) + (lean === 0 ? 0 : 0.5);
      const first = said / (1 + Math.exp(-evidence));
      return [first, said - first, 1 - said].slice(0, question.options.length);
    });
    const asked = questions.reduce((sum, { text }) => sum + this.countTokens(text), 0);
    return { probabilities, tokens: this.countTokens(prompt) + asked };
  }

  async generateJson({ prefix, seed, maxTokens }: GenerateRequest): Promise<GenerateResult> {
    this.calls.generateJson++;
    if (this.#delay > 0) await pause(this.#delay);
    const prompt = prefix.parts.join("");
    const answer = JSON.stringify(this.#describe(prompt));
    const text = share("invalid", prompt, seed) < this.#invalidShare ? unusable(answer) : answer;
    const kept = this.truncate(text, maxTokens, "start");
    return { text: kept, tokens: this.countTokens(prompt) + this.countTokens(kept) };
  }

  /** Describes the writer of the preferred response by a few of their leanings. */
  #describe(prompt: string): object {
    const [, chosen = ""] = /.*<Response 1>\n(.*?)\n\n<Response 2>/s.exec(prompt) ?? [];
    const writer = writerOf(chosen);
    const leans = this.#space.dimensions
      .map((dimension) => ({ dimension, lean: leaning(writer, dimension.name) }))
      .filter(({ lean }) => lean !== 0)
      .sort((a, b) => share(prompt, a.dimension.name) - share(prompt, b.dimension.name))
      .slice(0, 5);
    const isInterest = ({ group }: Dimension) => group === "interest";
    const keywords = (wanted: number) =>
      leans
        .flatMap(({ dimension: d, lean }) => (isInterest(d) && lean === wanted ? [d.name] : []))
        .join(", ");
    return {
      reason: "The first response is more like this person than the second one is.",
      "textual persona": `Somebody of kind ${writer + 1} who answers the way they live: plainly, and with reasons of their own.`,
      "dimension description": Object.fromEntries(
        leans
          .filter(({ dimension }) => !isInterest(dimension))
          .map(({ dimension: { name, options }, lean }) => [name, options[lean > 0 ? 0 : 1]]),
      ),
      "like keywords": keywords(1),
      "dislike keywords": keywords(-1),
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** An answer as small models give them: cut short, or without the person. */
function unusable(answer: string): string {
  return share("fault", answer) < 0.5
    ? answer.slice(0, answer.length / 2)
    : JSON.stringify({ ...(JSON.parse(answer) as object), "textual persona": "" });
}

/** Opens fakes with these options, with the context that the step asks for. */
export function fakeOpenerWith(options: FakeModelOptions): ModelOpener {
  return async (_workspace, contextTokens) => new FakeTextModel({ contextSize: contextTokens, ...options });
}

/** Opens a fake in place of the model that the settings name. */
export const fakeOpener: ModelOpener = fakeOpenerWith({});
