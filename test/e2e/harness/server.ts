import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { modelsFolder } from "../../../src/runtime/models.js";
import { type Surroundings } from "./surroundings.js";

/** The user's models: whole runs need the small one. Asked at once, since tests of other models change the variable. */
const MODELS = modelsFolder();

/** How a server is to be started. */
export interface ServerOptions {
  /** Extensions to install before it starts. */
  readonly vsix?: readonly string[];
  /** User settings on top of the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment on top of one in which nothing of the user's is reachable. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether folders must be trusted before work, as outside tests; default no. */
  readonly trust?: boolean;
}

/** A process that a server started, or one of its descendants did. */
export interface HostProcess {
  readonly pid: number;
  readonly command: string;
}

/** A running VS Code server. */
export interface Server {
  readonly url: string;
  /** Holds all that this server and its extensions write: `home`, `extensions`, `data`. */
  readonly folder: string;
  /** Every live process of it: extension hosts, agents, terminals. */
  readonly processes: () => readonly HostProcess[];
  readonly log: () => string;
  /** Ends it with every process of it, and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Nothing that moves, asks, or goes to the network. */
const QUIET = {
  "security.workspace.trust.startupPrompt": "never",
  "security.workspace.trust.banner": "never",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on",
  "workbench.colorTheme": "Light Modern",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "extensions.ignoreRecommendations": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "update.mode": "none",
  "telemetry.telemetryLevel": "off",
  "git.enabled": false,
  "editor.accessibilitySupport": "off",
  "window.restoreWindows": "none",
  "files.hotExit": "off",
};

const freePort = (): Promise<number> =>
  new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

/** The caller's environment, less what would tie the server to the caller's own editor or home. */
function environment(
  folder: string,
  node: string,
  more: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|VITEST|NODE_OPTIONS$|NODE_ENV$|NODE_CHANNEL_)/.test(name),
  );
  const home = join(folder, "home");
  return {
    ...Object.fromEntries(kept),
    PATH: `${dirname(node)}:${process.env["PATH"] ?? ""}`,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_CACHE_HOME: join(home, ".cache"),
    XDG_RUNTIME_DIR: join(folder, "runtime"),
    PREFLOOM_MODELS: MODELS,
    ...more,
  };
}

/** Starts VS Code's server, in a process group of its own by whose id all of it ends. */
export async function startServer(
  { node, server }: Surroundings["host"],
  options: ServerOptions = {},
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "prefloom-vscode-"));
  const [data, extensions] = [join(folder, "data"), join(folder, "extensions")];
  for (const made of [join(data, "User"), extensions, join(folder, "home"), join(folder, "runtime")]) {
    mkdirSync(made, { recursive: true, mode: 0o700 });
  }
  const settings = { ...QUIET, ...options.settings };
  writeFileSync(join(data, "User/settings.json"), JSON.stringify(settings, null, 2));
  const env = environment(folder, node, options.env ?? {});
  const common = [
    server,
    "--accept-server-license-terms",
    ...["--server-data-dir", folder],
    ...["--user-data-dir", data],
    ...["--extensions-dir", extensions],
  ];
  for (const vsix of options.vsix ?? []) {
    const installed = spawnSync(node, [...common, "--install-extension", vsix], { env, encoding: "utf8" });
    if (installed.status !== 0 || !installed.stdout.includes("successfully installed")) {
      throw new Error(`${vsix} does not install:\n${installed.stdout}${installed.stderr}`);
    }
  }

  const port = await freePort();
  const logFile = join(folder, "server.log");
  const log = openSync(logFile, "w");
  const child = spawn(
    node,
    [
      ...common,
      ...["--host", "127.0.0.1", "--port", String(port), "--without-connection-token"],
      ...["--telemetry-level", "off", "--enable-smoke-test-driver"],
      // A window that is gone does not come back: its extension host need not wait for it. Nor the server for its tests.
      ...["--reconnection-grace-time", "5", "--enable-remote-auto-shutdown"],
      ...(options.trust === true ? [] : ["--disable-workspace-trust"]),
    ],
    { env, stdio: ["ignore", log, log], detached: true },
  );
  closeSync(log);
  const url = `http://127.0.0.1:${port}`;
  const running: Server = {
    url,
    folder,
    processes: () => processesOf(child.pid!, folder),
    log: () => readFileSync(logFile, "utf8"),
    stop: async () => {
      await endGroup(child.pid!);
      for (const { pid } of processesOf(child.pid!, folder)) end(pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  await untilReady(running, child);
  return running;
}

async function untilReady(server: Server, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) break;
    const ready = await fetch(`${server.url}/version`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  const said = server.log();
  await server.stop();
  throw new Error(`VS Code's server does not start:\n${said}`);
}

function end(pid: number, signal: "SIGTERM" | "SIGKILL" | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function endGroup(group: number): Promise<void> {
  end(-group, "SIGTERM");
  for (let i = 0; i < 30 && end(-group, 0); i++) await sleep(100);
  end(-group, "SIGKILL");
}

/** By session, or by the folder that they were started from: who was left behind by a parent is found, too. */
function processesOf(session: number, folder: string): readonly HostProcess[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // pid (name) state parent group session …
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , , sid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      const ours = Number(sid) === session || command.includes(folder);
      return ours && state !== "Z" ? [{ pid: Number(name), command }] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
}
