import { describe, expect, it } from "vitest";
import { SOURCE_FORMATS, detectFormat } from "../../../src/core/sources/formats.js";
import { joinPosts } from "../../../src/core/sources/join-posts.js";
import type { RawPost, SourceName, SourceOptions } from "../../../src/core/sources/source.js";

function read(name: SourceName, record: unknown, options?: SourceOptions) {
  const items = [...SOURCE_FORMATS[name].posts(record, options)];
  return {
    posts: items.flatMap((item) => ("post" in item ? [item.post] : [])),
    problems: items.flatMap((item) => ("problem" in item ? [item.problem] : [])),
  };
}

interface Turn {
  id: string;
  role?: "prompter" | "assistant";
  text?: string;
  replies?: unknown[];
  [field: string]: unknown;
}

const turn = ({ id, role = "assistant", text = `text of ${id}`, ...rest }: Turn) => ({
  message_id: id,
  role,
  text,
  lang: "en",
  deleted: false,
  user_id: "somebody",
  replies: [],
  ...rest,
});

const tree = (prompt: unknown) => ({ message_tree_id: "t", tree_state: "ready_for_export", prompt });

describe("oasst", () => {
  const answers = [turn({ id: "a1", rank: 0 }), turn({ id: "a2", rank: 1 })];

  it("makes a post of every prompter message with replies, with the turns before it", () => {
    const deep = turn({ id: "q2", role: "prompter", text: "And then?", replies: [turn({ id: "b1" })] });
    const first = turn({ id: "a1", text: "Stir.", rank: 0, replies: [deep] });
    const root = turn({ id: "q1", role: "prompter", text: "How?", replies: [first, answers[1]] });
    const { posts, problems } = read("oasst", tree(root));
    expect(problems).toEqual([]);
    expect(posts).toEqual([
      {
        key: "q1",
        thread: "t",
        text: "How?",
        responses: [
          { key: "a1", text: "Stir.", ratings: { rank: 0 } },
          { key: "a2", text: "text of a2", ratings: { rank: 1 } },
        ],
      },
      {
        key: "q2",
        thread: "t",
        text: "User: How?\n\nAssistant: Stir.\n\nUser: And then?",
        contextLength: "User: How?\n\nAssistant: Stir.\n\nUser: ".length,
        responses: [{ key: "b1", text: "text of b1" }],
      },
    ]);
    expect(posts[1]!.text.slice(posts[1]!.contextLength)).toBe("And then?");
    expect(JSON.stringify(posts)).not.toContain("somebody");
  });

  it("takes numeric labels of either form for ratings and no others", () => {
    const labels = { quality: { value: 0.75, count: 3 }, toxicity: 0.1, spam: { value: "no" }, note: "x" };
    const { posts } = read(
      "oasst",
      tree(turn({ id: "q", role: "prompter", replies: [turn({ id: "a", rank: null, labels })] })),
    );
    expect(posts[0]!.responses[0]!.ratings).toEqual({ quality: 0.75, toxicity: 0.1 });
  });

  it("leaves out deleted, empty and misplaced messages with all below them, and says so", () => {
    const below = [turn({ id: "x", role: "prompter", replies: [turn({ id: "y" })] })];
    const root = turn({
      id: "q",
      role: "prompter",
      replies: [
        turn({ id: "gone", deleted: true, replies: below }),
        turn({ id: "blank", text: " \u200b\n" }),
        turn({ id: "odd", role: "prompter" }),
        turn({ id: "", text: "no id" }),
        ...answers,
      ],
    });
    const { posts, problems } = read("oasst", tree(root));
    expect(posts.map((post) => post.responses.map((response) => response.key))).toEqual([["a1", "a2"]]);
    expect(problems).toMatchObject([
      { rule: "deleted-message", severity: "info", field: "prompt.replies[0].deleted", key: "gone" },
      { rule: "empty-text", severity: "warning", field: "prompt.replies[1].text", key: "blank" },
      { rule: "wrong-role", severity: "error", field: "prompt.replies[2].role", key: "odd" },
      { rule: "wrong-value", severity: "error", field: "prompt.replies[3].message_id" },
    ]);
    expect(problems[0]!.message).toBe("the message was deleted; the 2 messages below it go with it");
  });

  it("keeps the languages that are asked for", () => {
    const root = turn({
      id: "q",
      role: "prompter",
      replies: [
        turn({ id: "gb", lang: "en-GB" }),
        turn({ id: "de", lang: "de" }),
        turn({ id: "none", lang: null }),
      ],
    });
    const keys = (options?: SourceOptions) =>
      read("oasst", tree(root), options).posts.flatMap((post) =>
        post.responses.map((response) => response.key),
      );
    expect(keys()).toEqual(["gb", "de", "none"]);
    expect(keys({ languages: ["en"] })).toEqual(["gb"]);
    expect(keys({ languages: ["EN", "de"] })).toEqual(["gb", "de"]);
    expect(keys({ languages: ["pt"] })).toEqual([]);
    expect(read("oasst", tree(root), { languages: ["en"] }).problems).toMatchObject([
      { rule: "other-language", key: "de", message: "the language is de" },
      { rule: "other-language", key: "none", message: "no language is given" },
    ]);
  });

  it("says when a tree holds no post", () => {
    const { posts, problems } = read("oasst", tree(turn({ id: "q", role: "prompter" })));
    expect(posts).toEqual([]);
    expect(problems).toMatchObject([{ rule: "no-responses", severity: "info", key: "t" }]);
  });

  it("takes trees of any depth and width", () => {
    let message = turn({ id: "end" });
    for (let depth = 99_998; depth >= 0; depth--) {
      message = turn({
        id: `m${depth}`,
        role: depth % 2 === 0 ? "prompter" : "assistant",
        replies: [message],
      });
    }
    let count = 0;
    for (const item of SOURCE_FORMATS.oasst.posts(tree(message))) if ("post" in item) count++;
    expect(count).toBe(50_000);

    const wide = Array.from({ length: 200_000 }, (_, index) => turn({ id: `w${index}` }));
    expect(
      read("oasst", tree(turn({ id: "q", role: "prompter", replies: wide }))).posts[0]!.responses,
    ).toHaveLength(200_000);
    const lost = turn({ id: "q", role: "prompter", deleted: true, replies: wide });
    expect(read("oasst", tree(lost)).problems[0]!.message).toContain("the 200000 messages below it");
  });
});

