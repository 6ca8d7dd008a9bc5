import {
  type CancellationToken,
  type Message,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { InputError, MissingResourceError, WorkspaceHeldError } from "../core/errors.js";
import { STEP_NAMES } from "../core/step-names.js";
import {
  AGENT_ERRORS,
  initialize,
  pipelineEvent,
  pipelineRun,
  PROTOCOL_VERSION,
  shutdown,
} from "../protocol/agent.js";
import { runSteps } from "../runtime/run-steps.js";
import { prefloomVersion } from "../runtime/versions.js";
import { openWorkspace } from "../runtime/workspace.js";

/** How often the agent looks whether its client is still there. */
const PARENT_MILLISECONDS = 2000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function asResponseError(error: unknown): ResponseError {
  const code =
    error instanceof InputError
      ? AGENT_ERRORS.badInput
      : error instanceof MissingResourceError || error instanceof WorkspaceHeldError
        ? AGENT_ERRORS.missing
        : -32603;
  return new ResponseError(code, error instanceof Error ? error.message : String(error));
}

function abortedBy(token: CancellationToken): AbortController {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller;
}

/** Writes messages, and tells when the answer to `shutdown` is out: only then may the process end. */
export class AgentWriter extends StreamMessageWriter {
  constructor(
    stream: NodeJS.WritableStream,
    private readonly onShutdown: () => void,
  ) {
    super(stream);
  }

  override async write(message: Message): Promise<void> {
    await super.write(message);
    // No other answer is null.
    if ("result" in message && message.result === null) this.onShutdown();
  }
}

/** Answers the requests of `protocol/agent` on a connection. @param exit ends the process, as its client is gone */
export function serve(connection: MessageConnection, exit: (code: number) => void): void {
  let folder: string | undefined;
  let running: { readonly controller: AbortController; readonly done: Promise<unknown> } | undefined;

  const opened = async () => {
    if (folder === undefined) {
      throw new ResponseError(AGENT_ERRORS.notInitialized, "the first message must be “initialize”");
    }
    return openWorkspace(folder);
  };

  connection.onRequest(initialize, ({ protocol, workspace, parent }) => {
    if (protocol !== PROTOCOL_VERSION) {
      throw new ResponseError(
        AGENT_ERRORS.wrongVersion,
        `the client speaks version ${protocol}, the agent ${PROTOCOL_VERSION}; reload the window after an update`,
      );
    }
    folder = workspace;
    if (parent !== null) {
      const timer = setInterval(() => {
        if (!isAlive(parent)) exit(0);
      }, PARENT_MILLISECONDS);
      timer.unref();
    }
    return { protocol: PROTOCOL_VERSION, version: prefloomVersion(), pid: process.pid };
  });

  connection.onRequest(pipelineRun, async ({ steps: asked, until }, token) => {
    if (running) throw new ResponseError(AGENT_ERRORS.badInput, "a run is under way already");
    if (until !== undefined && !STEP_NAMES.includes(until)) {
      throw new ResponseError(AGENT_ERRORS.badInput, `there is no step “${until}”`);
    }
    const controller = abortedBy(token);
    const last = until === undefined ? STEP_NAMES.length : STEP_NAMES.indexOf(until) + 1;
    const run = (async () => {
      const outcome = await runSteps(await opened(), {
        steps: asked ?? STEP_NAMES.slice(0, last),
        onEvent: (event) => void connection.sendNotification(pipelineEvent, event),
        signal: controller.signal,
        command: "agent: run",
      });
      return outcome;
    })();
    running = { controller, done: run.catch(() => undefined) };
    try {
      return await run;
    } catch (error) {
      throw error instanceof ResponseError ? error : asResponseError(error);
    } finally {
      running = undefined;
    }
  });

  connection.onRequest(shutdown, async () => {
    running?.controller.abort();
    await running?.done;
    // The run's own answer goes first. What ends the process is that the answer to this is written (`AgentWriter`).
    await new Promise((resolve) => setImmediate(resolve));
    return null;
  });
}
