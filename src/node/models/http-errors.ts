import { MissingResourceError } from "../../core/errors.js";

/**
 * Why a download failed. `unreachable`: no connection. `status`: the server does not give the file. `interrupted`: the
 * connection broke and did not come back. `content`: what it gives is not the expected file.
 */
export type DownloadFailure = "unreachable" | "status" | "interrupted" | "content";

/** A file that a server did not give. */
export class DownloadError extends MissingResourceError {
  constructor(
    readonly failure: DownloadFailure,
    /** What happened, without what to do about it. */
    readonly why: string,
    fix: string,
    options?: ErrorOptions,
  ) {
    super("download", why, fix, options);
  }
}

/** The innermost cause: fetch wraps what happened in “fetch failed”, and Node several addresses in one error. */
function rootOf(error: unknown): { readonly code: string; readonly message: string } {
  let current = error;
  while (current instanceof Error) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current.cause instanceof Error) current = current.cause;
    else break;
  }
  const code = current instanceof Error && "code" in current ? String(current.code) : "";
  return { code, message: current instanceof Error ? current.message : String(current) };
}

const NETWORK_FIX = "check the network; where only a mirror of the hub can be reached, set HF_ENDPOINT to it";
const CERTIFICATE_FIX =
  "where a company's proxy signs connections, set NODE_EXTRA_CA_CERTS to the file with its certificate";

/** A connection that did not come about, in words. */
export function connectionError(error: unknown, url: string): DownloadError {
  const { host } = new URL(url);
  const { code, message } = rootOf(error);
  const failed = (what: string, fix = NETWORK_FIX): DownloadError =>
    new DownloadError("unreachable", `${host}: ${what}`, fix, { cause: error });
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failed("the name of the server cannot be looked up");
    case "ECONNREFUSED":
      return failed("the connection was refused");
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
      return failed("the connection was closed before an answer");
    case "ENETUNREACH":
    case "EHOSTUNREACH":
      return failed("there is no way to the server from here");
    case "ETIMEDOUT":
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
      return failed("no answer in time");
    default:
      return /CERT|TLS|SSL|SIGNATURE/.test(code)
        ? failed(`its certificate is not accepted (${code})`, CERTIFICATE_FIX)
        : failed(message);
  }
}

/** An answer that is not the file, in words. */
export function statusError(status: number, url: string, hasToken: boolean): DownloadError {
  const { host } = new URL(url);
  const failed = (what: string, fix: string): DownloadError =>
    new DownloadError("status", `${host} answered ${status}: ${what}`, fix);
  switch (status) {
    case 401:
    case 403:
      return failed(
        "it does not give this file, which may not exist or may ask for an account",
        hasToken
          ? "check the address, and that the account of HF_TOKEN was given access on the model's page"
          : "check the address; where the model asks for an account, set HF_TOKEN to a token of one with access",
      );
    case 404:
    case 410:
      return failed("there is no such file", "check the owner, the repository, the file and the revision");
    case 429:
      return failed("too many requests", "try again later; a token in HF_TOKEN raises the limit");
    default:
      return failed(
        status >= 500 ? "the server has a fault" : "it does not give the file",
        "try again later",
      );
  }
}