describe("alpaca-eval", () => {
  const answer = (instruction: string, generator: string) => ({
    instruction,
    output: `an answer to ${instruction}`,
    generator,
    dataset: "helpful_base",
  });

  it("gives one response a record and nothing of the generator", () => {
    const { posts } = read("alpaca-eval", answer("Why?", "secret-model"));
    expect(posts).toEqual([{ key: "Why?", text: "Why?", responses: [{ text: "an answer to Why?" }] }]);
  });

  it("joins files on the instruction, in order of first appearance", () => {
    const files = [
      ["one.json", ["A", "B"]],
      ["two.json", ["C", "B", "A"]],
    ] as const;
    const records = files.flatMap(([file, instructions]) =>
      instructions.flatMap((instruction, index) =>
        read("alpaca-eval", answer(instruction, file)).posts.map((post) => ({
          post,
          place: `${file}:${index + 1}`,
        })),
      ),
    );
    expect(joinPosts(records)).toEqual([
      {
        post: { key: "A", text: "A", responses: [{ text: "an answer to A" }, { text: "an answer to A" }] },
        place: "one.json:1",
        responsePlaces: ["one.json:1", "two.json:3"],
      },
      {
        post: { key: "B", text: "B", responses: [{ text: "an answer to B" }, { text: "an answer to B" }] },
        place: "one.json:2",
        responsePlaces: ["one.json:2", "two.json:2"],
      },
      {
        post: { key: "C", text: "C", responses: [{ text: "an answer to C" }] },
        place: "two.json:1",
        responsePlaces: ["two.json:1"],
      },
    ]);
  });
});

