import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/core/finding.js";
import { RULE_IDS } from "../../../src/core/rules/registry.js";
import { sarifEnd, sarifResult, sarifStart, toSarif } from "../../../src/core/rules/sarif.js";
import { formatFinding } from "../../../src/core/rules/text.js";

const LEAK: Finding = {
  rule: "split-leak",
  severity: "error",
  message: "prompt: the post is in two splits.",
  file: "my data/über#1.jsonl",
  line: 5,
  field: "prompt",
  id: "pair-1",
  related: { file: "train.jsonl", line: 3 },
};
const OTHER: Finding = { rule: "of-a-step", severity: "info", message: "m", file: "/data/a.jsonl" };

/** What the tests read of a log. */
interface SarifLog {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } };
    readonly results: readonly unknown[];
  }[];
}
interface SarifRule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: string };
}

describe("toSarif", () => {
  const log = JSON.parse(JSON.stringify(toSarif([LEAK, OTHER], "1.2.3"))) as SarifLog;
  const run = log.runs[0]!;

  it("describes every rule", () => {
    expect(log.version).toBe("2.1.0");
    expect(run.tool.driver).toMatchObject({ name: "Prefloom", version: "1.2.3" });
    expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(RULE_IDS);
    for (const rule of run.tool.driver.rules) {
      expect(rule.shortDescription.text && rule.fullDescription.text && rule.help.text).toBeTruthy();
      expect(["error", "warning", "note"]).toContain(rule.defaultConfiguration.level);
    }
  });

  it("places a result and what is related to it", () => {
    expect(run.results[0]).toEqual({
      ruleId: "split-leak",
      ruleIndex: RULE_IDS.indexOf("split-leak"),
      level: "error",
      message: { text: "prompt: the post is in two splits." },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "my%20data/%C3%BCber%231.jsonl" },
            region: { startLine: 5 },
          },
          logicalLocations: [{ fullyQualifiedName: "prompt", kind: "member" }],
        },
      ],
      relatedLocations: [
        { id: 1, physicalLocation: { artifactLocation: { uri: "train.jsonl" }, region: { startLine: 3 } } },
      ],
      properties: { id: "pair-1" },
    });
  });

  it("leaves out what a finding does not have", () => {
    expect(run.results[1]).toEqual({
      ruleId: "of-a-step",
      level: "note",
      message: { text: "m" },
      locations: [{ physicalLocation: { artifactLocation: { uri: "file:///data/a.jsonl" } } }],
    });
  });

  it.each([
    ["a:b.jsonl", "a%3Ab.jsonl"],
    ["C:\\data\\a.jsonl", "file:///C:/data/a.jsonl"],
    ["x\ud800.jsonl", "x%EF%BF%BD.jsonl"],
  ])("writes %j as an address", (file, uri) => {
    expect(JSON.parse(sarifResult({ ...OTHER, file }, 0))).toMatchObject({
      locations: [{ physicalLocation: { artifactLocation: { uri } } }],
    });
  });

  it.each([[[]], [[LEAK]], [[LEAK, OTHER, LEAK]]])("says the same piece by piece (%#)", (findings) => {
    const pieces = [sarifStart("1.2.3"), ...findings.map(sarifResult), sarifEnd()];
    expect(JSON.parse(pieces.join(""))).toEqual(JSON.parse(JSON.stringify(toSarif(findings, "1.2.3"))));
  });
});

describe("formatFinding", () => {
  it("writes one line", () => {
    expect(formatFinding(LEAK)).toBe(
      "my data/über#1.jsonl:5: error split-leak: prompt: the post is in two splits.",
    );
    expect(formatFinding(OTHER)).toBe("/data/a.jsonl: info of-a-step: m");
  });

  it("lets no control character through", () => {
    const line = formatFinding({ ...OTHER, file: "a\nb", message: "x\u001b[2J\u2028y" });
    expect(line).toBe("a b: info of-a-step: x [2J y");
  });
});
