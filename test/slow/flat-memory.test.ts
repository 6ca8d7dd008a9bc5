import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomFor } from "../../src/core/random.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";
import { runPrefloom } from "../builders/cli.js";

const RESPONSES = 300_000;
const PER_POST = 4;
const POSTS = RESPONSES / PER_POST;
const MOST_MEGABYTES = 700;
const SIZE = ALIGNX_SPACE.dimensions.length;

let folder: string;

/** Writes lines without holding them all. */
async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, "drain");
  stream.end();
  await once(stream, "finish");
}

function* posts(): Generator<string> {
  for (let p = 0; p < POSTS; p++) {
    const responses = Array.from({ length: PER_POST }, (_, r) => ({
      id: `resp-${p}-${r}`,
      text: `Reply ${r} to question ${p}: it depends on what you are after.`,
    }));
    yield JSON.stringify({
      id: `post-${p}`,
      source: "synthetic",
      text: `Question ${p}: what would you do?`,
      responses,
      origin: { file: "synthetic.jsonl", line: p + 1 },
    });
  }
}

/** Distributions from a few hundred prepared rows: mostly “cannot reflect”, as a model's are. */
function* annotations(): Generator<string> {
  const random = randomFor("flat memory");
  const rows = Array.from({ length: 997 }, () =>
    JSON.stringify(
      Array.from({ length: SIZE }, () => {
        const first = random.below(90) / 100;
        const second = random.below(Math.round(100 * (1 - first))) / 100;
        return [first, second, Number((1 - first - second).toFixed(2))];
      }),
    ),
  );
  for (let p = 0; p < POSTS; p++) {
    for (let r = 0; r < PER_POST; r++) {
      const answers = rows[random.below(rows.length)]!;
      yield `{"post":"post-${p}","response":"resp-${p}-${r}","answers":${answers}}`;
    }
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prefloom-memory-"));
  const output = join(folder, "prefloom-out");
  await mkdir(join(output, "import"), { recursive: true });
  await mkdir(join(output, "annotate"), { recursive: true });
  await writeFile(
    join(folder, "prefloom.json"),
    JSON.stringify({
      levels: { decision: "batch" },
      persona: { size: 4, maxProbes: 2000, demographic: { method: "template" } },
    }),
  );
  await writeLines(join(output, "import/posts.jsonl"), posts());
  await writeLines(join(output, "annotate/annotations.jsonl"), annotations());
  await writeFile(join(output, "annotate/baseline.json"), '{"answers":[]}\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test(`${RESPONSES} annotated responses go through in flat memory`, async () => {
  const told: string[] = [];
  for (const step of ["levels", "cluster", "pair", "persona", "check", "export"]) {
    const started = performance.now();
    const { code, stderr, peakMegabytes } = await runPrefloom(["--workspace", folder, "--quiet", step]);
    const seconds = (performance.now() - started) / 1000;
    told.push(`${step.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${peakMegabytes.toFixed(0)} MB`);
    expect(stderr).toBe("");
    expect({ step, code }).toEqual({ step, code: 0 });
    expect(peakMegabytes, step).toBeGreaterThan(10);
    expect(peakMegabytes, step).toBeLessThan(MOST_MEGABYTES);
  }
  process.stdout.write(`\n${told.join("\n")}\n`);
  const { size } = await stat(join(folder, "prefloom-out/dataset/train.jsonl"));
  expect(size).toBeGreaterThan(1_000_000);
});
