import { gzipSync } from "node:zlib";
import { between, type Case, GOOD, LAST } from "./hostile-case.js";

/** Files that are broken (or odd) as text or as JSON. */

const utf16 = (text: string, bigEndian: boolean): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
};

const wholeFile = (name: string, content: string | Buffer, message: RegExp): Case => ({
  name,
  content,
  keys: [],
  messages: [message],
});

export const BROKEN_JSON: readonly Case[] = [
  between(
    "a word for a value",
    '{"text": oops}',
    /^raw\.jsonl:2: not valid JSON at column 10: a word stands where .*Fix: put the text in double quotes\.$/,
  ),
  between(
    "an open string",
    '{"text": "oops',
    /^raw\.jsonl:2: .*column 15: the text ends inside a string\. Fix: restore/,
  ),
  between(
    "an open object",
    '{"text": "a", "responses": ["b"]',
    /^raw\.jsonl:2: .*ends before the closing }\. Fix: .*one line \(jq -c/,
  ),
  between(
    "a missing comma",
    '{"id": "x" "text": "a"}',
    /^raw\.jsonl:2: .*column 12: found the character " where a comma/,
  ),
  between("a missing colon", '{"id" "x"}', /^raw\.jsonl:2: .*column 7: .*a colon after the field name/),
  between(
    "a trailing comma",
    '{"id": "x",}',
    /^raw\.jsonl:2: .*a comma stands before }\. Fix: remove the trailing comma\./,
  ),
  between(
    "single quotes",
    "{'id': 'x'}",
    /^raw\.jsonl:2: .*column 2: a string is quoted with '\. Fix: use double quotes/,
  ),
  between("curly quotes", "{“id”: 1}", /^raw\.jsonl:2: .*quoted with “\. Fix: use double quotes/),
  between(
    "bare field names",
    '{id: "x"}',
    /^raw\.jsonl:2: .*a field name has no quotes\. Fix: put field names/,
  ),
  between(
    "NaN",
    '{"id": "x", "ratings": NaN}',
    /^raw\.jsonl:2: .*NaN is not a JSON value\. Fix: write null instead\./,
  ),
  between(
    "minus Infinity",
    '{"score": -Infinity}',
    /^raw\.jsonl:2: .*Infinity is not a JSON value\. Fix: write null/,
  ),
  between(
    "Python's words",
    '{"ok": True}',
    /^raw\.jsonl:2: .*True is not a JSON value\. Fix: write true instead\./,
  ),
  between(
    "two objects on a line",
    '{"id": "x"}{"id": "y"}',
    /^raw\.jsonl:2: .*column 12: a second value follows.*Fix: give each record a line/,
  ),
  between("a comment", '{"id": "x"} // why', /^raw\.jsonl:2: .*there is a comment\. Fix: remove it/),
  between(
    "a bare tab in a string",
    '{"id": "a\tb"}',
    /^raw\.jsonl:2: .*U\+0009 stands bare.*Fix: write it as an escape/,
  ),
  between(
    "a bad escape",
    '{"id": "C:\\data"}',
    /^raw\.jsonl:2: .*a backslash before a character.*Fix: write a backslash as \\\\/,
  ),
  between(
    "a NUL byte in a line",
    '{"id": "a\0b"}',
    /^raw\.jsonl:2: .*a NUL byte stands bare.*Fix: remove it\./,
  ),
  between("leading zeros", '{"n": 007}', /^raw\.jsonl:2: .*a number is not in JSON form/),
  between("words", "oops", /^raw\.jsonl:2: not valid JSON at column 1: a word stands/),
  between(
    "a web page",
    "<html><body>404</body></html>",
    /^raw\.jsonl:2: .*looks like HTML.*Fix: save the data itself/,
  ),
  between(
    "100,000 levels of lists",
    "[".repeat(100_000) + "]".repeat(100_000),
    /^raw\.jsonl:2: .*nest deeper than 200 levels\. Fix: flatten/,
  ),
  between(
    "100,000 levels, never closed",
    '{"a":'.repeat(100_000),
    /^raw\.jsonl:2: .*nest deeper than 200 levels/,
  ),
  between(
    "half a surrogate pair",
    '{"text": "a", "responses": ["b", "\\ud83d"]}',
    /^raw\.jsonl:2: responses\[1\]: .*half of a surrogate pair.*Fix: write both halves/,
  ),
  {
    name: "bytes that are not UTF-8",
    content: Buffer.concat([
      Buffer.from(`${GOOD}\n{"text": "`),
      Buffer.from([0xe9]),
      Buffer.from(`"}\n${LAST}\n`),
    ]),
    keys: ["before", "after"],
    messages: [
      new RegExp(
        `^raw\\.jsonl:2: byte ${GOOD.length + 11} of the file \\(11 of the record, 0xE9\\) is not UTF-8\\. Fix: save`,
      ),
    ],
  },
  {
    name: "a last line cut short",
    content: `${GOOD}\n${LAST.slice(0, -9)}`,
    keys: ["before"],
    messages: [/^raw\.jsonl:2: .*the text ends .*Fix: /],
  },
  {
    name: "a pretty-printed object where lines were expected",
    content: '{\n  "text": "a"\n}',
    reading: "lines",
    keys: [],
    messages: [
      /^raw\.jsonl:1: .*Fix: put the whole record on one line/,
      /^raw\.jsonl:2: /,
      /^raw\.jsonl:3: /,
    ],
  },
  {
    name: "an array where lines were expected",
    content: `[\n${GOOD},\n${LAST}\n]`,
    reading: "lines",
    keys: ["after"],
    messages: [
      /^raw\.jsonl:1: .*Fix: the file looks like one JSON array/,
      /^raw\.jsonl:2: .*Fix: the file looks like one JSON array/,
      /^raw\.jsonl:4: .*Fix: the file looks like one JSON array/,
    ],
  },
];

