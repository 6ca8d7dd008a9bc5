import { CancellationTokenSource, EventEmitter, type Pseudoterminal, type TerminalDimensions } from "vscode";

const CTRL_C = "\u0003";
const CLEAR_LINE = "\r\u001b[K";
const COLUMNS = 80;

/** What the work of a task is given. */
export interface TaskOutput {
  /** Cancelled by Ctrl+C, and when the terminal is closed. */
  readonly token: CancellationTokenSource["token"];
  line(text: string): void;
  /** Draws over the last line of progress. */
  progress(text: string): void;
}

/** Terminal of a task whose work is done in this process or by an agent. */
export class TaskTerminal implements Pseudoterminal {
  readonly #write = new EventEmitter<string>();
  readonly #close = new EventEmitter<number>();
  readonly onDidWrite = this.#write.event;
  readonly onDidClose = this.#close.event;
  readonly #source = new CancellationTokenSource();
  #columns = COLUMNS;
  #hasProgress = false;

  /**
   * @param work returns the exit code
   * @param onCancel what is written at Ctrl+C
   */
  constructor(
    private readonly work: (output: TaskOutput) => Promise<number>,
    private readonly onCancel: string,
  ) {}

  open(dimensions: TerminalDimensions | undefined): void {
    this.#columns = dimensions?.columns ?? COLUMNS;
    void this.#run();
  }

  async #run(): Promise<void> {
    let code = 4;
    try {
      code = await this.work({
        token: this.#source.token,
        line: (text) => this.#line(text),
        progress: (text) => {
          this.#hasProgress = true;
          this.#write.fire(`${CLEAR_LINE}${text.slice(0, Math.max(20, this.#columns - 1))}`);
        },
      });
    } catch (error) {
      this.#line(error instanceof Error ? error.message : String(error));
    }
    this.#endProgress();
    this.#close.fire(code);
  }

  #endProgress(): void {
    if (this.#hasProgress) this.#write.fire(CLEAR_LINE);
    this.#hasProgress = false;
  }

  #line(text: string): void {
    this.#endProgress();
    this.#write.fire(`${text.replace(/\r?\n/g, "\r\n")}\r\n`);
  }

  setDimensions({ columns }: TerminalDimensions): void {
    this.#columns = columns;
  }

  handleInput(data: string): void {
    if (!data.includes(CTRL_C) || this.#source.token.isCancellationRequested) return;
    this.#line(this.onCancel);
    this.#source.cancel();
  }

  close(): void {
    this.#source.cancel();
  }
}
