import {
  type Message,
  type MessageConnection,
  ResponseError,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { AGENT_ERRORS, initialize, PROTOCOL_VERSION, shutdown } from "../protocol/agent.js";
import { KeptModel, modelIdleMinutes } from "../runtime/kept-model.js";
import type { ModelOpener } from "../runtime/open-model.js";
import { prefloomVersion } from "../runtime/versions.js";
import { openWorkspace } from "../runtime/workspace.js";
import { serveData } from "./data.js";
import { Jobs } from "./jobs.js";
import { serveMachine } from "./machine.js";
import { deviceTeller, serveModels } from "./models.js";
import { servePipeline } from "./pipeline.js";
import type { Served } from "./served.js";

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

/**
 * Answers the requests of `protocol/agent` on a connection.
 * @param onParent is told the process whose end is the agent's, too
 * @returns what goes on
 */
export function serve(
  connection: MessageConnection,
  openModel: ModelOpener,
  onParent: (pid: number) => void,
): Jobs {
  let initialized: string | undefined;
  const folder = (): string => {
    if (initialized !== undefined) return initialized;
    throw new ResponseError(AGENT_ERRORS.notInitialized, "the first message must be “initialize”");
  };
  const served: Served = {
    connection,
    folder,
    jobs: new Jobs(),
    model: new KeptModel(openModel, modelIdleMinutes(), deviceTeller(connection)),
    workspace: async () => openWorkspace(folder()),
  };

  connection.onRequest(initialize, ({ protocol, workspace, parent }) => {
    if (protocol !== PROTOCOL_VERSION) {
      throw new ResponseError(
        AGENT_ERRORS.wrongVersion,
        `the client speaks version ${protocol}, the agent ${PROTOCOL_VERSION}; reload the window after an update`,
      );
    }
    initialized = workspace;
    if (parent !== null) onParent(parent);
    return { protocol: PROTOCOL_VERSION, version: prefloomVersion(), pid: process.pid };
  });
  servePipeline(served);
  serveModels(served);
  serveData(served);
  serveMachine(served);

  connection.onRequest(shutdown, async () => {
    await served.jobs.end();
    await served.model.unload();
    // The run's own answer goes first. What ends the process is that the answer to this is written (`AgentWriter`).
    await new Promise((resolve) => setImmediate(resolve));
    return null;
  });
  return served.jobs;
}
