import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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

function* clusters(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    const [a, b, c, d] = Array.from({ length: PER_POST }, (_, r) => `resp-${p}-${r}`);
    yield JSON.stringify({ post: `post-${p}`, clusters: [[a, b], [c], [d]] });
  }
}

const DIRECTION = Array.from({ length: SIZE }, (_, i) => (i % 3) / 2);
const FOUND = { probes: 200, similar: 20, consistent: 8, missing: 0 };

function* pairs(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    const of = { post: `post-${p}`, chosen: `resp-${p}-0`, rejected: `resp-${p}-2` };
    yield JSON.stringify({ id: `pair-${p}`, ...of, direction: DIRECTION });
  }
}

function* personas(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    const others = [1, 2, 3, 4].map((step) => (p + step * 7919) % count);
    yield JSON.stringify({
      pair: `pair-${p}`,
      ugc: others.map((other) => ({ post: `post-${other}`, response: `resp-${other}-1`, matches: 60 })),
      pairs: others.map((other) => ({ pair: `pair-${other}`, matchesChosen: 61, matchesRejected: 59 })),
      demographic: {
        ...{ text: `A person who asked question ${p}.`, direction: DIRECTION },
        ...{ method: "template", contradicts: [] },
      },
      probes: { ugc: FOUND, pairs: FOUND },
    });
  }
}

function* verdicts(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    yield JSON.stringify({
      pair: `pair-${p}`,
      ok: true,
      kinds: ["ugc", "pairs", "demographic"],
      agreed: [0],
    });
  }
}

function* lineages(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    yield JSON.stringify({
      ...{ pair: `pair-${p}`, post: `post-${p}`, chosen: `resp-${p}-0`, rejected: `resp-${p}-2` },
      ...{ ugc: [], pairs: [], demographic: "template", origin: { file: "synthetic.jsonl", line: p + 1 } },
    });
  }
}

function* drops(count: number): Generator<string> {
  for (let p = 0; p < count; p++) {
    const named = { id: `resp-dropped-${p}`, rule: "duplicate-response", stage: "import" };
    yield JSON.stringify({
      ...named,
      reason: `the same text as resp-${p}-0`,
      record: { id: named.id, text: "" },
    });
  }
}

/** The output of a whole run over synthetic posts, as far as trees look into it; nothing was computed. */
export async function makeSyntheticDataset(folder: string, count: number): Promise<void> {
  const output = join(folder, "prefloom-out");
  const files: Readonly<Record<string, Iterable<string>>> = {
    "import/posts.jsonl": posts(count),
    "import/drops.jsonl": drops(count / 10),
    "cluster/clusters.jsonl": clusters(count),
    "pair/pairs.jsonl": pairs(count),
    "persona/personas.jsonl": personas(count),
    "check/verdicts.jsonl": verdicts(count),
    "dataset/train.lineage.jsonl": lineages(count),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "prefloom.json"), "{}\n");
  for (const [path, lines] of Object.entries(files)) {
    await mkdir(dirname(join(output, path)), { recursive: true });
    await writeLines(join(output, path), lines);
  }
}