export const HARMLESS: readonly Case[] = [
  { name: "a byte order mark", content: `\ufeff${GOOD}\n${LAST}\n`, keys: ["before", "after"], messages: [] },
  {
    name: "byte order marks of joined files",
    content: `\ufeff${GOOD}\n\ufeff${LAST}\n`,
    keys: ["before", "after"],
    messages: [],
  },
  {
    name: "CRLF, blank lines and no last newline",
    content: `\r\n${GOOD}\r\n \t\r\n\r\n${LAST}`,
    keys: ["before", "after"],
    messages: [],
  },
  {
    name: "UTF-16 LE",
    content: utf16(`${GOOD}\r\n${LAST}\r\n`, false),
    keys: ["before", "after"],
    messages: [],
  },
  { name: "UTF-16 BE", content: utf16(`${GOOD}\n${LAST}`, true), keys: ["before", "after"], messages: [] },
  { name: "an array of posts", content: `[${GOOD}, ${LAST}]`, keys: ["before", "after"], messages: [] },
  {
    name: "an array in UTF-16",
    content: utf16(`[${GOOD}, ${LAST}]`, true),
    keys: ["before", "after"],
    messages: [],
  },
  {
    name: "equal ids (told apart later)",
    content: `${GOOD}\n${GOOD}\n`,
    keys: ["before", "before"],
    messages: [],
  },
  {
    name: "markup, a line separator and an unknown field",
    content: '{"id": "h", "text": "<b>\u2028</b>", "responses": ["<script>"], "author": "x", "__proto__": 1}',
    keys: ["h"],
    messages: [],
  },
];

export const WHOLE_FILES: readonly Case[] = [
  wholeFile("an empty file", "", /^raw\.jsonl: the file is empty\. Fix: check that/),
  wholeFile("nothing but blanks", "\ufeff\n \r\n", /^raw\.jsonl: the file holds no record\. Fix: /),
  wholeFile("an empty array", "[]", /^raw\.jsonl: the file holds no record\. Fix: /),
  wholeFile(
    "a gzip archive",
    gzipSync(GOOD),
    /^raw\.jsonl: this is a gzip archive, .*Fix: unpack it first \(gunzip/,
  ),
  wholeFile("a zip archive", "PK\x03\x04\x14\0", /^raw\.jsonl: this is a zip archive/),
  wholeFile("a model", "GGUF\x03\0\0\0", /^raw\.jsonl: this is a GGUF model, .*Fix: name it as "model"/),
  wholeFile(
    "a PNG image",
    Buffer.from("\x89PNG\r\n\x1a\n\0\0", "latin1"),
    /^raw\.jsonl: this is a PNG image/,
  ),
  wholeFile(
    "a Parquet file",
    "PAR1\x15\0",
    /^raw\.jsonl: this is a Parquet file, .*Fix: convert it to JSON lines/,
  ),
  wholeFile(
    "a Git LFS pointer",
    "version https://git-lfs.example/spec/v1\n",
    /^raw\.jsonl: this is a Git LFS pointer.*git lfs pull/,
  ),
  wholeFile(
    "binary data of no known kind",
    Buffer.from([7, 1, 0, 200, 0, 10, 3]),
    /^raw\.jsonl: it holds NUL bytes \(the first is byte 2\).*looks binary\. Fix: /,
  ),
  wholeFile(
    "UTF-16 without a mark",
    Buffer.from(GOOD, "utf16le"),
    /^raw\.jsonl: .*UTF-16LE without a byte order mark\. Fix: .*iconv/,
  ),
  wholeFile(
    "UTF-32",
    Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]),
    /^raw\.jsonl: the text is in UTF-32\. Fix: /,
  ),
  {
    ...wholeFile(
      "lines where an array was expected",
      `${GOOD}\n${LAST}\n`,
      /^raw\.jsonl: .*should be one JSON array.*Fix: .*JSON lines/,
    ),
    reading: "array",
  },
];
