import type { UnitResult } from "../core/records/unit-result.js";
import { formatProblem, type Problem } from "../core/errors.js";
import { replacePii } from "../core/privacy/pii.js";
import { contentId } from "../core/random.js";
import type { Drop, Origin, Post, Response } from "../core/records/records.js";
import type { Settings } from "../core/settings/settings.js";
import { SOURCE_FORMATS } from "../core/sources/formats.js";
import { PostJoiner } from "../core/sources/join-posts.js";
import type { RawPost } from "../core/sources/source.js";
import type { Step, StepContext } from "./step.js";

/** Settings of the step; the sources stand for their files, whose content is an input. */
export type ImportSettings = Settings["import"] & {
  readonly sources: readonly Pick<Settings["sources"][number], "path" | "format" | "name">[];
};
type Context = StepContext<ImportSettings>;

interface PlacedPost {
  readonly source: string;
  /** Name of the format: ids are those of the same record wherever its file lies. */
  readonly format: string;
  readonly post: RawPost;
  readonly origin: Origin;
  /** Where each response was, when not with its post. */
  readonly responseOrigins?: readonly Origin[];
}

type Found = PlacedPost | { readonly problem: Problem & { severity?: string }; readonly origin: Origin };

/** Posts of all sources in order; those joined from several files after the others. */
async function* placedPosts({ settings, raw }: Context): AsyncGenerator<Found> {
  const options = settings.languages.length > 0 ? { languages: settings.languages } : {};
  const joiners = new Map<string, { format: string; joiner: PostJoiner<Origin> }>();
  for await (const record of raw()) {
    if ("problem" in record) {
      yield { problem: record.problem, origin: record.origin };
      continue;
    }
    const format = SOURCE_FORMATS[record.format];
    const { source, origin } = record;
    for (const item of format.posts(record.value, options)) {
      if ("problem" in item) {
        yield { problem: item.problem, origin };
      } else if (format.joins) {
        let joined = joiners.get(source);
        if (!joined) joiners.set(source, (joined = { format: format.name, joiner: new PostJoiner() }));
        joined.joiner.add(item.post, origin);
      } else {
        yield { source, format: format.name, post: item.post, origin };
      }
    }
  }
  for (const [source, { format, joiner }] of joiners) {
    for (const { post, place, responsePlaces } of joiner.posts()) {
      yield { source, format, post, origin: place, responseOrigins: responsePlaces };
    }
  }
}

/** Replaces personal data and counts what was replaced. */
class Cleaner {
  readonly counts: Record<string, number> = {};

  constructor(readonly active: boolean) {}

  clean(text: string): string {
    if (!this.active) return text;
    const { text: cleaned, counts } = replacePii(text);
    for (const [kind, count] of Object.entries(counts)) {
      const key = `[${kind}] marks`;
      this.counts[key] = (this.counts[key] ?? 0) + count;
    }
    return cleaned;
  }
}

function drop(id: string, rule: string, reason: string, record: unknown, origin: Origin): Drop {
  return { id, rule, stage: "import", reason, record, origin };
}

