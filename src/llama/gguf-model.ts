import os from "node:os";
import {
  getLlama,
  type Llama,
  LlamaGrammarEvaluationState,
  LlamaLogLevel,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import type {
  GenerateRequest,
  GenerateResult,
  ModelDevice,
  ModelIdentity,
  OptionQuestion,
  PromptPrefix,
  ScoreRequest,
  ScoreResult,
  TextModel,
} from "../core/ports.js";
import { type BackendAddresses, provideBackends } from "./backend-hook.js";
import { type ChatTemplate, chatTemplate } from "./chat-template.js";
import { Lane, type TokenPart } from "./lane.js";
import { planQuestions, type QuestionPlan } from "./question-plan.js";

export interface OpenModelOptions {
  readonly path: string;
  readonly identity: Pick<ModelIdentity, "name" | "sha256" | "bytes">;
  /** `auto`: as many layers as fit on the GPU there is; 0: none. */
  readonly gpuLayers: "auto" | number;
  /** Packages with binaries that are not installed beside node-llama-cpp. */
  readonly backends?: BackendAddresses;
  /** Requests in flight; default: one a core, at most four on a GPU. */
  readonly lanes?: number;
  /** Tokens a prompt may need; the context is no larger than that. */
  readonly contextTokens: number;
  readonly log: (message: string) => void;
}

/** Longest call to the model in tokens; fixed, because how a prompt is divided decides the last bits of a result. */
const BATCH_TOKENS = 512;

async function deviceOf(llama: Llama, model: LlamaModel): Promise<ModelDevice> {
  const { gpu } = llama;
  const { totalLayers } = model.fileInsights;
  if (gpu === false || model.gpuLayers === 0) {
    return { backend: "cpu", gpuName: null, gpuLayers: 0, totalLayers, memory: null };
  }
  const [names, { used, total }] = await Promise.all([llama.getGpuDeviceNames(), llama.getVramState()]);
  const gpuName = names.length > 0 ? names.join(", ") : null;
  return { backend: gpu, gpuName, gpuLayers: model.gpuLayers, totalLayers, memory: { used, total } };
}

/** What a model computes on, in words. */
function deviceInWords({ backend, gpuName, gpuLayers, totalLayers }: ModelDevice): string {
  if (backend === "cpu") return "on the CPU";
  return `${gpuLayers} of ${totalLayers} layers on ${gpuName === null ? backend : `${gpuName} (${backend})`}`;
}

/** A GGUF model in this process by node-llama-cpp. */
export class GgufModel implements TextModel {
  readonly #model: LlamaModel;
  readonly #llama: Llama;
  readonly #free: Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  readonly #plans = new WeakMap<readonly OptionQuestion[], Map<boolean, QuestionPlan>>();
  #template: ChatTemplate | undefined;

  private constructor(
    llama: Llama,
    model: LlamaModel,
    lanes: readonly Lane[],
    readonly identity: ModelIdentity,
    readonly device: ModelDevice,
  ) {
    this.#llama = llama;
    this.#model = model;
    this.#free = [...lanes];
    this.parallelism = lanes.length;
  }

  readonly parallelism: number;

  static async open(options: OpenModelOptions): Promise<GgufModel> {
    await provideBackends(options.backends ?? {});
    const llama = await getLlama({
      gpu: options.gpuLayers === 0 ? false : "auto",
      build: "never",
      skipDownload: true,
      logLevel: LlamaLogLevel.error,
      logger: (_level, message) => options.log(message),
    });
    const model = await llama.loadModel({
      modelPath: options.path,
      ...(options.gpuLayers === "auto" ? {} : { gpuLayers: options.gpuLayers }),
    });
    const onGpu = llama.gpu !== false && model.gpuLayers > 0;
    const cores = os.availableParallelism();
    // On a CPU single-threaded lanes beat one lane of many threads: no thread waits for another.
    const laneCount = Math.max(1, options.lanes ?? (onGpu ? 4 : Math.min(cores, 8)));
    const threads = onGpu ? Math.min(cores, 4) : Math.max(1, Math.floor(cores / laneCount));
    const contextSize = Math.min(options.contextTokens, model.trainContextSize);
    const lanes: Lane[] = [];
    for (let i = 0; i < laneCount; i++) {
      lanes.push(
        new Lane(
          await model.createContext({
            sequences: 1,
            contextSize,
            batchSize: BATCH_TOKENS,
            threads: { ideal: threads, min: 1 },
            flashAttention: false,
          }),
        ),
      );
    }
    const device = await deviceOf(llama, model);
    options.log(
      `${options.identity.name}: ${deviceInWords(device)}, ${laneCount} in flight with ${threads} thread${threads === 1 ? "" : "s"} each, context ${contextSize} tokens`,
    );
    return new GgufModel(llama, model, lanes, { ...options.identity, contextSize }, device);
  }

  async close(): Promise<void> {
    await this.#model.dispose();
    await this.#llama.dispose();
  }

  countTokens(text: string): number {
    return this.#model.tokenize(text).length;
  }

  truncate(text: string, maxTokens: number, keep: "start" | "end"): string {
    const tokens = this.#model.tokenize(text);
    if (tokens.length <= maxTokens) return text;
    return this.#model.detokenize(keep === "start" ? tokens.slice(0, maxTokens) : tokens.slice(-maxTokens));
  }

  readonly #tokenize = (text: string): readonly Token[] =>
    this.#model.tokenize(text, false, "trimLeadingSpace");

  #chat(): ChatTemplate {
    return (this.#template ??= chatTemplate(this.#model));
  }

  /** Tokens between a question's text and the answer. */
  #separator(chat: boolean): readonly Token[] {
    return chat ? this.#chat().tail : [];
  }

  #partTokens({ chat, parts }: PromptPrefix): readonly TokenPart[] {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    const head: Token[] = chat ? [...this.#chat().head] : [];
    if (shouldPrependBosToken && bos !== null && head[0] !== bos) head.unshift(bos);
    return [
      { key: `head ${chat}`, tokens: head },
      ...parts.map((part) => ({ key: part, tokens: this.#tokenize(part) })),
    ];
  }

  #plan(questions: readonly OptionQuestion[], chat: boolean): QuestionPlan {
    let plans = this.#plans.get(questions);
    if (!plans) this.#plans.set(questions, (plans = new Map<boolean, QuestionPlan>()));
    let plan = plans.get(chat);
    if (!plan) plans.set(chat, (plan = planQuestions(questions, this.#tokenize, this.#separator(chat))));
    return plan;
  }

  /** Runs on a lane that is free, best the one that has evaluated most of the prompt already; else on the next one. */
  async #withLane<T>(parts: readonly TokenPart[], use: (lane: Lane) => Promise<T>): Promise<T> {
    const best = this.#free.reduce<Lane | undefined>(
      (found, lane) => (found && found.kept(parts) >= lane.kept(parts) ? found : lane),
      undefined,
    );
    if (best) this.#free.splice(this.#free.indexOf(best), 1);
    const lane = best ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      return await use(lane);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(lane);
      else this.#free.push(lane);
    }
  }

  async score({ prefix, questions, method }: ScoreRequest): Promise<ScoreResult> {
    const plan = this.#plan(questions, prefix.chat);
    const parts = this.#partTokens(prefix);
    return this.#withLane(parts, async (lane) => {
      const entered = await lane.enter(parts);
      const { probabilities, tokens } =
        method === "prefix"
          ? await lane.askEach(plan.evaluations)
          : await lane.askTogether(
              plan.questions.map(({ index, tokens, candidates }) => ({
                tokens,
                candidates,
                filler: this.#tokenize(questions[index]!.filler),
              })),
            );
      return { probabilities, tokens: entered + tokens };
    });
  }

  async generateJson(request: GenerateRequest): Promise<GenerateResult> {
    const grammar = await this.#llama.createGrammarForJsonSchema(
      request.schema as Parameters<Llama["createGrammarForJsonSchema"]>[0],
    );
    const { chat } = request.prefix;
    const parts = this.#partTokens(request.prefix);
    return this.#withLane(parts, async (lane) => {
      // The last part starts the generation, so at least one token is evaluated.
      const entered = await lane.enter(parts.slice(0, -1));
      const start = [...parts.at(-1)!.tokens, ...this.#separator(chat)];
      const generated: Token[] = [];
      await lane.generate(
        start,
        {
          temperature: request.temperature,
          seed: request.seed,
          grammarEvaluationState: new LlamaGrammarEvaluationState({ model: this.#model, grammar }),
        },
        (token) => generated.push(token) < request.maxTokens,
      );
      return {
        text: this.#model.detokenize(generated),
        tokens: entered + start.length + generated.length,
      };
    });
  }
}
