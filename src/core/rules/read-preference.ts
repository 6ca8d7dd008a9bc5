import type { PreferenceSpace } from "../space/space.js";
import type { FindingList } from "./finding-list.js";
import { isObject, plainText, type JsonObject } from "./plain-text.js";
import { FieldReader, type ReadRow } from "./read-row.js";
import { describe } from "./words.js";

const FIELDS = ["prompt", "chosen", "rejected"] as const;

/**
 * Reads a plain preference row: prompt, chosen and rejected, each a text or each a list of chat messages with role and
 * content. Other fields are allowed, since trainers ignore them.
 */
export function readPreferenceRow(row: JsonObject, space: PreferenceSpace, findings: FindingList): ReadRow {
  const reader = new FieldReader(space, findings);
  reader.checkKeys(row, "", FIELDS, Object.keys(row));
  const present = FIELDS.filter((key) => Object.hasOwn(row, key));
  const chats = present.filter((key) => Array.isArray(row[key]));
  const plain = present.filter((key) => typeof row[key] === "string");
  const [chat] = chats;
  const [text] = plain;
  if (chat !== undefined && text !== undefined) {
    findings.add("preference-form", `“${text}” is a text and “${chat}” a list of messages`);
  }
  for (const key of present) {
    if (Array.isArray(row[key])) readMessages(row[key], key, reader, findings);
    else if (typeof row[key] === "string") reader.text(row, "", key);
    else {
      const problem = `expected a text or a list of messages, found ${describe(row[key])}`;
      findings.add("format-type", problem, { field: key, fix: "Write a text or a list of messages." });
    }
  }
  const [prompt, chosen, rejected] = FIELDS.map((key) => plainText(row[key]));
  return {
    prompt,
    chosen,
    rejected,
    direction: undefined,
    demographic: undefined,
    counts: { ugc: undefined, pairs: undefined },
    items: { ugc: [], pairs: [] },
    texts: reader.texts,
  };
}

function readMessages(
  messages: readonly unknown[],
  field: string,
  reader: FieldReader,
  findings: FindingList,
): void {
  if (messages.length === 0) {
    findings.add("format-empty-text", "the list has no message", { field });
    return;
  }
  messages.forEach((message, index) => {
    const path = `${field}[${index}]`;
    if (!isObject(message) || typeof message["role"] !== "string" || typeof message["content"] !== "string") {
      const problem = isObject(message)
        ? `role is ${kindOf(message, "role")}, content is ${kindOf(message, "content")}`
        : `expected a message, found ${describe(message)}`;
      findings.add("preference-message", problem, { field: path });
    } else {
      reader.text(message, `${path}.`, "content");
    }
  });
  const last = messages.at(-1);
  if (
    field !== "prompt" &&
    isObject(last) &&
    typeof last["role"] === "string" &&
    last["role"] !== "assistant"
  ) {
    findings.add("preference-ending", `the last message has the role ${describe(last["role"])}`, { field });
  }
}

/** What a message's field is, without its text. */
function kindOf(message: JsonObject, key: string): string {
  if (!Object.hasOwn(message, key)) return "missing";
  return typeof message[key] === "string" ? "a text" : describe(message[key]);
}
