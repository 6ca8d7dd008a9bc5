import { describe, expect, it } from "vitest";
import type { ComponentReport } from "../../../src/core/consistency/consistency.js";
import { checkLevels } from "../../../src/core/rules/check-levels.js";
import { componentLeftOut } from "../../../src/core/rules/check-persona.js";
import { brokenLine, checkRow } from "../../../src/core/rules/check-row.js";
import { findRule, RULE_IDS, RULES } from "../../../src/core/rules/registry.js";
import {
  direction,
  neutral,
  pairs,
  preference,
  row,
  rows,
  set,
  traced,
  ugc,
  type Case,
  type Loose,
} from "./rule-cases.js";
import { cleanExample, levelsWith, rowContext } from "./rows.js";

const comparison = { agrees: [], contradicts: [4] };

/** A component that `check` leaves out of an example. */
function leftOut(breaks: string, report: ComponentReport, message: RegExp): Case {
  const place = { file: "persona/personas.jsonl", line: 3 };
  return {
    rule: "component-left-out",
    breaks,
    broken: () => [componentLeftOut("pairs", report, place, "pair-1")],
    clean: () => [],
    message,
  };
}

const CASES: readonly Case[] = [
  {
    rule: "json",
    breaks: "a list",
    broken: () => checkRow([1], rowContext()),
    clean: () => checkRow(cleanExample().row, rowContext()),
    message: "The line holds a list instead of an object. Write one JSON object on one line.",
  },
  {
    rule: "json",
    breaks: "text that does not parse",
    broken: () => [brokenLine("a.jsonl", 2, "unexpected end.")],
    clean: () => [],
    message: "The line is no JSON: unexpected end. Write one JSON object on one line.",
  },
  row("format-missing-field", "a row field", (r) => delete (r as Loose)["chosen"], {
    message: "chosen: the field is missing. Add the field.",
    field: "chosen",
  }),
  row("format-missing-field", "an item field", (r) => delete (r[ugc][2] as Loose)["comment"], {
    field: `${ugc}[2].comment`,
  }),
  row("format-unknown-field", "a field of one's own", (r) => (r["author"] = "x"), {
    message: "author: the format has no such field. Remove the field or correct its name.",
  }),
  row("format-unknown-field", "a field in an item", (r) => ((r[pairs][0] as Loose)["score"] = 1), {
    field: `${pairs}[0].score`,
  }),
  row("format-type", "a number as text", (r) => ((r as Loose)["prompt"] = 7), {
    message: "prompt: expected a text, found the number 7. Write a text.",
  }),
  row(
    "format-type",
    "null for no demographic text",
    (r) => ((r as Loose)["Demographic Information"] = null),
    {
      message: 'Demographic Information: expected a text, found null. Write a text, or "" for none.',
    },
  ),
  row("format-type", "null for no items", (r) => ((r as Loose)[ugc] = null), {
    message: `${ugc}: expected a list of objects, found null. Write a list, or [] for none.`,
  }),
  row("format-type", "an item that is a text", (r) => ((r[ugc] as unknown[])[1] = "x"), {
    message: `${ugc}[1]: expected an object, found the text “x”. Write an object with “prompt”, “comment”, “Preference Direction”.`,
  }),
  row("format-type", "a direction that is an object", (r) => ((r as Loose)[direction] = {}), {
    message: `${direction}: expected a list of 90 numbers, found an object. Write a list of 1, 0.5 and 0.`,
  }),
  row("format-vector-length", "89 values", (r) => r[direction].pop(), {
    message: `${direction}: has 89 values where the preference space has 90 dimensions. Write one value for each dimension, in the order of the space.`,
  }),
  row("format-vector-length", "no values in an item", (r) => (r[pairs][3]![direction] = []), {
    field: `${pairs}[3].${direction}`,
  }),
  row("format-vector-value", "0.7", (r) => (r[direction] = set(r[direction], { 3: 0.7, 9: 2 })), {
    message: `${direction}: value 4, dimension “Degree of Extraversion in the Big Five personality traits”, is the number 0.7 (and 1 more). Write 1 for Positive, 0.5 for Neutral, 0 for Negative.`,
  }),
  row("format-vector-value", "a text", (r) => ((r[ugc][0]![direction] as unknown[])[89] = "1"), {
    field: `${ugc}[0].${direction}`,
    message: /value 90, dimension “.*”, is the text “1”/,
  }),
  row("format-empty-text", "blank chosen", (r) => (r.chosen = " \n"), {
    message: "chosen: the text is empty. Fill in the text or remove what it belongs to.",
  }),
  row("format-empty-text", "an empty comment", (r) => (r[ugc][0]!.comment = "")),
  row("format-broken-text", "a lone surrogate", (r) => (r.rejected = "x\ud83d y"), { field: "rejected" }),
  preference(
    "preference-form",
    "text and messages",
    (r) => (r["prompt"] = "What is the capital?"),
    "“prompt” is a text and “chosen” a list of messages. Write prompt, chosen and rejected all as texts or all as lists of messages.",
  ),
  preference(
    "preference-message",
    "no role",
    (r) => (r["prompt"] = [{ content: "Hi" }]),
    'prompt[0]: role is missing, content is a text. Write each message as {"role": ..., "content": ...}, both texts.',
  ),
  preference(
    "preference-ending",
    "a user at the end",
    (r) => (r["chosen"] = [{ role: "user", content: "Hi" }]),
    "chosen: the last message has the role the text “user”. End chosen and rejected with an assistant message.",
  ),
  preference("format-missing-field", "no prompt", (r) => delete r["prompt"]),
  preference("format-type", "a number", (r) => (r["rejected"] = 3)),
  preference("format-empty-text", "no message", (r) => (r["rejected"] = [])),
  preference("identical-responses", "equal messages", (r) => (r["rejected"] = r["chosen"])),
  preference(
    "leftover-pii",
    "an address in a message",
    (r) => (r["chosen"] = [{ role: "assistant", content: "Ask a@b" }]),
    "chosen[0].content: looks like personal information: EMAIL at character 5. Replace it by a typed mark such as [EMAIL].",
  ),
  row(
    "persona-empty",
    "three empty components",
    (r) => {
      r["Demographic Information"] = "";
      r[ugc] = [];
      r[pairs] = [];
    },
    {
      message:
        "the row has no persona: “User-Generated Content”, “Pair-wise Comparative Feedback”, “Demographic Information” are all empty. Give at least one component or drop the row.",
    },
  ),
  row("identical-responses", "the same text", (r) => (r.rejected = r.chosen), {
    message: "chosen: chosen and rejected are the same. Drop the row.",
  }),
  row("identical-responses", "the same but for spaces around it", (r) => (r.rejected = `${r.chosen} \n`), {
    message: "chosen: chosen and rejected are the same but for spaces around them. Drop the row.",
  }),
  row(
    "near-identical-responses",
    "the same but for case and spaces",
    (r) => (r.rejected = " go and\nSEE the sea. "),
    {
      message:
        "chosen: chosen and rejected differ in nothing but case or spaces. Drop the row unless case or layout is what is preferred.",
    },
  ),
  row("identical-responses", "a PAIR item", (r) => (r[pairs][1]!.rejected = r[pairs][1]!.chosen), {
    message: `${pairs}[1]: chosen and rejected are the same. Remove the item.`,
  }),
  row("no-preference", "Neutral everywhere", (r) => (r[direction] = neutral()), {
    message: `${direction}: the pair is Neutral on every dimension. Drop the row.`,
  }),
  row(
    "persona-same-post",
    "the example's prompt",
    (r) => (r[ugc][1]!.prompt = ` ${r.prompt.toUpperCase()}`),
    {
      message: `${ugc}[1]: the item comes from the example's own post. Remove the item.`,
    },
  ),
  traced("persona-same-post", "the example's post id", ({ lineage }) => (lineage.pairs[2]!.post = "post-0"), {
    field: `${pairs}[2]`,
  }),
  row(
    "persona-duplicate-item",
    "an item twice",
    (r) => {
      r[ugc][3]!.prompt = r[ugc][0]!.prompt;
      r[ugc][3]!.comment = r[ugc][0]!.comment;
    },
    { message: `${ugc}[3]: the item repeats ${ugc}[0]. Remove the item.` },
  ),
  row(
    "item-inconsistent",
    "one opposite value",
    (r) => (r[ugc][2]![direction] = set(r[ugc][2]![direction], { 2: 0 })),
    {
      message: `${ugc}[2]: prefers “Low Neuroticism” where the pair says “High Neuroticism”, dimension “Degree of Neuroticism in the Big Five personality traits”. Remove the item.`,
      field: `${ugc}[2]`,
    },
  ),
  row(
    "item-inconsistent",
    "six opposite values",
    (r) => (r[pairs][0]![direction] = set(r[pairs][0]![direction], { 0: 0, 1: 0, 2: 0, 3: 0, 4: 1, 5: 1 })),
    {
      message:
        /^Pair-wise Comparative Feedback\[0\]: prefers “Older” where the pair says “Young”, dimension “Age group”; “Male” where .*; “Low Neuroticism” where .* \(and 3 more\)\. Remove the item\.$/,
    },
  ),
  {
    rule: "item-inconsistent",
    breaks: "a demographic text whose direction is known",
    broken: () => checkRow(cleanExample().row, rowContext({ demographic: set(neutral(), { 0: 1, 4: 1 }) })),
    clean: () => checkRow(cleanExample().row, rowContext({ demographic: set(neutral(), { 0: 1, 4: 0 }) })),
    message:
      /^Demographic Information: prefers “.+” where the pair says “.+”, dimension “.+”\. Remove the text\.$/,
  },
  row("item-no-agreement", "Neutral where the pair is not", (r) => (r[ugc][0]![direction] = neutral()), {
    message: `${ugc}[0]: agrees with the pair on no dimension that is not Neutral. Remove the item.`,
  }),
  row(
    "component-inconsistent",
    "items that share nothing",
    (r) => {
      r[ugc].forEach((item, i) => (item[direction] = set(neutral(), { [i]: 1 })));
    },
    {
      message: `${ugc}: the vote of 4 items agrees with none of the pair's 6 preferences. Replace its items or leave the component empty.`,
    },
  ),
  row(
    "component-inconsistent",
    "opposite votes in mode majority",
    (r) => {
      for (const item of r[pairs]) item[direction] = set(neutral(), { 0: 0 });
    },
    { context: { mode: "majority" }, field: pairs },
  ),
  row(
    "persona-no-common-dimension",
    "components that support different dimensions",
    (r) => {
      for (const item of r[ugc]) item[direction] = set(neutral(), { 2: 1 });
      for (const item of r[pairs]) item[direction] = set(neutral(), { 0: 1, 1: 1, 3: 1, 4: 0 });
    },
    {
      message: `No dimension is supported by every component: ${ugc} supports “High Neuroticism”, ${pairs} supports “Young”; “Female”; “High Extraversion” (and 1 more). Leave one of the components empty.`,
    },
  ),
  row("leftover-pii", "two addresses in a comment", (r) => (r[ugc][0]!.comment = "Ask a@b or c@d"), {
    message: `${ugc}[0].comment: looks like personal information: EMAIL at character 5; EMAIL at character 12. Replace it by a typed mark such as [EMAIL].`,
  }),
  row("leftover-pii", "the demographic text", (r) => (r["Demographic Information"] = "x@y")),
  traced("lineage-mismatch", "an item less in the lineage", ({ lineage }) => lineage.ugc.pop(), {
    message: `${ugc}: the row has 4 items, its lineage 3. Export again.`,
  }),
  traced("lineage-mismatch", "another count", ({ lineage }) => (lineage.ugc[1]!.matches = 70), {
    message: `${ugc}[1]: the lineage says 70 equal levels with the chosen response, the levels say 89. Export again.`,
  }),
  traced("lineage-mismatch", "a response without levels", ({ levels }) => levels.delete("u-2"), {
    message: "The lineage names the response “u-2”, which is unknown. Export again.",
  }),
  traced("lineage-mismatch", "an unknown pair", ({ pairs: known }) => known.delete("pair-3")),
  traced(
    "below-threshold",
    "54 of 90",
    ({ levels, lineage, row: value }) => {
      const changes = Object.fromEntries(Array.from({ length: 36 }, (_, i) => [20 + i, 3]));
      const far = levelsWith({ 0: 3, 1: 3, 2: 3, 3: 3, 4: 1, 5: 1, ...changes } as never);
      levels.set("u-1", far);
      lineage.ugc[0]!.matches = 54;
      value[ugc][0]![direction] = set(neutral(), { 0: 1, 1: 1, 2: 1, 3: 1, 4: 0, 5: 0 });
      for (const d of Object.keys(changes)) value[ugc][0]![direction][Number(d)] = 1;
    },
    {
      message: `${ugc}[0]: 54 of 90 levels equal those of the chosen response, a similarity above 0.6 needs 55. Remove the item.`,
    },
  ),
  {
    ...traced("below-threshold", "a recorded count, levels unknown", () => undefined),
    broken: () => {
      const { row: value, lineage } = cleanExample();
      lineage.pairs[0]!.matchesRejected = 54;
      return checkRow(value, rowContext({ lineage }));
    },
    message: `${pairs}[0]: 54 of 90 levels equal those of the rejected response, a similarity above 0.6 needs 55. Remove the item.`,
  },
  traced(
    "direction-mismatch",
    "an edited value",
    ({ row: value }) => (value[direction] = set(value[direction], { 50: 1 })),
    {
      message:
        /^Preference Direction: says “.+” where the levels say Neutral, dimension “.+”\. Export again from the present levels\.$/,
    },
  ),
  traced(
    "direction-mismatch",
    "a UGC item",
    ({ row: value }) => (value[ugc][3]![direction] = set(value[ugc][3]![direction], { 0: 0.5 })),
    {
      message: `${ugc}[3].${direction}: says Neutral where the levels say “Young”, dimension “Age group”. Export again from the present levels.`,
    },
  ),
  traced(
    "direction-mismatch",
    "a PAIR item",
    ({ row: value }) => (value[pairs][0]![direction] = set(value[pairs][0]![direction], { 60: 0 })),
    {
      field: `${pairs}[0].${direction}`,
    },
  ),
  rows(
    "duplicate-line",
    "an equal row",
    (second) => Object.assign(second, cleanExample().row),
    undefined,
    "The row equals train.jsonl:3. Remove one of the two.",
  ),
  rows(
    "duplicate-example",
    "another persona",
    (second) => {
      Object.assign(second, cleanExample().row, { "Demographic Information": "Somebody else." });
    },
    undefined,
    "Prompt, chosen and rejected are those of train.jsonl:3. Keep one of the two.",
  ),
  rows(
    "mirrored-example",
    "swapped responses",
    (second) => {
      const { chosen, rejected, ...rest } = cleanExample().row;
      Object.assign(second, rest, { chosen: rejected, rejected: chosen });
    },
    undefined,
    "Chosen and rejected are those of train.jsonl:3 swapped, for the same persona. Keep the row that is right, or give the two different personas.",
  ),
  rows(
    "split-leak",
    "the prompt of another split",
    (second) => (second.prompt = cleanExample().row.prompt),
    ["train", "test"],
    "prompt: the post is in split “test” and, at train.jsonl:3, in split “train”. Move the rows that share the post into one split or drop one of them.",
  ),
  rows(
    "split-leak",
    "posts of persona items",
    (second) => {
      second[ugc][1]!.prompt = "Post 2";
      second[pairs][2]!.prompt = cleanExample().row.prompt;
    },
    ["train", "test"],
    /^User-Generated Content\[1\]\.prompt: the post is in split “test” and, at train\.jsonl:3, in split “train” \(and 1 more\)\./,
  ),
  {
    rule: "levels-degenerate",
    breaks: "one level",
    broken: () =>
      checkLevels({ shares: [0.004, 0.991, 0.005], firstFactorShare: 0.2 }, { file: "levels.jsonl" }),
    clean: () => checkLevels({ shares: [0.05, 0.9, 0.05], firstFactorShare: 0.24 }, { file: "levels.jsonl" }),
    message:
      /^99\.1% of all levels are 2 \(cannot reflect\); more than 98% is degenerate\. Lower the neutral share/,
  },
  {
    rule: "levels-degenerate",
    breaks: "one factor",
    broken: () => checkLevels({ shares: [0.3, 0.3, 0.4], firstFactorShare: 0.81 }, { file: "levels.jsonl" }),
    clean: () => [],
    message:
      /^One factor explains 81% of the variance of the levels; more than 50% is degenerate\. Use "decision"/,
  },
  leftOut(
    "contradicting items",
    { broken: [{ index: 0, comparison }], agrees: [] },
    /: 1 of its items contradict/,
  ),
  leftOut(
    "a vote that agrees nowhere",
    { broken: [], agrees: [] },
    /its vote agrees with the pair on no dimension\.$/,
  ),
  leftOut(
    "no common dimension",
    { broken: [], agrees: [3] },
    /^PAIR is left out .* shares no dimension with the/,
  ),
];

describe("rules", () => {
  it.each(CASES)("$rule: $breaks", ({ rule, broken, clean, message, field }) => {
    expect(clean()).toEqual([]);
    const findings = broken();
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    expect(findings[0]!.severity).toBe(RULES[rule].severity);
    if (typeof message === "string") expect(findings[0]!.message).toBe(message);
    if (message instanceof RegExp) expect(findings[0]!.message).toMatch(message);
    if (field !== undefined) expect(findings[0]!.field).toBe(field);
  });

  it("are all broken by a case", () => {
    expect(new Set(CASES.map(({ rule }) => rule))).toEqual(new Set(RULE_IDS));
  });

  it("have kebab-case ids and texts that read as sentences", () => {
    for (const [id, rule] of Object.entries(RULES)) {
      expect(rule.id).toBe(id);
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(rule.why).toMatch(/\.$/);
      expect(rule.fix).toMatch(/\.$/);
      expect(rule.title).not.toMatch(/\.$/);
      expect(rule.example).not.toBe("");
    }
  });

  it("are found by id", () => {
    expect(findRule("json")).toBe(RULES.json);
    expect(findRule("toString")).toBeUndefined();
  });
});
