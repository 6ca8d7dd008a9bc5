import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomFor } from "../../src/core/random.js";
import { STEP_NAMES, type StepName } from "../../src/core/step-names.js";
import type { OnEvent, RunOutcome } from "../../src/core/run-events.js";
import type { ModelOpener } from "../../src/runtime/open-model.js";
import { runSteps } from "../../src/runtime/run-steps.js";
import { openWorkspace } from "../../src/runtime/workspace.js";
import { FAKE_MODEL_FILE, fakeOpener, fakeWeights } from "../fakes/fake-model.js";

/** Name of the raw file of a made workspace. */
export const RAW_FILE = "threads.jsonl";

/** Settings with which the fake model's personas are found, and nothing is measured or fetched. */
const SETTINGS = {
  sources: [{ path: RAW_FILE, name: "made threads", licence: "CC0-1.0" }],
  model: FAKE_MODEL_FILE,
  annotate: { answers: "words", probePairs: 0 },
  levels: { decision: "batch", neutralShare: 0.8 },
  pair: { testShare: 0.2 },
  persona: { size: 4 },
};

type Settings = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `over` on top of `base`, key by key; lists are taken whole. */
function merged(base: Settings, over: Settings): Settings {
  const entries = Object.entries(over).map(([key, value]) => {
    const before = base[key];
    return [key, isMap(before) && isMap(value) ? merged(before, value) : value];
  });
  return { ...base, ...(Object.fromEntries(entries) as Settings) };
}

const THINGS = [
  "bicycle",
  "garden",
  "old laptop",
  "choir",
  "kitchen",
  "first flat",
  "sourdough",
  "night train",
];
const QUESTIONS = [
  "What would you do with a {thing} that needs more time than I have?",
  "My neighbours complain about my {thing}. Am I in the wrong, or are they?",
  "Is a {thing} worth the money in {year}?\n\nI read three reviews and they contradict each other.",
  "How did you get started with your {thing}? I keep putting it off… 🙂",
];
const OPENINGS = [
  "Honestly, I would leave it for a week.",
  "Write down what it costs you each month, then decide.",
  "Ask someone who has done it before – people love to help.",
  "I tried that in {year} and gave up after two days.",
  "Go for it!",
  "Rules are there for a reason; read them first.",
];
const ENDINGS = [
  "Nobody remembers the careful ones.",
  "It is calmer that way, for you and for everybody around you.",
  "The numbers speak for themselves: {number} out of 100 regret it.",
  "My sister did the same with her {thing} and is happy.",
  "Above all: start small, and stop when it is no fun.",
  "If in doubt, do less.\n\nAnd tell your neighbours before you begin.",
];

/** A text from a template, with words that a seed of its own decides. */
function written(templates: readonly string[], ...seed: readonly (string | number)[]): string {
  const random = randomFor("made workspace", ...seed);
  const pick = (from: readonly string[]) => from[random.below(from.length)]!;
  return pick(templates)
    .replace("{thing}", pick(THINGS))
    .replace("{year}", String(1990 + random.below(35)))
    .replace("{number}", String(random.below(100)));
}

/** Post `number` of a made workspace, as it stands in the raw file. */
export function rawPost(number: number, responses: number): object {
  return {
    id: `thread-${number}`,
    text: written(QUESTIONS, "post", number),
    responses: Array.from({ length: responses }, (_, i) => ({
      // The number makes each text another one.
      text: `${written(OPENINGS, number, i, 1)} ${written(ENDINGS, number, i, 2)} (${number}.${i + 1})`,
    })),
  };
}

export interface MadeWorkspace {
  /** Number of posts; default 40. */
  readonly posts?: number;
  /** Number of responses of each post; default 4. */
  readonly responses?: number;
  /** Settings on top of those with which the fake model works. */
  readonly settings?: Settings;
  /** Further lines of the raw file, as they are. */
  readonly lines?: readonly string[];
}

/**
 * Makes a workspace in a temporary folder: settings, a raw file of threads, the file of the fake model.
 * @returns the folder; whoever asked for it removes it
 */
export async function makeWorkspace(wanted: MadeWorkspace = {}): Promise<string> {
  const { posts = 40, responses = 4, settings = {}, lines = [] } = wanted;
  // Hashes of model files are kept there; a user's own folder is none of a test's business.
  process.env["PREFLOOM_MODELS"] ??= join(tmpdir(), "prefloom-test-models");
  const folder = await mkdtemp(join(tmpdir(), "prefloom-workspace-"));
  const raw = [
    ...Array.from({ length: posts }, (_, i) => JSON.stringify(rawPost(i + 1, responses))),
    ...lines,
  ];
  await writeFile(join(folder, "prefloom.json"), `${JSON.stringify(merged(SETTINGS, settings), null, 2)}\n`);
  await writeFile(join(folder, RAW_FILE), raw.map((line) => `${line}\n`).join(""));
  await writeFile(join(folder, FAKE_MODEL_FILE), fakeWeights());
  return folder;
}

export interface MadeRun {
  /** Default: all. */
  readonly steps?: readonly StepName[];
  readonly openModel?: ModelOpener;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
  /** As `--set` takes them. */
  readonly set?: readonly string[];
}

/** Runs steps of a workspace for real, with the fake model. */
export async function runWorkspace(folder: string, run: MadeRun = {}): Promise<RunOutcome> {
  return runSteps(await openWorkspace(folder, run.set), {
    steps: run.steps ?? STEP_NAMES,
    onEvent: run.onEvent ?? (() => undefined),
    signal: run.signal ?? new AbortController().signal,
    command: "test",
    openModel: run.openModel ?? fakeOpener,
  });
}