/** The post's record with its distinct responses, and what was dropped of it. */
function toPost(context: Context, placed: PlacedPost, cleaner: Cleaner): { post: Post; drops: Drop[] } {
  const { post: raw, origin, source } = placed;
  const id = contentId("post-", placed.format, raw.key);
  const context_ = cleaner.clean(raw.text.slice(0, raw.contextLength ?? 0));
  const text = context_ + cleaner.clean(raw.text.slice(raw.contextLength ?? 0));
  const seen = new Map<string, number>();
  const responses: Response[] = [];
  const drops: Drop[] = [];
  raw.responses.forEach((response, i) => {
    const cleaned = cleaner.clean(response.text);
    const times = seen.get(cleaned) ?? 0;
    seen.set(cleaned, times + 1);
    const responseOrigin = placed.responseOrigins?.[i];
    const record: Response = {
      id: contentId("resp-", id, cleaned, ...(times > 0 ? [String(times)] : [])),
      text: cleaned,
      ...(response.ratings && Object.keys(response.ratings).length > 0 ? { ratings: response.ratings } : {}),
      ...(responseOrigin ? { origin: responseOrigin } : {}),
    };
    if (times === 0) responses.push(record);
    else if (context.isRestored("duplicate-response", record.id)) {
      responses.push({ ...record, restored: true });
    } else {
      const reason = `response ${i + 1} of ${raw.responses.length} has the text of an earlier one`;
      drops.push(drop(record.id, "duplicate-response", reason, record, responseOrigin ?? origin));
    }
  });
  return {
    post: {
      id,
      source,
      text,
      ...(context_.length > 0 ? { contextLength: context_.length } : {}),
      ...(raw.thread === undefined ? {} : { thread: contentId("thread-", placed.format, raw.thread) }),
      responses,
      origin,
    },
    drops,
  };
}

/** The ledger names the place of a broken record and not its content: nothing in it has been cleaned. */
function problemUnit(problem: Problem & { severity?: string }, origin: Origin): UnitResult {
  const id = contentId("raw-", origin.file, String(origin.line), problem.field ?? "", problem.message);
  const severity = problem.severity ?? "error";
  return {
    drops: [
      drop(
        id,
        problem.rule,
        formatProblem(origin, problem),
        { field: problem.field ?? null, severity },
        origin,
      ),
    ],
    counts: { records: 1, [`findings of severity ${severity}`]: 1 },
  };
}

/** Posts and their responses from raw threads, without personal data. A unit is a post or a record that gave none. */
export const importStep: Step<ImportSettings> = {
  name: "import",
  doing: "importing posts",
  units: "records",
  version: 1,
  folder: "import",
  reads: [],
  writes: ["posts.jsonl"],
  seeded: false,
  settings: ({ sources, import: settings }) => ({
    ...settings,
    sources: sources.map(({ path, format, name }) => ({
      path,
      ...(format ? { format } : {}),
      ...(name ? { name } : {}),
    })),
  }),
  usesModel: () => false,
  async *run(context) {
    const { settings, skip } = context;
    const seen = new Map<string, Origin>();
    let unit = 0;
    let kept = 0;
    for await (const found of placedPosts(context)) {
      if (settings.maxPosts !== null && kept >= settings.maxPosts) return;
      if ("problem" in found) {
        if (unit++ >= skip) yield problemUnit(found.problem, found.origin);
        continue;
      }
      const id = contentId("post-", found.format, found.post.key);
      const first = seen.get(id);
      if (!first) seen.set(id, found.origin);
      if (first) {
        if (unit++ < skip) continue;
        yield problemUnit(
          {
            rule: "duplicate-post",
            message: `the post is that of ${first.file}:${first.line}`,
            field: "id",
            fix: "give posts different ids, or join their responses in one record",
          },
          found.origin,
        );
        continue;
      }
      const cleaner = new Cleaner(settings.pii);
      const { post, drops } = toPost(context, found, cleaner);
      const distinct = post.responses.length;
      const restored = distinct < settings.minResponses && context.isRestored("too-few-responses", id);
      const wanted = restored || distinct >= settings.minResponses;
      if (wanted) kept++;
      if (unit++ < skip) continue;
      if (!wanted) {
        const reason = `${distinct} distinct response${distinct === 1 ? "" : "s"}, fewer than import.minResponses = ${settings.minResponses}`;
        yield {
          drops: [...drops, drop(id, "too-few-responses", reason, post, found.origin)],
          counts: { records: 1, "posts seen": 1, ...cleaner.counts },
        };
        continue;
      }
      yield {
        records: { "posts.jsonl": [restored ? { ...post, restored } : post] },
        drops,
        counts: {
          records: 1,
          "posts seen": 1,
          posts: 1,
          responses: post.responses.length,
          [`posts from ${post.source}`]: 1,
          ...cleaner.counts,
        },
      };
    }
  },
};
