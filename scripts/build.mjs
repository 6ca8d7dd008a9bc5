/**
 * Builds everything that is run or shipped into `dist/`: the command line, the agent, the extension, the JSON schema of
 * `prefloom.json`, and the sample. Does nothing when nothing changed.
 *
 *   node scripts/build.mjs            builds
 *   node scripts/build.mjs --watch    builds again at every change
 *   node scripts/build.mjs --list     names what it builds
 */
import { chmod, copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, context, formatMessages } from "esbuild";
import { filesUnder, fingerprint, readRecord, ROOT, writeRecord } from "./lib/files.mjs";

const CLI = { entry: "src/cli/main.ts", output: "dist/cli.mjs" };
const AGENT = { entry: "src/agent/main.ts", output: "dist/agent.mjs" };
const READER = { entry: "src/reader/main.ts", output: "dist/reader.mjs" };
const EXTENSION = { entry: "src/extension/extension.ts", output: "dist/extension.cjs" };
const SCHEMA = { entry: "src/core/settings/settings.ts", output: "dist/prefloom.schema.json" };
/** What a new workspace can start with; copied as it is. */
const SAMPLE = ["prefloom.json", "oasst-threads.jsonl", "NOTICE.md"].map((file) => ({
  entry: `scripts/sample/${file}`,
  output: `dist/sample/${file}`,
}));
const PRODUCTS = [CLI, AGENT, READER, EXTENSION, SCHEMA, ...SAMPLE];

const SOURCES = [
  "src",
  "webview",
  "scripts/build.mjs",
  "scripts/lib/files.mjs",
  "scripts/sample",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];
const STAMP = ".cache/build.json";

/** Native code and its loader: stays in `node_modules`, beside the bundles. */
const NATIVE = "node-llama-cpp";

/** Bundled CommonJS packages ask for Node's builtins with `require`, which an ES module has to make for itself. */
const MODULE_BANNER = [
  "#!/usr/bin/env node",
  'import { createRequire as prefloomCreateRequire } from "node:module";',
  "const require = prefloomCreateRequire(import.meta.url);",
].join("\n");

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node20",
  // Some packages hide what they load from bundlers in their CommonJS form.
  mainFields: ["module", "main"],
  sourcemap: true,
  sourcesContent: false,
  logLevel: "silent",
  define: {
    PREFLOOM_VERSION: JSON.stringify(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version),
  },
  metafile: true,
};

/** Command line, agent and reader together, so that they share what both use and load the rest when it is needed. */
const MODULES = {
  ...COMMON,
  entryPoints: [CLI, AGENT, READER].map(({ entry, output }) => ({
    in: entry,
    out: output.replace(/\.mjs$/, ""),
  })),
  outdir: ".",
  // Flat: a path relative to `import.meta.url` means the same wherever the code ends up.
  chunkNames: "dist/part-[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  splitting: true,
  external: [NATIVE],
  banner: { js: MODULE_BANNER },
  plugins: [afterBuild("modules", finishModules)],
};

const EDITOR = {
  ...COMMON,
  entryPoints: [EXTENSION.entry],
  outfile: EXTENSION.output,
  format: "cjs",
  // It is read at every start of the editor.
  minify: true,
  external: ["vscode"],
  plugins: [afterBuild("extension")],
};

const SETTINGS = {
  ...COMMON,
  entryPoints: [SCHEMA.entry],
  write: false,
  sourcemap: false,
  format: "esm",
  plugins: [afterBuild("schema", writeSchema)],
};

/** Runs `finish` after every successful build, also those of `--watch`, and tells what went wrong. */
function afterBuild(name, finish = async () => {}) {
  return {
    name,
    setup({ onEnd }) {
      onEnd(async (result) => {
        const errors = [];
        if (result.errors.length === 0)
          await finish(result).catch(({ message }) => errors.push({ text: message }));
        await tell("warning", result.warnings);
        await tell("error", [...result.errors, ...errors]);
        if (watching && errors.length + result.errors.length === 0)
          console.log(`${new Date().toLocaleTimeString()} ${name} built`);
        return { errors };
      });
    },
  };
}

