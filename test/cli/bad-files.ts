import { gzipSync } from "node:zlib";
import { type BadCase, post, RAW, SETTINGS } from "./bad-case.js";

/** Raw files that are broken as a whole, and odd ones that are read all the same. */

const GOOD = post("first");
const LAST = post("last");
const answer = (instruction: string, output: string) => JSON.stringify({ instruction, output });

/** A file that gives nothing; what was there before stays. */
const refused = (name: string, content: string | Uint8Array | null, message: RegExp): BadCase => ({
  name,
  files: { [RAW]: content },
  code: 2,
  says: [message],
  posts: 0,
});

export const WHOLE_FILES: readonly BadCase[] = [
  refused("an empty file", "", /^raw\.jsonl: the file is empty\. Fix: check that it was written/),
  refused("nothing but blanks", "\ufeff \r\n\n", /^raw\.jsonl: the file holds no record\. Fix: /),
  refused("an empty array", " [ ]\n", /^raw\.jsonl: the file holds no record\. Fix: /),
  refused("a folder", null, /^raw\.jsonl: this is a folder, not a file\. Fix: name the files in it\.$/),
  { ...refused("no file", "", /^raw\.jsonl: there is no such file\. Fix: check the path\.$/), files: {} },
  {
    name: "a path through a file",
    settings: { sources: [{ path: `${RAW}/more.jsonl` }] },
    files: { [RAW]: GOOD },
    code: 2,
    says: [/^raw\.jsonl\/more\.jsonl: a part of the path is not a folder\. Fix: check the path\.$/],
  },
  refused("gzip", gzipSync(GOOD), /^raw\.jsonl: this is a gzip archive, .* Fix: unpack it first \(gunzip/),
  refused(
    "a picture",
    Buffer.from("\x89PNG\r\n\x1a\n\0", "latin1"),
    /^raw\.jsonl: this is a PNG image, .* Fix: name a file of posts/,
  ),
  refused("a model", "GGUF\x03\0\0\0", /^raw\.jsonl: this is a GGUF model, .* Fix: name it as "model" in/),
  refused("Parquet", "PAR1\x15\0", /^raw\.jsonl: this is a Parquet file, .* Fix: convert it to JSON lines/),
  refused("a Git LFS pointer", "version https://git-lfs.example/v1\n", /^raw\.jsonl: .* Fix: .*git lfs pull/),
  refused(
    "binary data of no known kind",
    Buffer.from([7, 1, 0, 200, 0, 10]),
    /^raw\.jsonl: it holds NUL bytes \(the first is byte 2\).* Fix: name a file of posts/,
  ),
  refused(
    "UTF-16 without a mark",
    Buffer.from(`${GOOD}\n`, "utf16le"),
    /^raw\.jsonl: the text looks like UTF-16LE without a byte order mark\. Fix: .*iconv -f UTF-16LE/,
  ),
  refused(
    "UTF-32",
    Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]),
    /^raw\.jsonl: the text is in UTF-32\. Fix: /,
  ),
  refused(
    "a web page",
    "<!DOCTYPE html>\n<html><body>404</body></html>\n",
    /^raw\.jsonl:1: .*looks like HTML or XML, not JSON\. Fix: save the data itself/,
  ),
  refused("a table", "id,text\n1,hello\n", /^raw\.jsonl:1: not valid JSON at column 1: a word stands/),
  refused(
    "nothing but lines that end with a comma",
    `${GOOD},\n${LAST},\n`,
    /^raw\.jsonl:1: not valid JSON at column \d+: .* Fix: the file looks like one JSON array/,
  ),
  refused(
    "one record over several lines",
    JSON.stringify(JSON.parse(GOOD), null, 2),
    /^raw\.jsonl:1: .* Fix: put the whole record on one line \(jq -c/,
  ),
];

