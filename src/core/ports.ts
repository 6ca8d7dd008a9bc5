import type { Answer } from "./records/records.js";

/** What steps need from the outside world, as interfaces: adapters live in `node` and `llama`, fakes in `test/fakes`. */

/** Tells long work to stop; an `AbortSignal` is one. */
export interface Cancellation {
  readonly aborted: boolean;
}

/** Identity of a model: what a manifest and a data card say of it. */
export interface ModelIdentity {
  readonly name: string;
  /** Of the weights file. */
  readonly sha256: string;
  readonly bytes: number;
  /** In tokens. */
  readonly contextSize: number;
}

/**
 * A prompt that is evaluated once and serves many questions. Parts are evaluated one after the other and each part's
 * state is kept while the next prompt starts with the same part, so put first what changes least.
 */
export interface PromptPrefix {
  /** True: the parts and the question are one user turn in the model's chat template. */
  readonly chat: boolean;
  readonly parts: readonly string[];
}

/** A question and the strings whose first differing token is compared. */
export interface OptionQuestion {
  /** Text between the prefix and the answer. */
  readonly text: string;
  /** How the answer begins, after the chat template's turn to the model: compared options follow it. */
  readonly answerStart: string;
  readonly options: readonly string[];
  /** With `joint`: what stands after the answer before the next question. */
  readonly filler: string;
}

export interface ScoreRequest {
  readonly prefix: PromptPrefix;
  readonly questions: readonly OptionQuestion[];
  /** `prefix`: every question alone after the prefix. `joint`: all in one pass, each sees those before it with their fillers. */
  readonly method: "prefix" | "joint";
}

export interface ScoreResult {
  /** Probability of each option per question, in the order asked. */
  readonly probabilities: readonly (readonly number[])[];
  /** Tokens that had to be evaluated. */
  readonly tokens: number;
}

export interface GenerateRequest {
  readonly prefix: PromptPrefix;
  /** JSON schema that the grammar follows. A grammar does not guarantee a complete answer: validate it. */
  readonly schema: object;
  readonly maxTokens: number;
  /** 0: the most likely token each time. */
  readonly temperature: number;
  readonly seed: number;
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: number;
}

/** What a model that is open computes on, as far as its engine tells. */
export interface ModelDevice {
  readonly backend: "cpu" | "cuda" | "vulkan" | "metal";
  /** Null on the CPU. */
  readonly gpuName: string | null;
  /** Layers of the model on the GPU. */
  readonly gpuLayers: number;
  readonly totalLayers: number;
  /** Bytes of the GPU's memory, those in use with the model loaded; null on the CPU. */
  readonly memory: { readonly used: number; readonly total: number } | null;
}

/** A language model. Results depend on the request alone, never on what else is in flight. */
export interface TextModel {
  readonly identity: ModelIdentity;
  /** How many requests are worth having in flight. */
  readonly parallelism: number;
  /** Tokens of a text, without special tokens. */
  countTokens(text: string): number;
  /** The longest beginning (or end) of `text` of at most `maxTokens` tokens. */
  truncate(text: string, maxTokens: number, keep: "start" | "end"): string;
  score(request: ScoreRequest, cancellation?: Cancellation): Promise<ScoreResult>;
  generateJson(request: GenerateRequest, cancellation?: Cancellation): Promise<GenerateResult>;
}

export type { Answer };

/** Records of a file by id, read from disk when asked for. */
export interface RecordTable<T> {
  readonly size: number;
  has(id: string): boolean;
  /** @throws when the id is unknown. */
  get(id: string): Promise<T>;
  /** 1-based line of the record in its file. */
  line(id: string): number;
}
