import { between, type Case } from "./hostile-case.js";

/** Records that are JSON, but not what their source format asks for. */

const answer = (output: unknown, instruction: unknown = "Q") => JSON.stringify({ instruction, output });
const inArray = (name: string, content: string, keys: string[], ...messages: RegExp[]): Case => ({
  name,
  content,
  source: "alpaca-eval",
  keys,
  messages,
});

const message = (fields: object) =>
  JSON.stringify({
    message_tree_id: "t",
    prompt: { message_id: "q", role: "prompter", text: "Q", ...fields },
  });
const inTree = (name: string, line: string, keys: string[], ...messages: RegExp[]): Case => ({
  name,
  content: line,
  source: "oasst",
  keys,
  messages,
});
const reply = { message_id: "a", role: "assistant", text: "A" };

export const FIELDS: readonly Case[] = [
  between(
    "a list for a record",
    "[1, 2]",
    /^raw\.jsonl:2: expected an object, found a list\. Fix: give each record as/,
  ),
  between("null for a record", "null", /^raw\.jsonl:2: expected an object, found null\. Fix: /),
  between(
    "no text",
    '{"responses": ["a"]}',
    /^raw\.jsonl:2: text: the field is missing \(also known as prompt or post\)\. Fix: /,
  ),
  between(
    "a number for the text",
    '{"text": 5, "responses": ["a"]}',
    /^raw\.jsonl:2: text: expected a text, found a number\. Fix: /,
  ),
  between(
    "an empty text",
    '{"text": "", "responses": ["a"]}',
    /^raw\.jsonl:2: text: the text is empty\. Fix: fill it in/,
  ),
  between(
    "a text of blanks",
    '{"prompt": " \\n\\u200b", "responses": ["a"]}',
    /^raw\.jsonl:2: prompt: the text is empty/,
  ),
  between(
    "two names for the text",
    '{"text": "a", "prompt": "b", "responses": ["a"]}',
    /^raw\.jsonl:2: text: text and prompt are both given.*Fix: keep one/,
  ),
  between(
    "a number for the id",
    '{"id": 17, "text": "a", "responses": ["a"]}',
    /^raw\.jsonl:2: id: expected a text, found a number\. Fix: .*in quotes/,
  ),
  between(
    "an empty id",
    '{"id": "", "text": "a", "responses": ["a"]}',
    /^raw\.jsonl:2: id: the id is empty\. Fix: /,
  ),
  between(
    "no responses",
    '{"text": "a"}',
    /^raw\.jsonl:2: responses: the field is missing \(also known as replies/,
  ),
  between(
    "null responses",
    '{"text": "a", "responses": null}',
    /^raw\.jsonl:2: responses: expected a list, found null\. Fix: /,
  ),
  between(
    "an object of responses",
    '{"text": "a", "replies": {"0": "b"}}',
    /^raw\.jsonl:2: replies: expected a list, found an object\. Fix: /,
  ),
  between(
    "an empty list of responses",
    '{"text": "a", "responses": []}',
    /^raw\.jsonl:2: responses: the list is empty\. Fix: /,
  ),
  between(
    "several wrong fields",
    '{"id": 1, "thread": {}, "text": "a", "responses": ["a"]}',
    /^raw\.jsonl:2: id: .*\(also wrong: thread\)\. Fix: /,
  ),
  between(
    "a context longer than the text",
    '{"text": "a", "contextLength": 9, "responses": ["a"]}',
    /^raw\.jsonl:2: contextLength: 9 is not less than/,
  ),
  between(
    "a context that is no whole number",
    '{"text": "abc", "contextLength": 1.5, "responses": ["a"]}',
    /^raw\.jsonl:2: contextLength: expected a whole number/,
  ),
  between(
    "a response of the wrong type",
    '{"id": "x", "text": "a", "responses": ["b", 7]}',
    /^raw\.jsonl:2: responses\[1\]: expected an object, found a number\. Fix: give each response/,
    ["before", "x", "after"],
  ),
  between(
    "a response without text",
    '{"id": "x", "text": "a", "responses": ["b", {}]}',
    /^raw\.jsonl:2: responses\[1\]\.text: the field is missing/,
    ["before", "x", "after"],
  ),
  between(
    "a rating that is too large",
    '{"id": "x", "text": "a", "responses": ["b", {"text": "c", "ratings": {"s": 1e999}}]}',
    /^raw\.jsonl:2: responses\[1\]\.ratings\.s: expected a number, found a number too large to hold\. Fix: give each rating/,
    ["before", "x", "after"],
  ),
  between("a record of another format", answer("A"), /^raw\.jsonl:2: text: the field is missing/),
  {
    name: "nothing but bad responses",
    content: '{"text": "a", "responses": [null, " "]}',
    keys: [],
    messages: [
      /responses\[0\]: /,
      /responses\[1\]: the text is empty/,
      /responses: no response of the list can be used/,
    ],
  },
];

export const ARRAYS: readonly Case[] = [
  inArray(
    "a broken entry",
    `[${answer("A", "1")}, {"instruction": tru}, ${answer("A", "3")}]`,
    ["1", "3"],
    /^raw\.jsonl:2: not valid JSON at column 17: a word stands/,
  ),
  inArray(
    "an entry with a list left open",
    `[{"instruction": [1}, ${answer("A", "2")}]`,
    ["2"],
    /^raw\.jsonl:1: /,
  ),
  inArray(
    "an entry with a string left open",
    `[{"instruction": "1\n}, \n${answer("A", "2")}]`,
    ["2"],
    /^raw\.jsonl:1: .*U\+000A stands bare/,
  ),
  inArray(
    "an array cut short in an entry",
    `[${answer("A", "1")}, {"instr`,
    ["1"],
    /^raw\.jsonl:2: the file ends inside this entry.*Fix: close the entry/,
  ),
  inArray(
    "an array cut short after an entry",
    `[${answer("A", "1")}`,
    ["1"],
    /^raw\.jsonl:2: the file ends before the list does/,
  ),
  inArray(
    "a missing comma",
    `[${answer("A", "1")} ${answer("A", "2")}]`,
    ["1", "2"],
    /^raw\.jsonl:2: no comma stands between/,
  ),
  inArray(
    "an extra comma",
    `[${answer("A", "1")},, ${answer("A", "3")}]`,
    ["1", "3"],
    /^raw\.jsonl:2: nothing stands before a comma/,
  ),
  inArray("a trailing comma", `[${answer("A", "1")},]`, ["1"], /^raw\.jsonl:2: the list ends with a comma/),
  inArray(
    "two arrays",
    `[${answer("A", "1")}]\n[${answer("A", "2")}]`,
    ["1"],
    /^raw\.jsonl:2: there is text after the end/,
  ),
  inArray(
    "entries that are no objects",
    `["a", 5, null, ${answer("A", "4")}]`,
    ["4"],
    /:1: expected an object, found a text/,
    /:2: /,
    /:3: .*found null/,
  ),
  inArray(
    "a very deep entry",
    `[${"[".repeat(100_000)}${"]".repeat(100_000)}, ${answer("A", "2")}]`,
    ["2"],
    /^raw\.jsonl:1: .*nest deeper/,
  ),
  inArray(
    "an answer that is null",
    answer(null),
    [],
    /^raw\.jsonl:1: output: expected a text, found null\. Fix: give the model's answer/,
  ),
  inArray(
    "no answer",
    '{"instruction": "Q"}',
    [],
    /^raw\.jsonl:1: output: the field is missing \(a text is expected\)/,
  ),
  inArray("an empty answer", answer(" "), [], /^raw\.jsonl:1: output: the text is empty/),
  inArray(
    "an instruction of the wrong type",
    answer("A", ["Q"]),
    [],
    /^raw\.jsonl:1: instruction: expected a text, found a list/,
  ),
];

export const TREES: readonly Case[] = [
  inTree("no tree id", '{"prompt": {}}', [], /^raw\.jsonl:1: message_tree_id: the field is missing/),
  inTree(
    "a text for the prompt",
    '{"message_tree_id": "t", "prompt": "Q"}',
    [],
    /^raw\.jsonl:1: prompt: expected the tree's first message, an object\. Fix: /,
  ),
  inTree(
    "a flat message",
    '{"message_id": "m", "role": "prompter", "text": "Q"}',
    [],
    /^raw\.jsonl:1: this is a single message.*Fix: use the file of message trees/,
  ),
  inTree(
    "replies that are no list",
    message({ replies: { 0: reply } }),
    [],
    /^raw\.jsonl:1: prompt\.replies: expected a list, found an object\. Fix: /,
  ),
  inTree(
    "an unknown role",
    message({ replies: [reply, { ...reply, role: "system" }] }),
    ["q"],
    /^raw\.jsonl:1: prompt\.replies\[1\]\.role: expected "prompter" or "assistant"\. Fix: /,
  ),
  inTree(
    "a reply without text",
    message({ replies: [reply, { ...reply, text: undefined }] }),
    ["q"],
    /^raw\.jsonl:1: prompt\.replies\[1\]\.text: the field is missing/,
  ),
  inTree(
    "a number for a message id",
    message({ replies: [{ ...reply, message_id: 5 }, reply] }),
    ["q"],
    /^raw\.jsonl:1: prompt\.replies\[0\]\.message_id: expected a text, found a number/,
  ),
  inTree(
    "a text for the rank",
    message({ replies: [reply, { ...reply, rank: "0" }] }),
    ["q"],
    /^raw\.jsonl:1: prompt\.replies\[1\]\.rank: expected a number, found a text/,
  ),
  inTree(
    "a tree that is deleted",
    message({ deleted: true, replies: [reply] }),
    [],
    /^raw\.jsonl:1: prompt\.deleted: the message was deleted; the message below it goes with it/,
  ),
];
