import { z } from "zod";
import { checkRecord, type FieldFixes, isBlankText, isObject } from "./check-record.js";
import type { RawResponse, SourceFormat, SourceItem, SourceProblem } from "./source.js";

/** Names that each field goes by; the first is the one to write. */
const TEXT_NAMES = ["text", "prompt", "post"] as const;
const RESPONSES_NAMES = ["responses", "replies", "comments"] as const;

/** The fields of a post that go by one name. */
const headSchema = z.object({
  id: z.string().min(1, "the id is empty").nullish(),
  thread: z.string().min(1, "the thread is empty").nullish(),
  contextLength: z.int("expected a whole number").positive("expected a number above 0").optional(),
});

const responseSchema = z.object({
  id: z.string().min(1, "the id is empty").nullish(),
  text: z.string(),
  ratings: z.record(z.string(), z.number()).nullish(),
});

const SHAPE = 'give each record as {"text": "...", "responses": ["...", "..."]}';

const HEAD_FIXES: FieldFixes = {
  "": SHAPE,
  id: 'give the id as a text in quotes, such as "id": "17", or leave it out',
  thread: "give the thread's id as a text in quotes, or leave it out",
  contextLength:
    "give the number of characters of the earlier turns at the start of the text, or leave it out",
};

const RESPONSE_FIXES: FieldFixes = {
  "": 'give each response as a text, or as {"text": "..."}',
  id: "give the id as a text in quotes, or leave it out",
  text: 'give the response as "text": "..."',
  ratings: 'give ratings as {"name": number}, or leave them out',
};

function responseFix(field: string): string | undefined {
  return field.startsWith("ratings.") ? "give each rating as a number, or leave it out" : undefined;
}

const problem = (rule: string, field: string, message: string, fix: string): { problem: SourceProblem } => ({
  problem: { rule, severity: rule === "empty-text" ? "warning" : "error", field, message, fix },
});

/** The one name by which a record gives a field, or what is wrong with its names. */
function fieldName(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
): { readonly name: string } | { readonly problem: SourceProblem } {
  const given = names.filter((name) => name in record);
  const [wanted] = names as [string];
  if (given.length === 1) return { name: given[0]! };
  if (given.length === 0) {
    return problem(
      "missing-field",
      wanted,
      `the field is missing (also known as ${names.slice(1).join(" or ")})`,
      SHAPE,
    );
  }
  return problem(
    "ambiguous-field",
    wanted,
    `${given.join(" and ")} are both given and mean the same`,
    `keep one of them, best as "${wanted}"`,
  );
}

function readResponse(
  value: unknown,
  field: string,
): { readonly response: RawResponse } | { readonly problem: SourceProblem } {
  const record = typeof value === "string" ? { text: value } : value;
  const checked = checkRecord(responseSchema, record, RESPONSE_FIXES, field);
  if ("problem" in checked) {
    const fix = responseFix(checked.problem.field?.slice(field.length + 1) ?? "");
    return fix === undefined ? checked : { problem: { ...checked.problem, fix } };
  }
  const { id, text, ratings } = checked.data;
  if (isBlankText(text)) {
    const where = typeof value === "string" ? field : `${field}.text`;
    return problem("empty-text", where, "the text is empty", "fill it in, or leave the response out");
  }
  return { response: { ...(id && { key: id }), text, ...(ratings && { ratings }) } };
}

function* posts(record: unknown): Generator<SourceItem, void, undefined> {
  const head = checkRecord(headSchema, record, HEAD_FIXES);
  if ("problem" in head) return yield head;
  const fields = record as Readonly<Record<string, unknown>>;

  const textName = fieldName(fields, TEXT_NAMES);
  if ("problem" in textName) return yield textName;
  const responsesName = fieldName(fields, RESPONSES_NAMES);
  if ("problem" in responsesName) return yield responsesName;

  const text = checkRecord(z.string(), fields[textName.name], { "": SHAPE }, textName.name);
  if ("problem" in text) return yield text;
  if (isBlankText(text.data)) {
    return yield problem(
      "empty-text",
      textName.name,
      "the text is empty",
      "fill it in, or leave the record out",
    );
  }
  const { id, thread, contextLength } = head.data;
  if (contextLength !== undefined && contextLength >= text.data.length) {
    const message = `${contextLength} is not less than the length of the text (${text.data.length})`;
    return yield problem("wrong-value", "contextLength", message, HEAD_FIXES["contextLength"]!);
  }
  const list = checkRecord(
    z.array(z.unknown()),
    fields[responsesName.name],
    { "": SHAPE },
    responsesName.name,
  );
  if ("problem" in list) return yield list;

  const responses: RawResponse[] = [];
  for (const [index, value] of list.data.entries()) {
    const read = readResponse(value, `${responsesName.name}[${index}]`);
    if ("problem" in read) yield read;
    else responses.push(read.response);
  }
  if (responses.length === 0) {
    const message = list.data.length === 0 ? "the list is empty" : "no response of the list can be used";
    return yield problem("no-responses", responsesName.name, message, "give the post at least one response");
  }
  yield {
    post: {
      key: id ?? text.data,
      ...(thread && { thread }),
      text: text.data,
      ...(contextLength !== undefined && { contextLength }),
      responses,
    },
  };
}

/** Our own generic form: one post with its responses a record. */
export const POSTS: SourceFormat = {
  name: "posts",
  title: "posts with their responses (one record a post: text, responses)",
  container: "either",
  fields: [TEXT_NAMES, RESPONSES_NAMES],
  joins: false,
  detect(sample) {
    // Messages of OpenAssistant also have text and replies.
    if (!isObject(sample) || ("message_id" in sample && "role" in sample)) return null;
    const given = (names: readonly string[]) => names.filter((name) => name in sample).join(" and ");
    const [text, responses] = [given(TEXT_NAMES), given(RESPONSES_NAMES)];
    return text !== "" && responses !== "" ? `records have ${text} with ${responses}` : null;
  },
  posts,
};
