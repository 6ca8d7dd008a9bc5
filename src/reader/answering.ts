import { type CancellationToken, ResponseError } from "vscode-jsonrpc/node";
import { InputError, MissingResourceError } from "../core/errors.js";
import { READER_ERRORS } from "../protocol/reader.js";

/** Passes on what people can do about an error; anything else is a defect and keeps its stack. */
function asResponseError(error: unknown): ResponseError {
  if (error instanceof ResponseError) return error as ResponseError;
  if (error instanceof InputError) return new ResponseError(READER_ERRORS.badInput, error.message);
  if (error instanceof MissingResourceError) return new ResponseError(READER_ERRORS.missing, error.message);
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
