import { stat } from "node:fs/promises";
import { locateModel } from "./models.js";
import type { ModelOpener, OpenModel } from "./open-model.js";

const IDLE_MINUTES = 5;

/** `PREFLOOM_MODEL_IDLE_MINUTES`: how long a model that nothing uses is kept; 0: not at all. */
export function modelIdleMinutes(): number {
  const given = Number(process.env["PREFLOOM_MODEL_IDLE_MINUTES"] ?? IDLE_MINUTES);
  return Number.isFinite(given) && given >= 0 ? given : IDLE_MINUTES;
}

/** A model as a step gets it: closing it only gives it back. */
function lent(model: OpenModel, close: () => Promise<void>): OpenModel {
  return {
    identity: model.identity,
    parallelism: model.parallelism,
    ...(model.device ? { device: model.device } : {}),
    countTokens: (text) => model.countTokens(text),
    truncate: (text, maxTokens, keep) => model.truncate(text, maxTokens, keep),
    score: (request, cancellation) => model.score(request, cancellation),
    generateJson: (request, cancellation) => model.generateJson(request, cancellation),
    close,
  };
}

/** What decides an open model: its file as it is now, its name and its context. */
async function keyOf(model: string, folder: string, contextTokens: number): Promise<string> {
  const { name, path } = await locateModel(model, folder);
  const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
  return [name, path, size, mtimeMs, contextTokens].join("\n");
}

/** Keeps the model that was used last open for a while, so that the next run need not load it. One at a time. */
export class KeptModel {
  #kept: { readonly key: string; readonly model: OpenModel } | undefined;
  #lent = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param opener opens what is not open yet
   * @param idleMinutes after which a model that nothing uses is unloaded
   * @param onChange told the model that was loaded, null when it was unloaded
   */
  constructor(
    private readonly opener: ModelOpener,
    private readonly idleMinutes: number,
    private readonly onChange: (model: OpenModel | null) => void = () => undefined,
  ) {}

  /** The opener for steps. */
  readonly open: ModelOpener = async (workspace, contextTokens, log) => {
    const key = await keyOf(workspace.settings.model, workspace.folder, contextTokens);
    if (this.#kept?.key !== key) {
      await this.unload();
      this.#kept = { key, model: await this.opener(workspace, contextTokens, log) };
      this.onChange(this.#kept.model);
    }
    clearTimeout(this.#timer);
    this.#lent++;
    let back = false;
    return lent(this.#kept.model, async () => {
      if (back) return;
      back = true;
      if (--this.#lent === 0) await this.#rest();
    });
  };

  async #rest(): Promise<void> {
    if (this.idleMinutes === 0) return this.unload();
    // A day is for ever, and what a timer can still count.
    const milliseconds = Math.min(this.idleMinutes, 24 * 60) * 60_000;
    this.#timer = setTimeout(() => void this.unload(), milliseconds);
    this.#timer.unref();
  }

  /** Unloads the model that nothing uses. */
  async unload(): Promise<void> {
    clearTimeout(this.#timer);
    const kept = this.#kept;
    if (!kept) return;
    if (this.#lent > 0) throw new Error("the model is in use: one step at a time has it");
    this.#kept = undefined;
    await kept.model.close();
    this.onChange(null);
  }
}