export const FORMATS: readonly BadCase[] = [
  refused(
    "a field of another name",
    '{"text": "t", "answers": ["a", "b"]}\n',
    /^raw\.jsonl: the format is not known: .*nearest is posts, which also needs responses or replies or comments/,
  ),
  refused(
    "fields of no format",
    '{"a": 1}\n',
    /^raw\.jsonl: .*the fields a; supported are oasst: .* Fix: write each/,
  ),
  refused(
    "numbers",
    "1\n2\n",
    /^raw\.jsonl: records should be objects, but are like a number; .* Fix: write each/,
  ),
  refused(
    "preference data",
    '{"prompt": "p", "chosen": "c", "rejected": "r"}\n',
    /^raw\.jsonl: the records are preference data .* Fix: it needs no import: check it with prefloom validate\.$/,
  ),
  refused(
    "flat messages of OpenAssistant",
    '{"message_id": "m", "role": "prompter", "text": "Q"}\n',
    /^raw\.jsonl: the records are single OpenAssistant messages, .* Fix: use the file of message trees/,
  ),
  refused(
    "two formats in equal parts",
    `${GOOD}\n${answer("i", "o")}\n`,
    /^raw\.jsonl: of 2 records .*more than one format fits: .* Fix: say which one with --as alpaca-eval or --as posts/,
  ),
  {
    name: "two formats, and one of them said",
    settings: { ...SETTINGS, sources: [{ path: RAW, format: "posts" }] },
    files: { [RAW]: `${GOOD}\n${answer("i", "o")}\n` },
    code: 1,
    says: [/^error: raw\.jsonl:2: text: the field is missing/],
    posts: 1,
    drops: ["2 missing-field"],
  },
  {
    name: "a format that the file is not of",
    settings: { ...SETTINGS, sources: [{ path: RAW, format: "oasst" }] },
    files: { [RAW]: `${GOOD}\n${LAST}\n` },
    code: 1,
    says: [
      /^error: raw\.jsonl:1: message_tree_id: the field is missing .*\(also wrong: prompt\)\. Fix: give/,
    ],
    posts: 0,
    drops: ["1 missing-field", "2 missing-field"],
  },
  {
    name: "a format that there is not, in the settings",
    settings: { sources: [{ path: RAW, format: "reddit" }] },
    files: { [RAW]: GOOD },
    code: 2,
    says: [
      /^prefloom\.json:5: sources\[0\]\.format: expected one of “oasst”, “alpaca-eval”, “posts”\. Fix: write/,
    ],
  },
  {
    name: "a pattern that no file has",
    settings: { sources: [{ path: "part-*.jsonl" }] },
    code: 2,
    says: [
      /^part-\*\.jsonl: sources\[0\]\.path: no file has such a name\. Fix: check the path; \* stands for/,
    ],
  },
  {
    name: "a bad file among good ones",
    settings: { sources: [{ path: "part-*.jsonl" }] },
    files: { "part-1.jsonl": GOOD, "part-2.jsonl": gzipSync(GOOD), "part-3.jsonl": LAST },
    code: 2,
    says: [/^part-2\.jsonl: this is a gzip archive/],
  },
];

const array = (name: string, content: string, rule: string, message: RegExp, posts: number): BadCase => ({
  name,
  files: { [RAW]: content },
  code: 1,
  says: [message],
  posts,
  drops: [`2 ${rule}`],
});
const syntax = "json-syntax";

export const ARRAYS: readonly BadCase[] = [
  array(
    "a trailing comma",
    `[${GOOD},]`,
    syntax,
    /^error: raw\.jsonl:2: the list ends with a comma\. Fix: /,
    1,
  ),
  array(
    "lines between brackets",
    `[${GOOD}\n${LAST}]`,
    syntax,
    /:2: no comma stands between .* Fix: add it/,
    2,
  ),
  array("an array on each line", `[${GOOD}]\n[${LAST}]\n`, syntax, /:2: there is text after the end of/, 1),
  array(
    "an entry that is cut short",
    `[${GOOD}, {"id": "x`,
    "truncated-array",
    /:2: the file ends inside/,
    1,
  ),
  array("an array that is cut short", `[${GOOD}`, "truncated-array", /:2: the file ends before the list/, 1),
  array("a broken entry", `[${GOOD}, {"id": tru}, ${LAST}]`, syntax, /:2: not valid JSON at column 8/, 2),
];

const read = (name: string, content: string | Uint8Array): BadCase => ({
  name,
  files: { [RAW]: content },
  code: 0,
  says: [/^import .*2 posts, 4 responses$/],
  posts: 2,
  drops: [],
});
const utf16be = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16();

export const HARMLESS: readonly BadCase[] = [
  read("a byte order mark", `\ufeff${GOOD}\n${LAST}\n`),
  read("CRLF, blank lines and no last newline", `\r\n${GOOD}\r\n \t\r\n${LAST}`),
  read("UTF-16LE", Buffer.from(`\ufeff${GOOD}\r\n${LAST}\r\n`, "utf16le")),
  read("UTF-16BE", utf16be(`${GOOD}\n${LAST}`)),
  read("an array of posts", `[\n${GOOD},\n${LAST}\n]\n`),
  read(
    "text that looks like markup and paths",
    `${JSON.stringify({ text: "<b>\u2028</b> ../../x", responses: ["$(rm)", "\u0000'"], __proto__x: 1 })}\n${GOOD}`,
  ),
];
