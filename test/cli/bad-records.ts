import { type BadCase, post, RAW } from "./bad-case.js";

/** Single records that are broken: the others go on. */

const GOOD = post("first");
const LAST = post("last");

/** A bad line between two good ones. */
const between = (name: string, line: string, rule: string, message: RegExp): BadCase => ({
  name,
  files: { [RAW]: `${GOOD}\n${line}\n${LAST}\n` },
  code: 1,
  says: [message, /^1 finding of severity error; everything else went on\.$/],
  posts: 2,
  drops: [`2 ${rule}`],
});

/** One that has nothing to be used, which is no error. */
const unusable = (name: string, line: string, rule: string, message: RegExp): BadCase => ({
  ...between(name, line, rule, message),
  code: 0,
  says: [message],
});

const broken = (name: string, line: string, message: RegExp) => between(name, line, "json-syntax", message);

export const BROKEN_LINES: readonly BadCase[] = [
  broken("a word for a value", '{"text": oops}', /^error: raw\.jsonl:2: .*column 10: a word stands .* Fix: /),
  broken("an open string", '{"text": "oops', /^error: raw\.jsonl:2: .*the text ends inside a string/),
  broken("an open object", '{"text": "a"', /^error: raw\.jsonl:2: .* Fix: .*on one line \(jq -c/),
  broken("a trailing comma", '{"text": "a",}', /^error: raw\.jsonl:2: .* Fix: remove the trailing comma\.$/),
  broken("single quotes", "{'text': 'a'}", /^error: raw\.jsonl:2: .* Fix: use double quotes/),
  broken("a comment", '{"text": "a"} // why', /^error: raw\.jsonl:2: .*there is a comment\. Fix: remove it/),
  broken("NaN", '{"text": "a", "n": NaN}', /^error: raw\.jsonl:2: .*NaN .* Fix: write null instead\.$/),
  broken("Infinity", '{"n": -Infinity}', /^error: raw\.jsonl:2: .*Infinity is not a JSON value/),
  broken("None", '{"id": None}', /^error: raw\.jsonl:2: .*None .* Fix: write null instead\.$/),
  broken("two records", '{"id": "x"}{"id": "y"}', /^error: raw\.jsonl:2: .* Fix: give each record a line/),
  broken("a web page", "<html>404</html>", /^error: raw\.jsonl:2: .*HTML.* Fix: save the data itself/),
  broken("a NUL byte", '{"text": "a\0b"}', /^error: raw\.jsonl:2: .*a NUL byte/),
  between(
    "10,000 levels",
    "[".repeat(10_000),
    "json-depth",
    /^error: raw\.jsonl:2: .*deeper than 200 levels\. Fix: flatten/,
  ),
  between(
    "half of a surrogate pair, as an escape",
    '{"text": "a", "responses": ["b", "\\ud83d"]}',
    "lone-surrogate",
    /^error: raw\.jsonl:2: responses\[1\]: .*half of a surrogate pair/,
  ),
  {
    name: "half of a surrogate pair, in UTF-16",
    files: {
      [RAW]: Buffer.from(`\ufeff${GOOD}\n{"text": "\ud83d", "responses": ["a", "b"]}\n${LAST}`, "utf16le"),
    },
    code: 1,
    says: [/^error: raw\.jsonl:2: text: .*half of a surrogate pair/],
    posts: 2,
    drops: ["2 lone-surrogate"],
  },
  {
    name: "half of a surrogate pair, as bytes",
    files: { [RAW]: Buffer.from(`${GOOD}\n{"text": "\xed\xa0\xbd"}\n${LAST}`, "latin1") },
    code: 1,
    says: [/^error: raw\.jsonl:2: byte \d+ of the file \(11 of the record, 0xED\) is not UTF-8\. Fix: save/],
    posts: 2,
    drops: ["2 invalid-utf8"],
  },
  {
    name: "Latin-1",
    files: { [RAW]: Buffer.from(`${GOOD}\n{"text": "caf\xe9"}\n${LAST}`, "latin1") },
    code: 1,
    says: [/^error: raw\.jsonl:2: .*0xE9\) is not UTF-8\. Fix: .*iconv/],
    posts: 2,
    drops: ["2 invalid-utf8"],
  },
  {
    name: "a line of 50 MB",
    files: { [RAW]: Buffer.concat([`${GOOD}\n`, Buffer.alloc(50e6, "x"), `\n${LAST}\n`].map(Buffer.from)) },
    code: 1,
    says: [
      /^error: raw\.jsonl:2: the record is 47\.7 MiB long, more than the limit of 32\.0 MiB\. Fix: split/,
    ],
    posts: 2,
    drops: ["2 record-too-long"],
  },
  {
    name: "more broken lines than are told one by one",
    files: { [RAW]: `${GOOD}\n${"{\n".repeat(25)}` },
    code: 1,
    says: [
      /^error: raw\.jsonl:21: /,
      /^and 5 more: prefloom drops --stage import$/,
      /^25 findings of severity error/,
    ],
    posts: 1,
    drops: Array.from({ length: 25 }, (_, i) => `${i + 2} json-syntax`),
  },
];

