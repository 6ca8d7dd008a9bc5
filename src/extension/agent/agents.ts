import { join } from "node:path";
import { type Disposable, type ExtensionContext, type LogOutputChannel, Uri, workspace } from "vscode";
import { engineEnvironment } from "../environment.js";
import { SETTINGS } from "../ids.js";
import { AgentClient } from "./agent-client.js";
import { UntrustedError } from "./agent-errors.js";

/** Settings that an agent is started with. */
const OF_AGENTS = [SETTINGS.modelsFolder, SETTINGS.gpuLayers, SETTINGS.python, SETTINGS.modelIdleMinutes];

/** The agents of this window: one process per folder, started on first need. */
export class Agents implements Disposable {
  readonly #clients = new Map<string, AgentClient>();
  readonly #busy = new Map<AgentClient, number>();
  readonly #outdated = new Set<AgentClient>();
  readonly #subscriptions: readonly { dispose(): unknown }[];

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {
    this.#subscriptions = [
      workspace.onDidChangeConfiguration((change) => {
        if (OF_AGENTS.some((id) => change.affectsConfiguration(id))) this.renew();
      }),
      workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const { uri } of removed) this.#leave(uri);
      }),
    ];
  }

  /** The agent of a folder. @throws UntrustedError where the user has not said that this window's folders are trusted */
  of(folder: Uri): AgentClient {
    if (!workspace.isTrusted) throw new UntrustedError();
    const key = folder.toString();
    const known = this.#clients.get(key);
    if (known) return known;
    const client = new AgentClient(
      () => ({
        program: join(this.context.extensionPath, "dist/agent.mjs"),
        folder: folder.fsPath,
        env: engineEnvironment(this.context),
      }),
      this.log,
    );
    this.#clients.set(key, client);
    return client;
  }

  /** The agent for what belongs to no workspace, such as fetching a model. */
  ofNone(): AgentClient {
    return this.of(this.context.globalStorageUri);
  }

  /** Does something for which the agent must stay: it is not restarted meanwhile, though its settings change. */
  async during<T>(client: AgentClient, work: () => Promise<T>): Promise<T> {
    this.#busy.set(client, (this.#busy.get(client) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#busy.get(client)! - 1;
      if (left > 0) this.#busy.set(client, left);
      else {
        this.#busy.delete(client);
        if (this.#outdated.delete(client)) void client.restart();
      }
    }
  }

  /** Ends those that do nothing, as what they were started with has changed; the others end with their work. */
  renew(): void {
    for (const client of this.#clients.values()) {
      if (this.#busy.has(client)) this.#outdated.add(client);
      else void client.restart();
    }
  }

  /** A folder has left the window. */
  #leave(folder: Uri): void {
    for (const [key, client] of this.#clients) {
      if (!`${Uri.parse(key).path}/`.startsWith(`${folder.path}/`)) continue;
      this.#clients.delete(key);
      void client.stop();
    }
  }

  /** Ends all of them, their work at hand on disk where that takes no more than moments. */
  async stop(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.stop()));
  }

  dispose(): void {
    for (const client of this.#clients.values()) client.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
