/** Where and why a text is not JSON, in words of our own: engines word it differently and often leave out the place. */

/** The first fault of a text. */
export interface JsonFault {
  /** Index in UTF-16 units; the text's length where it ends too early. */
  readonly at: number;
  readonly message: string;
  readonly fix: string;
  /** The text ends inside a list or object, or inside a string. */
  readonly unfinished?: "container" | "string";
}

type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "nothing";

const BLANK = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_$][\w$-]*/y;
// Everything a string may hold up to the next character that needs a look.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const HEX4 = /[0-9a-fA-F]{4}/y;

const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  NaN: "null",
  Infinity: "null",
  undefined: "null",
  None: "null",
  nil: "null",
  True: "true",
  False: "false",
};

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function unicode(char: string): string {
  return `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A character in words: invisible ones by number. */
function named(text: string, at: number): string {
  const char = String.fromCodePoint(text.codePointAt(at)!);
  if (char === "\0") return "a NUL byte";
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(char) ? `the character ${char}` : `the character ${unicode(char)}`;
}

/** Index after the closing quote of the string that opens at `start`, or what is wrong within it. */
function scanString(text: string, start: number): number | JsonFault {
  let at = start + 1;
  for (;;) {
    at += lengthOf(PLAIN, text, at);
    const char = text[at];
    if (char === '"') return at + 1;
    if (char === undefined) {
      return {
        at,
        message: "the text ends inside a string",
        fix: "restore the record from its source, or add what is missing",
        unfinished: "string",
      };
    }
    if (char !== "\\") {
      const fix =
        char === "\0" ? "remove it" : "write it as an escape (\\n, \\t), or close the string before it";
      return { at, message: `${named(text, at)} stands bare inside a string`, fix };
    }
    const escape = text[at + 1];
    if (escape === "u" && lengthOf(HEX4, text, at + 2) === 4) at += 6;
    else if (escape !== undefined && '"\\/bfnrt'.includes(escape)) at += 2;
    else if (escape === undefined) at += 1;
    else {
      const sequence =
        escape === "u" ? "\\u without four hex digits" : "a backslash before a character that takes none";
      return { at, message: `a string holds ${sequence}`, fix: "write a backslash as \\\\" };
    }
  }
}

const WANTED: Readonly<Record<Expected, string>> = {
  value: "a value",
  "value or end": "a value or ]",
  key: "a field name in double quotes",
  "key or end": "a field name in double quotes or }",
  colon: "a colon after the field name",
  "comma or end": "a comma or the closing bracket",
  nothing: "the end of the record",
};

/** The usual mistakes by what was found where something else was expected. */
function explain(text: string, at: number, expected: Expected, afterComma: boolean): JsonFault {
  const char = text[at]!;
  const wantsValue = expected.startsWith("value");
  const fault = (message: string, fix: string): JsonFault => ({ at, message, fix });

  if (afterComma && (char === "}" || char === "]")) {
    return fault(`a comma stands before ${char}`, "remove the trailing comma");
  }
  if ((wantsValue || expected.startsWith("key")) && "'\u2018\u2019\u201c\u201d`".includes(char)) {
    return fault(`a string is quoted with ${char}`, 'use double quotes (") around field names and strings');
  }
  if (char === "/" && "/*".includes(text[at + 1] ?? " ")) {
    return fault("there is a comment", "remove it: JSON has no comments");
  }
  if (char === "<" && text.slice(0, at).trim() === "") {
    return fault(
      "the text looks like HTML or XML, not JSON",
      "save the data itself, not a web page about it",
    );
  }
  const word = text.slice(at, at + lengthOf(WORD, text, at));
  if (wantsValue) {
    const sign = "+-".includes(char);
    const signed = sign ? text.slice(at + 1, at + 1 + lengthOf(WORD, text, at + 1)) : word;
    const instead = Object.hasOwn(FOREIGN_WORDS, signed) ? FOREIGN_WORDS[signed] : undefined;
    if (instead !== undefined) return fault(`${signed} is not a JSON value`, `write ${instead} instead`);
    if (word !== "") return fault("a word stands where a value should be", "put the text in double quotes");
    if (sign || char === ".") {
      return fault("a number is not in JSON form", "write it like 0.5, 12 or -3e4");
    }
  }
  if (expected.startsWith("key") && word !== "") {
    return fault("a field name has no quotes", "put field names in double quotes");
  }
  if (expected === "nothing" && (char === "{" || char === "[")) {
    return fault("a second value follows the first", "give each record a line of its own");
  }
  if (
    (expected === "comma or end" || expected === "nothing") &&
    /[\d.]/.test(char) &&
    /\d/.test(text[at - 1] ?? "")
  ) {
    return fault("a number is not in JSON form", "write it like 0.5, 12 or -3e4");
  }
  const fix = char === "\0" ? "remove it" : "correct the text at that place";
  return fault(`found ${named(text, at)} where ${WANTED[expected]} should be`, fix);
}

/** The first fault of a text, or null when it is JSON. Does not recurse, so nesting cannot overflow the stack. */
export function findJsonFault(text: string): JsonFault | null {
  const closers: ("}" | "]")[] = [];
  let expected: Expected = "value";
  let afterComma = false;
  let at = 0;
  const afterValue = (): Expected => (closers.length > 0 ? "comma or end" : "nothing");

  for (;;) {
    at += lengthOf(BLANK, text, at);
    const char = text[at];
    if (char === undefined) {
      if (expected === "nothing") return null;
      const message =
        closers.length > 0 ? `the text ends before the closing ${closers.at(-1)}` : "there is no value";
      return {
        at,
        message,
        fix: "restore the record from its source, or add what is missing",
        unfinished: "container",
      };
    }
    const fault = () => explain(text, at, expected, afterComma);

    if (expected === "nothing") return fault();
    if (char === closers.at(-1) && expected.endsWith("end")) {
      closers.pop();
      at++;
      expected = afterValue();
    } else if (expected === "comma or end") {
      if (char !== ",") return fault();
      at++;
      expected = closers.at(-1) === "}" ? "key" : "value";
      afterComma = true;
      continue;
    } else if (expected === "colon") {
      if (char !== ":") return fault();
      at++;
      expected = "value";
    } else if (char === '"') {
      const end = scanString(text, at);
      if (typeof end !== "number") return end;
      at = end;
      expected = expected.startsWith("key") ? "colon" : afterValue();
    } else if (expected.startsWith("key")) {
      return fault();
    } else if (char === "{" || char === "[") {
      closers.push(char === "{" ? "}" : "]");
      at++;
      expected = char === "{" ? "key or end" : "value or end";
    } else {
      const literal = ["true", "false", "null"].find((name) => text.startsWith(name, at));
      const length = literal?.length ?? lengthOf(NUMBER, text, at);
      if (length === 0) return fault();
      at += length;
      expected = afterValue();
    }
    afterComma = false;
  }
}
