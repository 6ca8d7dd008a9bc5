import { expect, test } from "vitest";
import type { Finding } from "../../../src/core/finding.js";
import { editedLine } from "../../../src/reader/fixes/line-edits.js";
import { fixRow, readRow } from "../../../src/reader/fixes/row-fixes.js";
import { checkLine, type CheckSettings } from "../../../src/reader/findings/line-check.js";
import { ALIGNX_SPACE } from "../../../src/core/space/space.js";
import { cleanExample } from "../../core/rules/rows.js";

const settings: CheckSettings = {
  ...{ kind: "alignx", dialect: "alignx", format: null, space: ALIGNX_SPACE, mode: "strict", threshold: 0.6 },
  ...{ shown: "train.jsonl", lineageShown: "train.lineage.jsonl", tables: null },
};

test("two misspellings of one field do not get the same name", async () => {
  const { "Demographic Information": profile, ...rest } = cleanExample().row;
  const text = JSON.stringify({
    ...rest,
    demografic_information: profile,
    "Demographic  Information": "other",
  });
  const { findings } = await checkLine(text, settings, undefined);
  const unknown = findings.filter(({ rule }: Finding) => rule === "format-unknown-field");
  expect(unknown).toHaveLength(2);
  const edits = await fixRow("rename-field", unknown, readRow(text, undefined, settings));
  expect(edits?.row).toHaveLength(1);
  const names = Object.keys(JSON.parse(editedLine(text, edits!.row)) as object);
  expect(names).toContain("Demographic Information");
  expect(names).toHaveLength(Object.keys(rest).length + 2);
});