describe("posts", () => {
  it("reads texts and objects as responses, and nothing of users", () => {
    const record = {
      id: "p1",
      thread: "th",
      text: "User: Hi\n\nUser: Which tea?",
      contextLength: 16,
      author: "somebody",
      responses: ["Green.", { id: "r2", text: "Black.", ratings: { votes: 3 }, author: "somebody" }],
    };
    const expected: RawPost = {
      key: "p1",
      thread: "th",
      text: record.text,
      contextLength: 16,
      responses: [{ text: "Green." }, { key: "r2", text: "Black.", ratings: { votes: 3 } }],
    };
    expect(read("posts", record)).toEqual({ posts: [expected], problems: [] });
  });

  it.each(["text", "prompt", "post"])("takes %s for the text", (name) => {
    expect(read("posts", { [name]: "Q", responses: ["A"] }).posts).toEqual([
      { key: "Q", text: "Q", responses: [{ text: "A" }] },
    ]);
  });

  it.each(["responses", "replies", "comments"])("takes %s for the responses", (name) => {
    expect(read("posts", { text: "Q", [name]: ["A"] }).posts).toHaveLength(1);
  });

  it("keeps markup and odd characters as they are", () => {
    const text = "<p>5 &lt; 6</p>\u2028\t😀";
    expect(read("posts", { text, responses: [text] }).posts[0]).toMatchObject({
      text,
      responses: [{ text }],
    });
  });

  it("loses a bad response, not the post", () => {
    const responses = ["A", 5, { text: "B", ratings: { score: "high" } }, "", { text: "C" }];
    const { posts, problems } = read("posts", { text: "Q", responses });
    expect(posts[0]!.responses.map((response) => response.text)).toEqual(["A", "C"]);
    expect(problems.map(({ rule, field }) => [rule, field])).toEqual([
      ["wrong-type", "responses[1]"],
      ["wrong-type", "responses[2].ratings.score"],
      ["empty-text", "responses[3]"],
    ]);
  });
});

describe("detectFormat", () => {
  const samples: Record<SourceName, unknown> = {
    oasst: tree(turn({ id: "q", role: "prompter" })),
    "alpaca-eval": { instruction: "a", output: "b", generator: "c", dataset: "d" },
    posts: { text: "Q", responses: ["A"] },
  };
  const why = (records: unknown[]) => {
    const found = detectFormat(records);
    return "problem" in found
      ? `${found.problem.message} / ${found.problem.fix}`
      : `${found.format.name}: ${found.why}`;
  };

  it("tells each format and says why", () => {
    expect(why([samples.oasst])).toBe("oasst: records have message_tree_id and prompt (all 1 looked at)");
    expect(why([samples["alpaca-eval"]])).toBe(
      "alpaca-eval: records have instruction and output (all 1 looked at)",
    );
    expect(why([{ prompt: "Q", comments: [] }])).toBe(
      "posts: records have prompt with comments (all 1 looked at)",
    );
  });

  it("goes by field names, so that broken values are explained by the format itself", () => {
    expect(why([{ text: 5, responses: null }])).toMatch(/^posts: /);
  });

  it("lets a clear majority decide", () => {
    expect(why([samples.posts, samples.posts, samples.posts, samples["alpaca-eval"], null])).toMatch(
      /^posts: .*\(3 of 5 looked at\)/,
    );
  });

  it("asks where formats are mixed or records fit two of them", () => {
    expect(why([samples.posts, samples["alpaca-eval"]])).toMatch(
      /more than one format fits: alpaca-eval in 1 .*posts in 1 .*--as alpaca-eval or --as posts/,
    );
    const both = { ...(samples["alpaca-eval"] as object), ...(samples.posts as object) };
    expect(why([both, both])).toContain("more than one format fits");
  });

  it("names the nearest format and what is missing, and lists all", () => {
    const message = why([{ text: "Q", author: "x" }]);
    expect(message).toContain(
      "fields text, author; nearest is posts, which also needs responses or replies or comments",
    );
    expect(message).toMatch(/oasst: .*alpaca-eval: .*posts: /);
    expect(why([{ instruction: "Q" }])).toContain("nearest is alpaca-eval, which also needs output");
    expect(why([{ foo: 1 }])).not.toContain("nearest");
  });

  it("knows forms that cannot be imported", () => {
    expect(why([{ message_id: "m", parent_id: null, text: "Q", role: "prompter", replies: [] }])).toMatch(
      /single OpenAssistant messages.*trees\.jsonl/,
    );
    expect(why([{ prompt: "Q", chosen: "a", rejected: "b" }])).toContain("prefloom validate");
    expect(why([{ instruction: "Q", completions: [] }])).toContain("UltraFeedback");
    expect(why([5, "x"])).toContain("records should be objects, but are like a number");
    expect(why([])).toContain("no readable record");
  });
});
