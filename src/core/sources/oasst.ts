import { z } from "zod";
import { checkRecord, type FieldFixes, isBlankText, isObject } from "./check-record.js";
import type { RawResponse, SourceFormat, SourceItem, SourceOptions, SourceProblem } from "./source.js";

/** OpenAssistant message trees: every prompter message with replies of the assistant is a post. */

/** One message. `replies` stay unread here, since trees may be deep; user ids and the like are never read. */
const messageSchema = z.object({
  message_id: z.string().min(1, "the id is empty"),
  text: z.string(),
  role: z.enum(["prompter", "assistant"], 'expected "prompter" or "assistant"'),
  lang: z.string().nullish(),
  deleted: z.boolean().nullish(),
  rank: z.number().nullish(),
  labels: z.unknown().optional(),
  replies: z.array(z.unknown()).nullish(),
});
type Message = z.infer<typeof messageSchema>;

const treeSchema = z.object({
  message_tree_id: z.string().min(1, "the id is empty"),
  prompt: z.unknown().refine(isObject, "expected the tree's first message, an object"),
});

const TREE_FIXES: FieldFixes = {
  "": 'give one message tree a record: {"message_tree_id": "...", "prompt": {...}}',
  message_tree_id: "give the tree's id as a text",
  prompt: 'give the first message as "prompt": {"message_id", "text", "role", "replies"}',
};

const FLAT_FIX =
  "use the file of message trees (its name ends in trees.jsonl), where replies lie within their message";

const MESSAGE_FIXES: FieldFixes = {
  "": 'give each message as {"message_id", "text", "role", "replies"}',
  message_id: "give the message's id as a text",
  text: "give the message's text",
  role: 'give the role as "prompter" or "assistant"',
  lang: 'give the language as a text, such as "en", or leave it out',
  deleted: "give true or false, or leave it out",
  rank: "give the rank as a number, or leave it out",
  replies: "give the replies as a list of messages",
};

/** Turns as they are written into a post's text. */
const LABELS = { prompter: "User: ", assistant: "Assistant: " } as const;

const TURN_END = "\n\n";

/** A message that is still to be visited. */
interface Turn {
  readonly message: Message;
  /** Path of the message within the record. */
  readonly at: string;
  /** The turns before it, each with its label and the separator after it. */
  readonly before: string;
}

/** How many messages lie below one, whatever their form. */
function countBelow(message: unknown): number {
  let count = -1;
  const waiting = [message];
  while (waiting.length > 0) {
    const next = waiting.pop();
    count++;
    if (!isObject(next) || !Array.isArray(next["replies"])) continue;
    for (const reply of next["replies"] as unknown[]) waiting.push(reply);
  }
  return count;
}

/** `rank`, and labels given as numbers or as `{value}`. */
function ratingsOf({ rank, labels }: Message): Readonly<Record<string, number>> | undefined {
  const ratings: [string, number][] = [];
  if (typeof rank === "number") ratings.push(["rank", rank]);
  for (const [name, label] of isObject(labels) ? Object.entries(labels) : []) {
    const value = isObject(label) ? label["value"] : label;
    if (typeof value === "number" && Number.isFinite(value) && name !== "rank") ratings.push([name, value]);
  }
  return ratings.length > 0 ? Object.fromEntries(ratings) : undefined;
}

function isWanted(lang: string | null | undefined, languages: readonly string[] | undefined): boolean {
  if (!languages) return true;
  const given = lang?.toLowerCase() ?? "";
  return languages.some((wanted) => [given, given.split("-")[0]].includes(wanted.toLowerCase()));
}

/** Why a message of the right form is left out, or null. */
function exclusion(message: Message, role: Message["role"], options: SourceOptions): SourceProblem | null {
  const problem = (
    severity: SourceProblem["severity"],
    rule: string,
    field: string,
    what: string,
    fix: string,
  ): SourceProblem => ({ severity, rule, field, message: what, fix, key: message.message_id });
  if (message.deleted) {
    return problem(
      "info",
      "deleted-message",
      "deleted",
      "the message was deleted",
      "nothing: deleted messages stay out",
    );
  }
  if (isBlankText(message.text)) {
    return problem(
      "warning",
      "empty-text",
      "text",
      "the text is empty",
      "fill it in, or leave the message out",
    );
  }
  if (message.role !== role) {
    const what = `a ${message.role} stands where a ${role} should`;
    return problem("error", "wrong-role", "role", what, "let prompter and assistant take turns");
  }
  if (!isWanted(message.lang, options.languages)) {
    const what = message.lang ? `the language is ${message.lang}` : "no language is given";
    const fix = `add it to the languages to keep (${options.languages?.join(", ")}) if it is wanted`;
    return problem("info", "other-language", "lang", what, fix);
  }
  return null;
}

