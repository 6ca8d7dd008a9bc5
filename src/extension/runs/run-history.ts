import { type Disposable, type Event, EventEmitter, type Memento } from "vscode";
import type { RunEvent } from "../../core/run-events.js";
import type { RunRequest } from "../../protocol/agent.js";
import { endRecord, keptRecords, recordEvent, type RunRecord } from "./run-record.js";

const KEY = "prefloom.runs";
const MOST = 50;
/** Progress is told of this often at most. */
const PROGRESS_MILLISECONDS = 1000;

/** Runs that were started from this window's folders, newest first; kept from session to session. */
export class RunHistory implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange: Event<void> = this.#changed.event;
  #runs: readonly RunRecord[];
  #toldAt = 0;

  constructor(private readonly state: Memento) {
    this.#runs = keptRecords(state.get(KEY), MOST);
  }

  get all(): readonly RunRecord[] {
    return this.#runs;
  }

  /** Takes up a run that begins. @returns its id */
  start(workspace: string, request: RunRequest): string {
    const startedAt = new Date().toISOString();
    const id = `${startedAt} ${workspace}`;
    const run: RunRecord = {
      ...{ id, workspace, request, startedAt, seconds: null, outcome: "running" },
      ...{ steps: [], errors: 0, message: null },
    };
    this.#runs = [run, ...this.#runs].slice(0, MOST);
    this.#keep();
    return id;
  }

  /** Takes note of an event of a run. */
  follow(id: string, event: RunEvent): void {
    if (event.type === "log") return;
    this.#change(id, (run) => recordEvent(run, event));
    if (event.type !== "progress") this.#keep();
    else if (Date.now() - this.#toldAt >= PROGRESS_MILLISECONDS) this.#tell();
  }

  /** Takes note of a run's end. @returns the run */
  end(id: string, end: Parameters<typeof endRecord>[1]): RunRecord | undefined {
    this.#change(id, (run) => endRecord(run, end));
    this.#keep();
    return this.#runs.find((run) => run.id === id);
  }

  #change(id: string, change: (run: RunRecord) => RunRecord): void {
    this.#runs = this.#runs.map((run) => (run.id === id ? change(run) : run));
  }

  #tell(): void {
    this.#toldAt = Date.now();
    this.#changed.fire();
  }

  #keep(): void {
    this.#tell();
    void this.state.update(KEY, this.#runs);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