const wrong = (name: string, line: object | string | null, message: RegExp) =>
  between(name, JSON.stringify(line), "wrong-type", message);
const lacking = (name: string, line: object, message: RegExp) =>
  between(name, JSON.stringify(line), "missing-field", message);

const responses = ["a", "b"];

/** A bad response between two good ones of a post that goes on without it. */
const response = (name: string, value: unknown, message: RegExp, rule = "wrong-type"): BadCase => ({
  ...between(name, JSON.stringify({ text: "t", responses: ["a", value, "b"] }), rule, message),
  posts: 3,
});

export const FIELDS: readonly BadCase[] = [
  wrong(
    "a list for a record",
    [1],
    /^error: raw\.jsonl:2: expected an object, found a list\. Fix: give each/,
  ),
  wrong("null for a record", null, /^error: raw\.jsonl:2: expected an object, found null/),
  wrong("a number for the id", { id: 1, text: "t", responses }, /:2: id: expected a text, found a number/),
  wrong(
    "a list for the thread",
    { thread: [], text: "t", responses },
    /:2: thread: expected a text, .* list/,
  ),
  wrong("a number for the text", { text: 5, responses }, /:2: text: expected a text, found a number/),
  wrong("null responses", { text: "t", responses: null }, /:2: responses: expected a list, found null/),
  wrong("an object of replies", { text: "t", replies: {} }, /:2: replies: expected a list, found an object/),
  wrong(
    "a text for the length of the context",
    { text: "t", contextLength: "1", responses },
    /:2: contextLength: expected a .*number, found a text/,
  ),
  between(
    "a context longer than the text",
    JSON.stringify({ text: "t", contextLength: 9, responses }),
    "wrong-value",
    /:2: contextLength: 9 is not less than the length of the text \(1\)/,
  ),
  lacking("no text", { responses }, /:2: text: the field is missing \(also known as prompt or post\)/),
  lacking("no responses", { text: "t" }, /:2: responses: the field is missing \(also known as replies/),
  between(
    "two names for the text",
    JSON.stringify({ text: "t", prompt: "p", responses }),
    "ambiguous-field",
    /:2: text: text and prompt are both given .* Fix: keep one/,
  ),
  response("a number for a response", 7, /:2: responses\[1\]: expected an object, found a number/),
  response(
    "a response's text of a list",
    { text: [] },
    /:2: responses\[1\]\.text: expected a text, found a list/,
  ),
  response("a response's id of a number", { id: 1, text: "c" }, /:2: responses\[1\]\.id: expected a text/),
  response(
    "ratings of a list",
    { text: "c", ratings: [1] },
    /:2: responses\[1\]\.ratings: expected an object/,
  ),
  response(
    "a rating of a text",
    { text: "c", ratings: { score: "5" } },
    /:2: responses\[1\]\.ratings\.score: expected a number, found a text\. Fix: give each rating as a number/,
  ),
  unusable(
    "an empty text",
    JSON.stringify({ text: " \u200b", responses }),
    "empty-text",
    /^warning: raw\.jsonl:2: text: the text is empty\. Fix: fill it in/,
  ),
  {
    ...unusable(
      "an empty response",
      JSON.stringify({ text: "t", responses: ["a", "", "b"] }),
      "empty-text",
      /^warning: raw\.jsonl:2: responses\[1\]: the text is empty/,
    ),
    posts: 3,
  },
  between(
    "no response",
    JSON.stringify({ text: "t", responses: [] }),
    "no-responses",
    /:2: responses: the list is empty\. Fix: give the post at least one response/,
  ),
  between(
    "an id that was there before",
    GOOD,
    "duplicate-post",
    /:2: id: the post is that of raw\.jsonl:1\. Fix: /,
  ),
  {
    name: "the same response twice",
    files: { [RAW]: `${JSON.stringify({ text: "t", responses: ["a", "b", "a"] })}\n` },
    code: 0,
    says: [/^import .*1 posts, 2 responses/],
    posts: 1,
    drops: ["1 duplicate-response"],
  },
  {
    name: "too few responses, once there are no equal ones",
    files: { [RAW]: `${JSON.stringify({ text: "t", responses: ["a", "a"] })}\n${GOOD}\n` },
    code: 0,
    says: [/^import .*2 posts seen, 1 posts/],
    posts: 1,
    drops: ["1 duplicate-response", "1 too-few-responses"],
  },
];

const reply = (id: string, more: object = {}) => ({
  message_id: id,
  role: "assistant",
  text: `A ${id}`,
  ...more,
});
const tree = (fields: object) => ({
  message_tree_id: "t",
  prompt: { message_id: "q", role: "prompter", text: "Q", replies: [reply("a"), reply("b")], ...fields },
});

/** A tree with one bad reply among good ones, or a bad tree after a good one. */
const inTree = (
  name: string,
  record: object,
  rule: string,
  message: RegExp,
  more: Partial<BadCase> = {},
): BadCase => ({
  name,
  files: { [RAW]: `${JSON.stringify(tree({ message_id: "p" }))}\n${JSON.stringify(record)}\n` },
  code: 1,
  says: [message],
  posts: 1,
  drops: [`2 ${rule}`],
  ...more,
});
const badReply = (name: string, more: object, message: RegExp, rule = "wrong-type") =>
  inTree(name, tree({ replies: [reply("a"), reply("b"), reply("c", more)] }), rule, message, { posts: 2 });

export const TREES: readonly BadCase[] = [
  inTree(
    "a number for a tree's id",
    { ...tree({}), message_tree_id: 5 },
    "wrong-type",
    /:2: message_tree_id: expected a text, found a number\. Fix: give the tree's id/,
  ),
  inTree(
    "a text for the prompt",
    { ...tree({}), prompt: "Q" },
    "wrong-value",
    /:2: prompt: .*an object\. Fix: /,
  ),
  badReply(
    "a number for a message's id",
    { message_id: 5 },
    /:2: prompt\.replies\[2\]\.message_id: expected/,
  ),
  badReply("a number for a message's text", { text: 5 }, /:2: prompt\.replies\[2\]\.text: expected a text/),
  badReply("a role that is none", { role: "bot" }, /\[2\]\.role: expected "prompter" or/, "wrong-value"),
  badReply("a number for the language", { lang: 1 }, /\[2\]\.lang: expected a text, found a number/),
  badReply("a text for deleted", { deleted: "no" }, /\[2\]\.deleted: expected true or false, found a text/),
  badReply("a text for the rank", { rank: "0" }, /\[2\]\.rank: expected a number, found a text/),
  badReply("an object of replies", { replies: {} }, /\[2\]\.replies: expected a list, found an object/),
  badReply("a role out of turn", { role: "prompter" }, /\[2\]\.role: a prompter stands where/, "wrong-role"),
  {
    ...badReply(
      "a reply of blanks",
      { text: " " },
      /^warning: .*\[2\]\.text: the text is empty/,
      "empty-text",
    ),
    code: 0,
  },
  {
    ...badReply("a deleted reply", { deleted: true }, /^import .*2 posts, 4 responses$/, "deleted-message"),
    code: 0,
  },
  inTree(
    "a deleted tree",
    tree({ deleted: true }),
    "deleted-message",
    /^import .*2 records, 1 posts seen, 1 posts/,
    { code: 0 },
  ),
  {
    name: "a number for an answer, and an instruction of a list",
    files: {
      [RAW]: JSON.stringify([
        { instruction: "i", output: "a" },
        { instruction: "i", output: 5 },
        { instruction: ["i"], output: "b" },
        { instruction: "i", output: "b" },
      ]),
    },
    code: 1,
    says: [/:2: output: expected a text, found a number/, /:3: instruction: expected a text, found a list/],
    posts: 1,
    drops: ["2 wrong-type", "3 wrong-type"],
  },
];