/** Reads one message. What lies below a message that is left out goes with it: its context would be missing. */
function readMessage(
  value: unknown,
  at: string,
  role: Message["role"],
  options: SourceOptions,
): { readonly message: Message } | { readonly problem: SourceProblem } {
  const checked = checkRecord(messageSchema, value, MESSAGE_FIXES, at);
  let problem: SourceProblem;
  if ("problem" in checked) problem = checked.problem;
  else {
    const excluded = exclusion(checked.data, role, options);
    if (excluded === null) return { message: checked.data };
    problem = { ...excluded, field: `${at}.${excluded.field}` };
  }
  const below = countBelow(value);
  if (below === 0) return { problem };
  const note = below === 1 ? "the message below it goes" : `the ${below} messages below it go`;
  return { problem: { ...problem, message: `${problem.message}; ${note} with it` } };
}

function* posts(record: unknown, options: SourceOptions = {}): Generator<SourceItem, void, undefined> {
  if (isFlatMessage(record)) {
    const message = "this is a single message, not a message tree";
    return yield { problem: { rule: "flat-messages", severity: "error", message, fix: FLAT_FIX } };
  }
  const tree = checkRecord(treeSchema, record, TREE_FIXES);
  if ("problem" in tree) return yield tree;
  const thread = tree.data.message_tree_id;
  const root = readMessage(tree.data.prompt, "prompt", "prompter", options);
  if ("problem" in root) return yield root;

  let found = 0;
  let problems = 0;
  const waiting: Turn[] = [{ message: root.message, at: "prompt", before: "" }];
  while (waiting.length > 0) {
    const { message, at, before } = waiting.pop()!;
    const replyRole = message.role === "prompter" ? "assistant" : "prompter";
    const after = `${before}${LABELS[message.role]}${message.text}${TURN_END}`;
    const replies: Turn[] = [];
    for (const [index, value] of (message.replies ?? []).entries()) {
      const place = `${at}.replies[${index}]`;
      const reply = readMessage(value, place, replyRole, options);
      if ("message" in reply) replies.push({ message: reply.message, at: place, before: after });
      else {
        problems++;
        yield reply;
      }
    }
    if (message.role === "prompter" && replies.length > 0) {
      found++;
      const context = before === "" ? "" : `${before}${LABELS.prompter}`;
      yield {
        post: {
          key: message.message_id,
          thread,
          text: context + message.text,
          ...(context !== "" && { contextLength: context.length }),
          responses: replies.map((reply) => responseOf(reply.message)),
        },
      };
    }
    // The first reply is visited next, so it goes on the stack last.
    for (const reply of replies.reverse()) waiting.push(reply);
  }
  if (found === 0 && problems === 0) {
    const what = "the tree has no message that the assistant replied to";
    const fix = "nothing: such a tree holds no post";
    yield {
      problem: {
        rule: "no-responses",
        severity: "info",
        field: "prompt.replies",
        message: what,
        fix,
        key: thread,
      },
    };
  }
}

function responseOf(message: Message): RawResponse {
  const ratings = ratingsOf(message);
  return { key: message.message_id, text: message.text, ...(ratings && { ratings }) };
}

/** A row of the release's flat files. */
export function isFlatMessage(sample: unknown): boolean {
  return isObject(sample) && "message_id" in sample && "role" in sample && !("prompt" in sample);
}

/** OpenAssistant message trees. */
export const OASST: SourceFormat = {
  name: "oasst",
  title: "OpenAssistant message trees (JSON lines, one tree a line)",
  container: "lines",
  fields: [["message_tree_id"], ["prompt"]],
  joins: false,
  detect(sample) {
    if (!isObject(sample) || !("message_tree_id" in sample && "prompt" in sample)) return null;
    return "records have message_tree_id and prompt";
  },
  posts,
};
