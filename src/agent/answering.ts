import { type CancellationToken, ResponseError } from "vscode-jsonrpc/node";
import { InputError, MissingResourceError, WorkspaceHeldError } from "../core/errors.js";
import { AGENT_ERRORS, type AgentErrorData } from "../protocol/agent.js";

const withoutFix = (message: string): string => message.replace(/ Fix: .*$/s, "");

function responseError(code: number, reason: string, message: string): ResponseError<AgentErrorData> {
  return new ResponseError(code, message, { reason, what: withoutFix(message) });
}

/** The agent does something that does not go together with what was asked for. */
export const busy = (message: string): ResponseError<AgentErrorData> =>
  responseError(AGENT_ERRORS.badInput, "busy", message);

/** Passes on what people can do about an error; anything else is a defect and keeps its stack. */
function asResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  if (error instanceof InputError) return responseError(AGENT_ERRORS.badInput, error.rule, error.message);
  if (error instanceof MissingResourceError) {
    return responseError(AGENT_ERRORS.missing, `missing-${error.resource}`, error.message);
  }
  if (error instanceof WorkspaceHeldError) {
    return responseError(AGENT_ERRORS.missing, "held", error.message);
  }
  if (error instanceof Error && error.name === "AbortError") {
    return responseError(AGENT_ERRORS.interrupted, "interrupted", "it was cancelled");
  }
  if (error instanceof Error && "syscall" in error) {
    return responseError(AGENT_ERRORS.missing, "storage", error.message);
  }
  return new ResponseError(-32603, error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** A handler of requests whose errors reach the client in words. */
export function answering<P, R>(
  handle: (params: P, token: CancellationToken) => Promise<R>,
): (params: P, token: CancellationToken) => Promise<R> {
  return async (params, token) => {
    try {
      return await handle(params, token);
    } catch (error) {
      throw asResponseError(error);
    }
  };
}
