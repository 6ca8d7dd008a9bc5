import { type Disposable, type Event, EventEmitter, Uri } from "vscode";
import type { Progress, RunEvent } from "../../core/run-events.js";
import type { StepName } from "../../core/step-names.js";
import { workspaceStatus, type WorkspaceStatus } from "../../protocol/reader.js";
import type { ReaderClient } from "../reader/reader-client.js";

/** The step that runs, and how far it has come. */
export interface RunningStep {
  readonly step: StepName;
  readonly doing: string;
  readonly units: string;
  readonly progress: Progress | null;
}

/** A folder with `prefloom.json`, as the editor knows it. */
export class PrefloomWorkspace implements Disposable {
  readonly #changed = new EventEmitter<void>();
  /** Status or progress has changed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  #status: WorkspaceStatus | undefined;
  #problem: string | undefined;
  #running: RunningStep | null = null;
  #reading: Promise<void> | undefined;
  #readAgain = false;

  /** @param uri of the folder @param name as people know it: the folder's name, with its parents where that is not enough */
  constructor(
    readonly uri: Uri,
    readonly name: string,
    private readonly reader: ReaderClient,
  ) {}

  get path(): string {
    return this.uri.fsPath;
  }

  get settingsUri(): Uri {
    return Uri.joinPath(this.uri, "prefloom.json");
  }

  /** The last status; undefined until `refresh` has ended once, and while `problem` says why there is none. */
  get status(): WorkspaceStatus | undefined {
    return this.#status;
  }

  /** Why the status cannot be read, such as a mistake in the settings. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The step that this editor runs now; null where none runs. */
  get running(): RunningStep | null {
    return this.#running;
  }

  /** Takes note of what a run of this editor tells. */
  follow(event: RunEvent): void {
    if (event.type === "step-started") {
      this.#running = { step: event.step, doing: event.doing, units: "", progress: null };
    } else if (event.type === "progress" && this.#running?.step === event.step) {
      const { done, total, rate, secondsLeft, tokensPerSecond } = event;
      const progress = { done, total, rate, secondsLeft, tokensPerSecond };
      this.#running = { ...this.#running, units: event.units, progress };
    } else if (event.type === "step-done") void this.refresh();
    else return;
    this.#changed.fire();
  }

  /** The run has ended, whatever way. */
  endRun(): void {
    this.#running = null;
    this.#changed.fire();
    void this.refresh();
  }

  /** Reads the status anew; calls while that goes on are answered by one more reading. */
  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return this.#reading;
    }
    this.#reading = this.#readUntilQuiet().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readUntilQuiet(): Promise<void> {
    this.#readAgain = false;
    await this.#read();
    if (this.#mustReadAgain()) await this.#readUntilQuiet();
  }

  #mustReadAgain(): boolean {
    return this.#readAgain;
  }

  async #read(): Promise<void> {
    try {
      this.#status = await this.reader.connection().sendRequest(workspaceStatus, { workspace: this.path });
      this.#problem = undefined;
    } catch (error) {
      this.#status = undefined;
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
