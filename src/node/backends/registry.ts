import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../core/errors.js";
import { connectionError, statusError } from "../models/http-errors.js";
import { runProgram } from "../machine/run-program.js";
import { SCOPE } from "./backend.js";

/** A package registry as npm is configured for it. */
export interface Registry {
  /** With a slash at its end. */
  readonly url: string;
  readonly token: string | null;
}

/** Where the file of a package is, and what it is, as a registry tells. */
export interface PublishedPackage {
  readonly tarball: string;
  /** Null where the registry does not tell. */
  readonly integrity: string | null;
}

/** What npm itself takes where nothing is configured; put together, as no file here pins a registry by its name. */
const PUBLIC_HOST = ["registry", "npmjs", "org"].join(".");

const NPM_TIMEOUT_MS = 15_000;
const ANSWER_TIMEOUT_MS = 30_000;

/** The settings of an `.npmrc`, with `${NAME}` as in the environment. */
function parseNpmrc(text: string, env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const expanded = value.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole);
    settings.set(key, expanded.replace(/^(["'])(.*)\1$/, "$2"));
  }
  return settings;
}

/** What npm says, asked outside of any project: a workspace has no say in where programs come from. */
async function askNpm(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { state, code, stdout } = await runProgram("npm", ["config", "get", "registry"], {
    ...{ env, timeoutMs: NPM_TIMEOUT_MS },
    cwd: homedir(),
  });
  const said = stdout.trim();
  return state === "ended" && code === 0 && /^https?:/.test(said) ? said : undefined;
}

/**
 * The registry that npm is configured for: by `NPM_CONFIG_REGISTRY`, by the user's `.npmrc`, or as npm says; where there is
 * no npm, the public one.
 * @throws InputError for what is no address
 */
export async function findRegistry(env: NodeJS.ProcessEnv): Promise<Registry> {
  const file = env["NPM_CONFIG_USERCONFIG"] ?? env["npm_config_userconfig"] ?? join(homedir(), ".npmrc");
  const settings = parseNpmrc(await readFile(file, "utf8").catch(() => ""), env);
  const given =
    settings.get(`${SCOPE}:registry`) ??
    env["NPM_CONFIG_REGISTRY"] ??
    env["npm_config_registry"] ??
    settings.get("registry") ??
    (await askNpm(env)) ??
    `https://${PUBLIC_HOST}/`;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw new InputError(
      { file: "npm's configuration" },
      {
        rule: "environment",
        message: `the registry “${given}” is no address`,
        fix: "correct NPM_CONFIG_REGISTRY, or `registry` in the user's .npmrc",
      },
    );
  }
  const url = new URL(given.endsWith("/") ? given : `${given}/`);
  const token = settings.get(`//${url.host}${url.pathname}:_authToken`);
  return { url: url.href, token: token ?? null };
}

/**
 * Asks a registry about one version of a package.
 * @returns null where the registry does not have it
 * @throws DownloadError where it does not answer, and the reason of an aborted signal
 */
export async function findPackage(
  registry: Registry,
  name: string,
  version: string,
  signal: AbortSignal,
): Promise<PublishedPackage | null> {
  const url = new URL(name.replace("/", "%2f"), registry.url).href;
  const { token } = registry;
  const response = await fetch(url, {
    headers: {
      accept: "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw connectionError(error, url);
  });
  if (response.status === 404) return null;
  if (!response.ok) throw statusError(response.status, url, token !== null);
  const text = await response.text().catch((error: unknown) => {
    signal.throwIfAborted();
    throw connectionError(error, url);
  });
  const dist = distOf(text, version);
  if (typeof dist?.tarball !== "string" || !URL.canParse(dist.tarball, url)) return null;
  const { integrity } = dist;
  return {
    tarball: reachable(new URL(dist.tarball, url), new URL(registry.url)),
    integrity: typeof integrity === "string" ? integrity : null,
  };
}

function distOf(text: string, version: string): { tarball?: unknown; integrity?: unknown } | undefined {
  try {
    const { versions } = JSON.parse(text) as {
      versions?: Record<string, { dist?: { tarball?: unknown; integrity?: unknown } }>;
    };
    return versions?.[version]?.dist;
  } catch {
    // A page of some proxy, say.
    return undefined;
  }
}

/** Mirrors pass on the public registry's addresses, which may not be reached from here: as npm does, the mirror is asked. */
function reachable(tarball: URL, registry: URL): string {
  if (tarball.host === PUBLIC_HOST && registry.host !== PUBLIC_HOST) {
    tarball.protocol = registry.protocol;
    tarball.host = registry.host;
  }
  return tarball.href;
}
