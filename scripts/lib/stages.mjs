import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { ROOT } from "./files.mjs";

const live = process.stdout.isTTY;
const running = new Map();

function showRunning() {
  if (!live) return;
  const names = [...running].map(
    ([name, started]) => `${name} ${Math.round((performance.now() - started) / 1000)} s`,
  );
  process.stdout.write(`\r\u001b[K${names.join(", ")}`);
}

/** One line above whatever is shown as running. */
export function say(line) {
  process.stdout.write(`${live ? "\r\u001b[K" : ""}${line}\n`);
  showRunning();
}

/** Colours as the reader of this output can show them, whatever the environment says of another terminal. */
function environment() {
  const env = { ...process.env, ...(live ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" }) };
  delete env[live ? "NO_COLOR" : "FORCE_COLOR"];
  return env;
}

/** Runs a Node program in the checkout: its exit status and everything it printed. */
export function runNode(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks = [];
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => chunks.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (status) => done({ status, output: Buffer.concat(chunks).toString() }));
  });
}

/**
 * Runs one stage and tells its outcome in a line, with everything it printed when something failed.
 * `work` returns `{ passed, failed, skipped?, output }`, and so does this.
 */
export async function stage(name, work) {
  const started = performance.now();
  running.set(name, started);
  const timer = live ? setInterval(showRunning, 1000) : undefined;
  showRunning();
  const result = await work();
  clearInterval(timer);
  running.delete(name);
  const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const counts = result.passed + result.failed + (result.skipped ?? 0) > 1 ? `  ${countsLine(result)}` : "";
  say(`${result.failed > 0 ? "FAIL" : "ok  "}  ${name.padEnd(28)} ${seconds.padStart(8)}${counts}`);
  if (result.failed > 0) say(result.output.trimEnd());
  return result;
}

/** `12 passed, 0 failed`, and the skipped where there are any. */
export function countsLine({ passed, failed, skipped = 0 }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** A stage that passes when a Node program exits with 0. */
export function check(name, args) {
  return stage(name, async () => {
    const { status, output } = await runNode(args);
    return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, output };
  });
}

/** Starts the jobs in order, as many at a time as there are processors (at most four). */
export async function inParallel(jobs) {
  const results = [];
  const queue = jobs.entries();
  const lane = async () => {
    for (const [i, job] of queue) results[i] = await job();
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, lane));
  return results;
}
