import type { RecordSchema } from "../core/records/record-schema.js";
import type { Cancellation, RecordTable, TextModel } from "../core/ports.js";
import type { Origin } from "../core/records/records.js";
import type { UnitResult } from "../core/records/unit-result.js";
import type { Problem } from "../core/errors.js";
import type { StepName } from "../core/step-names.js";
import type { Settings } from "../core/settings/settings.js";
import type { SourceName } from "../core/sources/source.js";
import type { FewShotExample } from "../core/prompts/few-shot.js";
import type { PipelineOverview } from "../core/report/overview.js";
import type { PreferenceSpace } from "../core/space/space.js";

/** A file of the workspace's output folder with the type of its lines. */
export interface RecordFile<T> {
  /** Path below the output folder, with `/`. */
  readonly path: string;
  readonly schema: RecordSchema<T>;
}

/** One raw record of a source, or what is wrong with it. */
export type RawRecord = {
  /** Name of the source in records and report. */
  readonly source: string;
  readonly origin: Origin;
} & ({ readonly value: unknown; readonly format: SourceName } | { readonly problem: Problem });

/** What a step is given; everything else is the runner's business. */
export interface StepContext<S> {
  readonly settings: S;
  readonly seed: number;
  readonly space: PreferenceSpace;
  /** Units that an earlier run of the same work has finished: the step passes over them. */
  readonly skip: number;
  readonly cancellation: Cancellation;
  /** Records of an input in file order. @throws InputError for a line that is not such a record. */
  read<T>(file: RecordFile<T>): AsyncIterable<{ readonly value: T; readonly line: number }>;
  /** Records of an input by id. */
  table<T>(file: RecordFile<T>, id: (record: T) => string): Promise<RecordTable<T>>;
  /** A whole small input file. */
  document(path: string): Promise<string>;
  /** What the steps before this one made and dropped; only for steps that ask for it (`usesOverview`). */
  overview(): Promise<PipelineOverview>;
  /** Raw records of all sources, for `import`. */
  raw(): AsyncIterable<RawRecord>;
  /** The annotator; loaded when first asked for. */
  model(): Promise<TextModel>;
  /** True when the user has asked for this dropped record back. */
  isRestored(rule: string, id: string): boolean;
  /** Says how many units there are, as soon as it is known. */
  total(units: number): void;
  log(message: string): void;
}

/** Content of the files that settings name. */
export interface LoadedSettings {
  readonly fewShot: readonly FewShotExample[];
}

/** A step: a description of work from records to records (architecture.md). */
export interface Step<S = unknown> {
  readonly name: StepName;
  /** What it is doing, for people: “annotating responses”. */
  readonly doing: string;
  /** Name of its units, plural. */
  readonly units: string;
  /** Counts up when the same inputs and settings give other output than before. */
  readonly version: number;
  /** Folder of its records below the output folder; the manifest is always in the step's own. */
  readonly folder: string;
  /** Input files below the output folder. */
  readonly reads: readonly string[];
  /** Files it always writes, even when empty. */
  readonly writes: readonly string[];
  /** Whether the seed changes its output. */
  readonly seeded: boolean;
  /** Whether it shows counts and drops of the steps before it, which then are an input like its files. */
  readonly usesOverview?: boolean;
  /** The part of the settings that changes its output; settings that name a file come with what is in it. */
  settings(all: Settings, loaded: LoadedSettings): S;
  usesModel(settings: S): boolean;
  /** Yields finished units in an order that the inputs alone decide, without the first `skip`. */
  run(context: StepContext<S>): AsyncIterable<UnitResult>;
}

/**
 * Applies `work` to items with several in flight and yields results in the order of the items. `work` returns null for an
 * item it did not begin because of a cancellation; nothing is yielded from there on.
 */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  inFlight: number,
  work: (item: T) => Promise<R | null>,
): AsyncGenerator<R> {
  const running: Promise<R | null>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Somebody awaits it below; until then a failure is not unhandled.
      result.catch(() => undefined);
      running.push(result);
      if (running.length < inFlight) continue;
      const first = await running.shift()!;
      if (first === null) return;
      yield first;
    }
    while (running.length > 0) {
      const first = await running.shift()!;
      if (first === null) return;
      yield first;
    }
  } finally {
    await Promise.allSettled(running);
  }
}

/** Passes over the first `count` items. */
export async function* after<T>(items: AsyncIterable<T> | Iterable<T>, count: number): AsyncGenerator<T> {
  let seen = 0;
  for await (const item of items) if (seen++ >= count) yield item;
}

/** Groups consecutive items with the same key. */
export async function* grouped<T>(
  items: AsyncIterable<T> | Iterable<T>,
  key: (item: T) => string,
): AsyncGenerator<{ readonly key: string; readonly items: readonly T[] }> {
  let current: { key: string; items: T[] } | undefined;
  for await (const item of items as AsyncIterable<T>) {
    const itemKey = key(item);
    if (current?.key === itemKey) {
      current.items.push(item);
    } else {
      if (current) yield current;
      current = { key: itemKey, items: [item] };
    }
  }
  if (current) yield current;
}

/**
 * Two lists of the same things in the same order, side by side; undefined where the second one ends early. Closes both,
 * however the loop over them ends.
 */
export async function* sideBySide<A, B>(
  items: AsyncIterable<A>,
  others: AsyncIterable<B>,
): AsyncGenerator<readonly [A, B | undefined]> {
  const following = others[Symbol.asyncIterator]();
  try {
    for await (const item of items) {
      const next = await following.next();
      yield [item, next.done ? undefined : next.value];
    }
  } finally {
    await following.return?.(undefined);
  }
}