async function tell(kind, messages) {
  const lines = await formatMessages(messages, { kind, color: process.stderr.isTTY });
  for (const line of lines) console.error(line.trimEnd());
}

async function finishModules({ metafile }) {
  for (const { output } of [CLI, AGENT, READER]) {
    const chain = staticChain(metafile, output, NATIVE);
    if (chain) {
      throw new Error(
        `${output} loads ${NATIVE} as soon as it starts (${chain.join(" > ")}): import() it where it is used.`,
      );
    }
  }
  await chmod(join(ROOT, CLI.output), 0o755);
  for (const file of await readdir(join(ROOT, "dist"))) {
    const stale = file.startsWith("part-") && !(`dist/${file}` in metafile.outputs);
    if (stale) await rm(join(ROOT, "dist", file), { force: true });
  }
}

/** How an output reaches a package through imports that run at once; `undefined` when it does not. */
function staticChain({ outputs }, output, wanted, seen = new Set()) {
  for (const { path, kind, external } of outputs[output]?.imports ?? []) {
    if (kind === "dynamic-import" || seen.has(path)) continue;
    seen.add(path);
    if (external && path === wanted) return [output, path];
    const rest = external ? undefined : staticChain({ outputs }, path, wanted, seen);
    if (rest) return [output, ...rest];
  }
  return undefined;
}

async function writeSchema({ outputFiles }) {
  const code = Buffer.from(outputFiles[0].contents).toString("base64");
  const { settingsJsonSchema } = await import(`data:text/javascript;base64,${code}`);
  await mkdir(join(ROOT, "dist"), { recursive: true });
  await writeFile(join(ROOT, SCHEMA.output), `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`);
}

async function copySample() {
  await mkdir(join(ROOT, "dist/sample"), { recursive: true });
  for (const { entry, output } of SAMPLE) await copyFile(join(ROOT, entry), join(ROOT, output));
}

/** Why this cannot be built, in words; empty when it can. */
function missingParts() {
  return [
    ...PRODUCTS.filter(({ entry }) => !existsSync(join(ROOT, entry))).map(
      ({ entry, output }) => `${entry} is missing: ${output} is built from it.`,
    ),
    ...[CLI, AGENT, READER]
      .filter(
        ({ entry }) =>
          existsSync(join(ROOT, entry)) && readFileSync(join(ROOT, entry), "utf8").startsWith("#!"),
      )
      .map(({ entry }) => `${entry} starts with "#!": leave the line to the build.`),
  ];
}

const outputFiles = () => filesUnder("dist");
const sourceState = () => fingerprint(filesUnder(...SOURCES));

async function buildOnce() {
  const started = performance.now();
  const source = sourceState();
  const last = readRecord(STAMP);
  if (last?.source === source && last.output === fingerprint(outputFiles())) {
    console.log("build: nothing changed, dist/ is up to date");
    return;
  }
  await Promise.all([...[MODULES, EDITOR, SETTINGS].map((options) => build(options)), copySample()]);
  writeRecord(STAMP, { source, output: fingerprint(outputFiles()) });
  console.log(
    `build: ${PRODUCTS.map(({ output }) => output).join(", ")} in ${Math.round(performance.now() - started)} ms`,
  );
}

const watching = process.argv.includes("--watch");

async function main() {
  const unknown = process.argv.slice(2).filter((argument) => !["--watch", "--list"].includes(argument));
  if (unknown.length > 0) throw new Error(`unknown argument ${unknown.join(" ")}; known: --watch, --list`);
  if (process.argv.includes("--list")) {
    for (const { output } of PRODUCTS) console.log(output);
    return;
  }
  const missing = missingParts();
  if (missing.length > 0) throw new Error(missing.join("\n"));
  if (!watching) return buildOnce();
  // What a watch leaves behind is not recorded: the next build starts from the sources.
  await rm(join(ROOT, STAMP), { force: true });
  const contexts = await Promise.all([MODULES, EDITOR, SETTINGS].map((options) => context(options)));
  await Promise.all([...contexts.map((one) => one.watch()), copySample()]);
  console.log("build: watching");
}

main().catch((error) => {
  // What esbuild found has been told where it was found.
  if (!error.errors) console.error(`build: ${error.message}`);
  process.exitCode = 1;
});
