import type { AgentErrorData } from "../../protocol/agent.js";

/** How an agent's process ended. */
export interface AgentEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it last wrote to stderr. */
  readonly lastLines: readonly string[];
}

/** The agent ended before it answered. */
export class AgentEndedError extends Error {
  override readonly name = "AgentEndedError";

  constructor(readonly end: AgentEnd) {
    super(`the agent ended (${end.signal ?? `code ${String(end.code)}`})`);
  }
}

/** The agent has ended so often that it is not started again by itself. */
export class AgentGivenUpError extends Error {
  override readonly name = "AgentGivenUpError";

  constructor(readonly end: AgentEnd) {
    super("the agent has ended several times");
  }
}

/** Only trusted folders have an agent. */
export class UntrustedError extends Error {
  override readonly name = "UntrustedError";

  constructor() {
    super("this folder is not trusted");
  }
}

/** What an error of the agent says of its remedy; undefined for anything else. */
export function agentErrorData(error: unknown): AgentErrorData | undefined {
  const data = (error as { readonly data?: Partial<AgentErrorData> } | null)?.data;
  return typeof data?.reason === "string" && typeof data.what === "string"
    ? { reason: data.reason, what: data.what }
    : undefined;
}
