import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomFor } from "../../src/core/random.js";
import { ALIGNX_SPACE } from "../../src/core/space/space.js";

const PER_POST = 4;
const SIZE = ALIGNX_SPACE.dimensions.length;

/** Writes lines without holding them all. */
async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const stream = createWriteStream(path);
  for (const line of lines) if (!stream.write(`${line}\n`)) await once(stream, "drain");
  stream.end();
  await once(stream, "finish");
}

function* posts(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
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
function* annotations(count: number): Generator<string> {
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
  for (let p = 0; p < count; p++) {
    for (let r = 0; r < PER_POST; r++) {
      const answers = rows[random.below(rows.length)]!;
      yield `{"post":"post-${p}","response":"resp-${p}-${r}","answers":${answers}}`;
    }
  }
}

/** Steps that go on from such an output. */
export const SYNTHETIC_STEPS = ["levels", "cluster", "pair", "persona", "check", "export"] as const;

/**
 * Makes a workspace as it is after `annotate`, with synthetic posts of four responses each, in memory that does not grow
 * with their number.
 */
export async function makeSyntheticOutput(folder: string, responses: number): Promise<void> {
  const output = join(folder, "prefloom-out");
  const count = Math.ceil(responses / PER_POST);
  await mkdir(join(output, "import"), { recursive: true });
  await mkdir(join(output, "annotate"), { recursive: true });
  await writeFile(
    join(folder, "prefloom.json"),
    JSON.stringify({
      levels: { decision: "batch" },
      persona: { size: 4, maxProbes: 2000, demographic: { method: "template" } },
    }),
  );
  await writeLines(join(output, "import/posts.jsonl"), posts(count));
  await writeLines(join(output, "annotate/annotations.jsonl"), annotations(count));
  await writeFile(join(output, "annotate/baseline.json"), '{"answers":[]}\n');
}
