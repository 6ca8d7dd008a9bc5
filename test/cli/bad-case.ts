import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, vi } from "vitest";
import { runCli } from "../../src/cli/program.js";
import type { ModelOpener } from "../../src/runtime/open-model.js";
import { fakeOpener } from "../fakes/fake-model.js";

/** The raw file that the settings of a case name. */
export const RAW = "raw.jsonl";

/** Settings of a case that says nothing of them. */
export const SETTINGS = {
  sources: [{ path: RAW }],
  annotate: { answers: "words", probePairs: 0 },
};

/** A good record, as a line. */
export const post = (id: string) =>
  JSON.stringify({ id, text: `text of ${id}`, responses: [`yes to ${id}`, `no to ${id}`] });

/** One row of the tables of bad input. */
export interface BadCase {
  readonly name: string;
  /** Files of the workspace by path; null: a folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  /** `prefloom.json` as text or as an object; null: there is none. */
  readonly settings?: string | object | null;
  /** The command; `@` at the start of an argument stands for the folder of the workspace. Default: `import`. */
  readonly args?: readonly string[] | ((folder: string) => readonly string[]);
  /** Without `--workspace`. */
  readonly bare?: boolean;
  /** The model is opened for real. */
  readonly realModel?: boolean;
  /** A last change to the folder before the command. */
  readonly change?: (folder: string) => void;
  readonly code: number;
  /** Each must fit a line of what people read. */
  readonly says: readonly RegExp[];
  /** The command line's own usage message, which tells of `--help` in place of a fix. */
  readonly usage?: boolean;
  /** Number of posts that went on. */
  readonly posts?: number;
  /** `LINE RULE` of each entry of the ledger, in order. */
  readonly drops?: readonly string[];
}

/** What a command left. */
export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process and keeps what it writes. */
export async function runHere(args: readonly string[], openModel?: ModelOpener): Promise<Told> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += String(chunk);
      return true;
    }),
  );
  try {
    const code = await runCli(args, openModel);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Makes the folder of a case. @param template is copied first */
export function makeCase({ files = {}, settings = SETTINGS, change }: BadCase, template?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "prefloom-bad-"));
  if (template !== undefined) cpSync(template, folder, { recursive: true, preserveTimestamps: true });
  else if (settings !== null) {
    const text = typeof settings === "string" ? settings : JSON.stringify(settings, null, 2);
    writeFileSync(join(folder, "prefloom.json"), text);
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    if (content === null) mkdirSync(join(folder, path));
    else writeFileSync(join(folder, path), content);
  }
  change?.(folder);
  return folder;
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

/** `LINE RULE` of the entries of the ledger of a folder's import. */
function ledgerOf(folder: string): string[] {
  return linesOf(join(folder, "prefloom-out/import/drops.jsonl")).map((line) => {
    const { rule, reason, origin } = JSON.parse(line) as {
      rule: string;
      reason: string;
      origin: { file: string; line: number };
    };
    expect(reason).not.toBe("");
    expect(origin.file).toBe(RAW);
    return `${origin.line} ${rule}`;
  });
}

/** Every message that asks for something to be mended: place, what is wrong, fix; one sentence mark at its end. */
const MESSAGE = /^(?:error: |warning: )?\S.*?: .+\. Fix: .*[^.\s]\.$/;

function checkMessages({ code, says, usage = false }: BadCase, { stdout, stderr }: Told): void {
  const lines = `${stdout}\n${stderr}`.split("\n");
  for (const pattern of says) expect(lines).toContainEqual(expect.stringMatching(pattern));
  expect(stderr).not.toContain("defect of Prefloom");
  const messages = lines.filter((line) => line.includes("Fix:") && !/^\s*["{]/.test(line));
  for (const message of messages) expect(message).toMatch(MESSAGE);
  if (usage) expect(stderr).toMatch(/^error: .*\n(?:\(Did you mean .*\)\n)?\(--help tells how\)\n$/);
  else if (code > 1) expect(messages).not.toEqual([]);
  // What programs read is one object, or one a line, and says the same.
  for (const text of stdout.startsWith("{\n") ? [stdout] : stdout.split("\n").filter(Boolean)) {
    expect(() => void JSON.parse(text)).not.toThrow();
  }
  const told = [...stdout.matchAll(/"exitCode":\s*(\d)/g)].at(-1)?.[1];
  if (code !== 0) expect(told).toBe(String(code));
}

function settingsOf(folder: string): string | null {
  const path = join(folder, "prefloom.json");
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : null;
}

/** Runs a case in a folder of its own and checks all of its expectations. */
export async function checkCase(wanted: BadCase, template?: string): Promise<void> {
  const folder = makeCase(wanted, template);
  try {
    const { args = ["import"], bare = false, realModel = false } = wanted;
    const command = (typeof args === "function" ? args(folder) : args).map((arg) =>
      arg.replace(/^@/, folder),
    );
    const before = settingsOf(folder);
    const told = await runHere(
      ["--json", ...(bare ? [] : ["--workspace", folder]), ...command],
      realModel ? undefined : fakeOpener,
    );
    expect(told).toMatchObject({ code: wanted.code });
    checkMessages(wanted, told);
    // What cannot be used is not written into the settings.
    if (wanted.code > 1) expect(settingsOf(folder)).toBe(before);
    if (wanted.posts !== undefined) {
      expect(linesOf(join(folder, "prefloom-out/import/posts.jsonl"))).toHaveLength(wanted.posts);
    }
    if (wanted.drops) expect(ledgerOf(folder)).toEqual(wanted.drops);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
