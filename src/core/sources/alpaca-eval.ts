import { z } from "zod";
import { checkRecord, type FieldFixes, isBlankText, isObject } from "./check-record.js";
import type { SourceFormat, SourceItem, SourceProblem } from "./source.js";

/** One model's answer to one instruction. Its `generator` and `dataset` are not read: who answered must not show in a post. */
const answerSchema = z.object({ instruction: z.string(), output: z.string() });

const FIXES: FieldFixes = {
  "": 'give each record as {"instruction": "...", "output": "..."}',
  instruction: 'give the prompt as "instruction": "..."',
  output: 'give the model\'s answer as "output": "..."',
};

function emptyText(field: "instruction" | "output", key?: string): SourceProblem {
  return {
    rule: "empty-text",
    severity: "warning",
    message: "the text is empty",
    field,
    fix: "fill it in, or leave the record out",
    ...(key !== undefined && { key }),
  };
}

function* posts(record: unknown): Generator<SourceItem, void, undefined> {
  const checked = checkRecord(answerSchema, record, FIXES);
  if ("problem" in checked) {
    yield checked;
    return;
  }
  const { instruction, output } = checked.data;
  if (isBlankText(instruction)) yield { problem: emptyText("instruction") };
  else if (isBlankText(output)) yield { problem: emptyText("output", instruction) };
  else yield { post: { key: instruction, text: instruction, responses: [{ text: output }] } };
}

/** AlpacaEval outputs: one file a model, one record an instruction. */
export const ALPACA_EVAL: SourceFormat = {
  name: "alpaca-eval",
  title: "AlpacaEval outputs (a JSON array of instruction and output, one file a model)",
  container: "array",
  fields: [["instruction"], ["output"]],
  joins: true,
  detect(sample) {
    if (!isObject(sample) || !("instruction" in sample && "output" in sample)) return null;
    return "records have instruction and output";
  },
  posts,
};
