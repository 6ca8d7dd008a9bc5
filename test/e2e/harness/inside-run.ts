/** Runs inside the extension host: the bundle of an inside suite hands its tests to this. */
import { writeFileSync } from "node:fs";

/** Tests by name. They run in this order, in one window, against the real API. */
export type InsideTests = Readonly<Record<string, () => Promise<void> | void>>;

/** What came of one of them. */
export interface InsideResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Stack of what was thrown. */
  readonly error?: string;
}

const LIMIT = 120_000;

async function within(work: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not done after ${LIMIT / 1000} s`)), LIMIT);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs them all and writes their results: the names first, so that a host that dies leaves them to be told as failed. */
export async function runInside(tests: InsideTests, resultsFile: string): Promise<void> {
  const results = Object.keys(tests).map((name): InsideResult => ({
    name,
    milliseconds: 0,
    error: "the extension host ended before this test did",
  }));
  const write = (): void => writeFileSync(resultsFile, JSON.stringify(results));
  write();
  for (const [i, [name, test]] of Object.entries(tests).entries()) {
    const started = performance.now();
    let error: string | undefined;
    try {
      await within(test());
    } catch (thrown) {
      error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    }
    const milliseconds = Math.round(performance.now() - started);
    results[i] = { name, milliseconds, ...(error === undefined ? {} : { error }) };
    write();
  }
}
