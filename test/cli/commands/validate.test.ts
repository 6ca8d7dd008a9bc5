import { z } from "zod";
import { describe, expect, it } from "vitest";
import { findingSchema } from "../../../src/core/finding.js";
import { validateCommand } from "../../../src/cli/commands/validate.js";
import { rowFiles } from "../../builders/row-files.js";
import { fakeCli } from "../../fakes/fake-surroundings.js";
import { chatRow } from "../../core/rules/rows.js";

const { write, path } = rowFiles("validate-command");

describe("the command", () => {
  async function run(args: readonly string[], options: Parameters<typeof fakeCli>[0] = {}) {
    const { cli, stdout, stderr } = fakeCli(options);
    await validateCommand(cli).parseAsync(args, { from: "user" });
    return { exitCode: cli.exitCode, stdout: stdout(), stderr: stderr() };
  }

  const bad = { prompt: "p", chosen: "Yes", rejected: "Yes" };

  it("lists findings and then counts them", async () => {
    const file = write("a.jsonl", [bad, chatRow()]);
    const { exitCode, stdout } = await run([file]);
    expect(exitCode).toBe(1);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      `${file}:1: error identical-responses: chosen: chosen and rejected are the same. Drop the row.`,
    );
    expect(lines[2]).toBe(`${file}: 2 rows, 1 error (plain preference rows)`);
    expect(lines[4]).toBe("        1  error    identical-responses  Chosen and rejected are the same");
    expect(lines[6]).toMatch(/^2 rows \(0 MB\) in .* s: 1 error$/);
    expect((await run([write("b.jsonl", [chatRow()])])).exitCode).toBe(0);
  });

  it("stops listing after 200 findings, keeps places for errors, and counts all", async () => {
    const near = Array.from({ length: 500 }, (_, i) => ({ prompt: `p${i}`, chosen: "Yes", rejected: "yes" }));
    const file = write("a.jsonl", [
      ...near,
      ...near.map((row) => ({ ...row, prompt: `x${row.prompt}`, rejected: "Yes" })),
    ]);
    const { stdout } = await run([file]);
    const listed = stdout
      .split("\n")
      .filter((line) => line.startsWith(`${file}:`) && /: (error|warning) /.test(line));
    expect(listed.filter((line) => line.includes("warning"))).toHaveLength(100);
    expect(listed.filter((line) => line.includes("error"))).toHaveLength(100);
    expect(stdout).toContain(`${file}: 800 more (--all lists them)`);
    expect(stdout).toContain("500  error    identical-responses");
    const all = await run([file, "--all"]);
    expect(all.stdout.match(/: (error|warning) /g)).toHaveLength(1000);
  });

  it.each([
    ["--format json", ["--format", "json"], {}],
    ["--json", [], { json: true }],
  ])("writes JSON lines with %s, the summary last", async (_what, args, options) => {
    const file = write("a.jsonl", [bad, chatRow()]);
    const { stdout, stderr, exitCode } = await run([file, ...args], options);
    const [finding, last, ...rest] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(rest).toEqual([]);
    expect(findingSchema.parse(finding).rule).toBe("identical-responses");
    expect(last).toMatchObject({
      summary: { rows: 2, findings: { error: 1 }, exitCode: 1, files: [{ file }] },
    });
    expect(stderr).toContain("2 rows");
    expect(exitCode).toBe(1);
  });

  it.each([
    ["findings", [bad, { ...bad, prompt: "q" }], 2],
    ["no finding", [chatRow()], 0],
  ])("writes whole SARIF for %s", async (_what, rows, results) => {
    const { stdout, stderr } = await run([write("a.jsonl", rows), "--format", "sarif"]);
    const [log] = sarifLog.parse(JSON.parse(stdout)).runs;
    expect(log.results).toHaveLength(results);
    expect(
      new Set(log.results.map(({ ruleId, ruleIndex }) => log.tool.driver.rules[ruleIndex]!.id === ruleId)),
    ).toEqual(new Set(results > 0 ? [true] : []));
    expect(stderr).toContain("MB");
  });

  it("ends SARIF where the check cannot go on", async () => {
    write("prefloom.json", "{");
    const { cli, stdout } = fakeCli();
    const failed = validateCommand(cli).parseAsync([write("a.jsonl", [bad]), "--format", "sarif"], {
      from: "user",
    });
    await expect(failed).rejects.toMatchObject({ name: "InputError" });
    expect(sarifLog.parse(JSON.parse(stdout())).runs[0].results).toEqual([]);
  });

  it("ends with 2 where a file cannot be read, and with 3 where it was interrupted", async () => {
    const file = write("a.jsonl", [bad]);
    const { exitCode, stderr } = await run([file, path("none.jsonl")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no such file");
    const signal = AbortSignal.abort();
    expect((await run([file], { signal })).exitCode).toBe(3);
  });
});

/** The parts of SARIF 2.1.0 that readers of it rely on, with nothing beyond. */
const text = z.strictObject({ text: z.string().min(1) });
const location = z.strictObject({
  id: z.number().optional(),
  physicalLocation: z.strictObject({
    artifactLocation: z.strictObject({ uri: z.string().regex(/^(file:\/\/)?[\w%./~-]+$/) }),
    region: z.strictObject({ startLine: z.number().int().positive() }).optional(),
  }),
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() })).optional(),
});
const level = z.enum(["error", "warning", "note", "none"]);
const sarifLog = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              ...{ shortDescription: text, fullDescription: text, help: text },
              defaultConfiguration: z.strictObject({ level }),
              properties: z.record(z.string(), z.unknown()),
            }),
          ),
        }),
      }),
      columnKind: z.literal("utf16CodeUnits"),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.number().int().nonnegative(),
          level,
          message: text,
          locations: z.array(location).min(1),
          relatedLocations: z.array(location).optional(),
          properties: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ]),
});
