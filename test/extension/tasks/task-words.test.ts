import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/core/finding.js";
import { RULE_IDS } from "../../../src/core/rules/registry.js";
import { formatFinding } from "../../../src/core/rules/text.js";
import { AgentEndedError, UntrustedError } from "../../../src/extension/agent/agent-errors.js";
import { endOfRun, exitCodeOf, findingLine, progressLine } from "../../../src/extension/tasks/task-words.js";
import { requestOf } from "../../../src/extension/tasks/task-work.js";
import { AGENT_ERRORS } from "../../../src/protocol/agent.js";
import { ROOT } from "../../builders/cli.js";

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly contributes: {
    readonly problemMatchers: readonly {
      readonly name: string;
      readonly pattern: readonly { readonly regexp: string }[];
    }[];
  };
};
const [matcher] = manifest.contributes.problemMatchers;
const pattern = new RegExp(matcher!.pattern[0]!.regexp);

const FINDING: Finding = {
  ...{ rule: "direction-contradicted", severity: "error", message: "chosen: it says (a): b" },
  ...{ file: "prefloom-out/dataset/train.jsonl", line: 12 },
};

describe("the problem matcher", () => {
  it("reads what tasks print, whatever the colour", () => {
    const line = stripVTControlCharacters(findingLine(FINDING, "/w/nested", "/w"));
    expect(pattern.exec(line)?.slice(1)).toEqual([
      ...["nested/prefloom-out/dataset/train.jsonl", "12", "error", "direction-contradicted"],
      "chosen: it says (a): b",
    ]);
  });

  it("reads what the command line prints of every rule and severity", () => {
    expect(RULE_IDS.length).toBeGreaterThan(20);
    for (const rule of RULE_IDS) {
      for (const severity of ["error", "warning", "info"] as const) {
        const line = formatFinding({ ...FINDING, rule, severity });
        expect(pattern.exec(line)?.slice(2, 5), line).toEqual(["12", severity, rule]);
      }
    }
  });

  it("has a line for what is wrong with a file as a whole, and leaves paths outside as they are", () => {
    const { line: _, ...whole } = FINDING;
    const outside = stripVTControlCharacters(findingLine({ ...whole, file: "/other/a.jsonl" }, "/w", "/w"));
    expect(pattern.exec(outside)?.slice(1, 3)).toEqual(["../other/a.jsonl", "1"]);
  });

  it("does not take other lines for findings", () => {
    for (const line of ["annotate  done in 12:30: 3 posts", "dataset/train.jsonl: 40 rows, 3 errors"]) {
      expect(pattern.test(line), line).toBe(false);
    }
  });
});

describe("the end of a task", () => {
  const RESULT = { ran: [], skipped: [], interrupted: null, errors: 0, findings: [] };

  it("has the exit codes of the command line", () => {
    expect(endOfRun({ result: RESULT, run: undefined })).toEqual({ line: null, code: 0 });
    expect(endOfRun({ result: { ...RESULT, errors: 2 }, run: undefined }).code).toBe(1);
    const interrupted = { step: "annotate", done: 12, total: 188 } as const;
    const stopped = endOfRun({ result: { ...RESULT, interrupted }, run: undefined });
    expect(stopped.code).toBe(3);
    expect(stripVTControlCharacters(stopped.line!)).toBe(
      "Stopped: annotate 12 of 188 done. Run the task again to go on.",
    );
    expect(exitCodeOf(Object.assign(new Error("x"), { code: AGENT_ERRORS.badInput }))).toBe(2);
    expect(exitCodeOf(Object.assign(new Error("x"), { code: AGENT_ERRORS.missing }))).toBe(4);
    expect(exitCodeOf(new AgentEndedError({ code: null, signal: "SIGKILL", lastLines: [] }))).toBe(3);
    expect(exitCodeOf(new UntrustedError())).toBe(4);
  });
});

describe("a task", () => {
  it("asks for what its step and until say", () => {
    const task = (step: string, until?: string) =>
      requestOf({ type: "prefloom", step, ...(until === undefined ? {} : { until }) });
    expect(task("annotate")).toEqual({ steps: ["annotate"] });
    expect(task("run")).toEqual({});
    expect(task("run", "levels")).toEqual({ until: "levels" });
    expect(task("run", "nothing")).toBeUndefined();
    expect(task("everything")).toBeUndefined();
  });

  it("draws its progress", () => {
    expect(
      progressLine({
        ...{ type: "progress", step: "annotate", units: "responses", done: 47, total: 188 },
        ...{ rate: 2, secondsLeft: 70.5, tokensPerSecond: null },
      }),
    ).toBe("annotate  █████░░░░░░░░░░░░░░░ 47 of 188 responses, 2.0/s, 1 min 11 s left");
  });
});
