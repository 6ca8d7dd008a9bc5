/** What `scripts/test.sh` does, once Node is known to be there: see there for the arguments. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { filesUnder, fingerprint, readRecord, repositoryFiles, ROOT, writeRecord } from "./files.mjs";
import { install, isInstalled } from "./install.mjs";
import { check, countsLine, inParallel, runNode, say, stage } from "./stages.mjs";

const PASSES = ".cache/test-passes.json";
const MODEL = "smollm2-135m-instruct";

const TSC = "node_modules/typescript/bin/tsc";
const PROJECTS = {
  types: ".",
  "types of core": "src/core",
  "types of steps": "src/steps",
  "types of extension": "src/extension",
};

function typecheck(name, project) {
  const buildInfo = `.cache/${name.replaceAll(" ", "-")}.tsbuildinfo`;
  return check(name, [TSC, "-p", project, "--noEmit", "--incremental", "--tsBuildInfoFile", buildInfo]);
}

const build = () => check("build", ["scripts/build.mjs"]);

/** What eslint found in unchanged files is taken as it was; types of other files may have changed since, so only in a hurry. */
const LINT_CACHE = ["--cache", "--cache-strategy", "content", "--cache-location", ".cache/eslint"];

/** The slowest first. */
function checks({ fast }) {
  const layered = ["src", "webview"].filter((folder) => filesUnder(folder).length > 0);
  return [
    () =>
      check("lint", [
        ...["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"],
        ...(fast ? LINT_CACHE : []),
      ]),
    ...Object.entries(PROJECTS).map(
      ([name, project]) =>
        () =>
          typecheck(name, project),
    ),
    () => check("format", ["node_modules/prettier/bin/prettier.cjs", "--check", "."]),
    () =>
      check("layers", [
        "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
        "--config",
        ".dependency-cruiser.cjs",
        ...layered,
      ]),
    build,
  ];
}

/** What a project says of why it cannot run here. */
const REASON = /^\S+ is skipped: .*$/m;

/** Runs a vitest project and counts its tests from the JSON report. */
async function tests(project, patterns) {
  let reason;
  const counts = await stage(`${project} tests`, async () => {
    const report = `.cache/vitest-${project}.json`;
    rmSync(join(ROOT, report), { force: true });
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const { status, output } = await runNode([
      ...[
        "node_modules/vitest/vitest.mjs",
        "run",
        "--project",
        project,
        "--passWithNoTests",
        "--maxWorkers=100%",
      ],
      ...reporters,
      ...patterns,
    ]);
    [reason] = REASON.exec(output) ?? [];
    return { ...countTests(readRecord(report), status), output };
  });
  if (reason !== undefined) say(`      ${reason}`);
  return counts;
}

/** A file that broke before its tests, or a run that failed without naming a test, counts as one failed test. */
function countTests(report, status) {
  if (report === undefined) return { passed: 0, failed: 1 };
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function modelTests(patterns) {
  const wanted = filesUnder("test/model", "test/e2e").filter(
    (file) =>
      file.endsWith(".test.ts") &&
      (patterns.length === 0 || patterns.some((pattern) => file.includes(pattern))),
  );
  if (wanted.length === 0) return [];
  const model = await check(`model ${MODEL}`, ["dist/cli.mjs", "model", "get", MODEL]);
  if (model.failed > 0) {
    say("      the tests that need the model did not run");
    return [model];
  }
  return [model, await tests("model", patterns)];
}

async function runEverything({ fast, patterns }) {
  const results = patterns.length > 0 ? [await build()] : await inParallel(checks({ fast }));
  const checked = results.length;
  results.push(await tests("unit", patterns));
  if (!fast) {
    results.push(
      await tests("slow", patterns),
      ...(await modelTests(patterns)),
      await tests("e2e", patterns),
    );
  }
  if (patterns.length > 0 && countsOf(results.slice(checked)).total === 0) {
    say(`FAIL  no test file matches ${patterns.join(", ")}`);
    results.push({ passed: 0, failed: 1 });
  }
  return countsOf(results);
}

function countsOf(results) {
  const sum = (key) => results.reduce((total, result) => total + (result[key] ?? 0), 0);
  const counts = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  return { ...counts, total: counts.passed + counts.failed + counts.skipped };
}

/** Everything a pass depends on; `undefined` where git cannot say which files there are. */
function stateOf({ fast, patterns }) {
  const files = repositoryFiles();
  if (files === undefined) return undefined;
  const environment = Object.entries(process.env)
    .filter(([name]) => name.startsWith("PREFLOOM_"))
    .sort();
  return fingerprint(files, process.version, process.platform, process.arch, fast, patterns, environment);
}

function parseArguments(args) {
  const options = args.filter((argument) => argument.startsWith("-"));
  const unknown = options.filter((option) => !["--fast", "--force"].includes(option));
  if (unknown.length > 0) {
    console.error(
      `test: unknown option ${unknown.join(" ")}; usage: scripts/test.sh [--fast] [--force] [pattern...]`,
    );
    process.exit(2);
  }
  return {
    fast: options.includes("--fast"),
    force: options.includes("--force"),
    patterns: args.filter((argument) => !argument.startsWith("-")),
  };
}

/** Exit status and last line of a run that ends here. */
function finish(line, failed) {
  say(line);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function main() {
  const request = parseArguments(process.argv.slice(2));
  if (isInstalled()) {
    say("skip  install: node_modules matches package-lock.json");
  } else {
    const problem = await stage("install", async () => {
      const output = install();
      return { passed: 0, failed: output === undefined ? 0 : 1, output };
    });
    if (problem.failed > 0) return finish(countsLine(problem), 1);
  }

  const state = stateOf(request);
  const key = JSON.stringify([request.fast, request.patterns]);
  const pass = readRecord(PASSES)?.[key];
  const mayReuse = !request.force && !["true", "1"].includes(process.env.CI ?? "");
  if (mayReuse && state !== undefined && pass?.state === state) {
    const built = await build();
    if (built.failed > 0) return finish(countsLine(built), 1);
    say(`skip  all checks and tests: no file changed since they passed on ${pass.when} (${pass.seconds} s)`);
    say("      the result is the one recorded then; --force runs them again");
    return finish(pass.line, 0);
  }
  if (state === undefined) say("      not a git checkout: a pass cannot be recorded");

  const started = performance.now();
  const counts = await runEverything(request);
  const seconds = Math.round((performance.now() - started) / 1000);
  const line = countsLine(counts);
  if (counts.failed === 0 && state !== undefined) {
    if (stateOf(request) === state) {
      const when = new Date().toISOString().slice(0, 16).replace("T", " ");
      writeRecord(PASSES, { ...readRecord(PASSES), [key]: { state, line, when, seconds } });
    } else {
      say("      files changed during the run: the pass is not recorded");
    }
  }
  finish(line, counts.failed);
}

await main();
