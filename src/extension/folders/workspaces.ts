import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  RelativePattern,
  Uri,
  window,
  workspace,
} from "vscode";
import { CONTEXT_KEYS } from "../ids.js";
import type { ReaderClient } from "../reader/reader-client.js";
import { PrefloomWorkspace } from "./prefloom-workspace.js";

const SETTINGS_FILE = "prefloom.json";
/** More of them are found only when they are opened. */
const MOST_FOUND = 50;
/** Changes on disk come in bursts: a step writes many files. */
const QUIET_MILLISECONDS = 400;

/** The Prefloom workspaces of this window: every folder with `prefloom.json`. Found without blocking; watched. */
export class Workspaces implements Disposable {
  readonly #all = new Map<string, PrefloomWorkspace>();
  readonly #changed = new EventEmitter<void>();
  readonly #stateChanged = new EventEmitter<PrefloomWorkspace>();
  /** A workspace came or went. */
  readonly onDidChange: Event<void> = this.#changed.event;
  /** Status or progress of a workspace has changed. */
  readonly onDidChangeState: Event<PrefloomWorkspace> = this.#stateChanged.event;
  readonly #subscriptions: { dispose(): unknown }[] = [this.#changed, this.#stateChanged];
  /** Of the outputs. */
  readonly #watchers = new Map<string, Disposable>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Resolves when the folders have been searched once. */
  readonly ready: Promise<void>;

  constructor(private readonly reader: ReaderClient) {
    const watcher = workspace.createFileSystemWatcher(`**/${SETTINGS_FILE}`);
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate((uri) => this.#add(uri)),
      watcher.onDidChange((uri) => this.#touched(Uri.joinPath(uri, "..").toString())),
      watcher.onDidDelete((uri) => this.#remove(Uri.joinPath(uri, ".."))),
      workspace.onDidChangeWorkspaceFolders(() => void this.#search()),
      // Of a folder that goes, only the folder itself is told.
      workspace.onDidDeleteFiles(() => void this.#search()),
      workspace.onDidRenameFiles(() => void this.#search()),
    );
    this.ready = this.#search();
  }

  /** In the order of their paths. */
  get all(): readonly PrefloomWorkspace[] {
    return [...this.#all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The innermost workspace that holds a file or folder. */
  of(uri: Uri): PrefloomWorkspace | undefined {
    return this.all
      .filter(({ uri: folder }) => `${uri.path}/`.startsWith(`${folder.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0];
  }

  /** The workspace that a command means when none is named: that of the active editor, else the only one. */
  get active(): PrefloomWorkspace | undefined {
    const uri = window.activeTextEditor?.document.uri;
    return (uri && this.of(uri)) ?? (this.#all.size === 1 ? this.all[0] : undefined);
  }

  /** Takes up a workspace that has just been made. */
  added(folder: Uri): PrefloomWorkspace {
    return this.#add(Uri.joinPath(folder, SETTINGS_FILE));
  }

  async #search(): Promise<void> {
    const found = await workspace.findFiles(`**/${SETTINGS_FILE}`, "**/node_modules/**", MOST_FOUND);
    const folders = new Set(found.map((uri) => Uri.joinPath(uri, "..").toString()));
    for (const [key, one] of this.#all) if (!folders.has(key)) this.#remove(one.uri);
    for (const uri of found) this.#add(uri);
    this.#tell();
  }

  #add(settings: Uri): PrefloomWorkspace {
    const folder = Uri.joinPath(settings, "..");
    const key = folder.toString();
    const known = this.#all.get(key);
    if (known) return known;
    const name = workspace.asRelativePath(folder, (workspace.workspaceFolders?.length ?? 0) > 1);
    const isRoot = workspace.getWorkspaceFolder(folder)?.uri.toString() === key;
    const label = isRoot ? workspace.getWorkspaceFolder(folder)!.name : name;
    const added = new PrefloomWorkspace(folder, label, this.reader);
    added.onDidChange(() => this.#stateChanged.fire(added));
    this.#all.set(key, added);
    this.#watchOutput(added);
    this.#tell();
    return added;
  }

  /** Manifests, ledgers and sources decide the status; they change where the command line works beside the editor, too. */
  #watchOutput(added: PrefloomWorkspace): void {
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(added.uri, "**/manifest.json"));
    const touched = () => this.#touched(added.uri.toString());
    watcher.onDidCreate(touched);
    watcher.onDidChange(touched);
    watcher.onDidDelete(touched);
    this.#watchers.set(added.uri.toString(), watcher);
  }

  #touched(key: string): void {
    const one = this.#all.get(key);
    // What nobody has looked at need not be read anew.
    if (!one || (one.status === undefined && one.problem === undefined)) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void one.refresh(), QUIET_MILLISECONDS),
    );
  }

  #remove(folder: Uri): void {
    const key = folder.toString();
    clearTimeout(this.#timers.get(key));
    this.#watchers.get(key)?.dispose();
    this.#watchers.delete(key);
    this.#all.get(key)?.dispose();
    if (this.#all.delete(key)) this.#tell();
  }

  #tell(): void {
    void commands.executeCommand("setContext", CONTEXT_KEYS.hasWorkspace, this.#all.size > 0);
    this.#changed.fire();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const watcher of this.#watchers.values()) watcher.dispose();
    for (const one of this.#all.values()) one.dispose();
    for (const subscription of this.#subscriptions) subscription.dispose();
  }
}
