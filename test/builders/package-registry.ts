import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { create } from "tar";
import type { PackagePin } from "../../src/node/backends/backend.js";

/** Packs files as npm does. */
export async function packPackage(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "prefloom-pack-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, "package", name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    await create({ file: join(folder, "packed.tgz"), cwd: folder, gzip: true, portable: true }, ["package"]);
    return readFileSync(join(folder, "packed.tgz"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The pin of a packed file. */
export function pinOf(packed: Buffer, unpackedBytes = packed.length): PackagePin {
  return {
    integrity: `sha512-${createHash("sha512").update(packed).digest("base64")}`,
    sha256: createHash("sha256").update(packed).digest("hex"),
    bytes: packed.length,
    unpackedBytes,
  };
}

type Give = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** What a registry of the tests has: by full name, the file and, where it lies about it, another integrity. */
export interface Published {
  readonly packed: Buffer;
  readonly version?: string;
  readonly integrity?: string;
  /** The registry that it names for the file; default: itself. */
  readonly origin?: string;
  /** Answers the `nth` request (from 0) for the file; default: the file. */
  readonly give?: Give;
}

export interface PackageRegistry {
  readonly url: string;
  readonly asked: readonly IncomingMessage[];
  close(): void;
}

/** A package registry on this machine, as npm's clients know them. */
export async function startRegistry(packages: Readonly<Record<string, Published>>): Promise<PackageRegistry> {
  const asked: IncomingMessage[] = [];
  const given: Record<string, number> = {};
  let url = "";
  const server = createServer((request, response) => {
    asked.push(request);
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const name = path.replace(/\/-\/.*$/, "");
    const published = packages[name];
    if (!published) return void response.writeHead(404).end("{}");
    const { packed, version = "1.0.0", integrity = pinOf(packed).integrity, origin = url, give } = published;
    if (path === name) {
      const dist = { tarball: `${origin}${name}/-/file-${version}.tgz`, integrity };
      return void response.end(JSON.stringify({ name, versions: { [version]: { dist } } }));
    }
    const nth = (given[name] = (given[name] ?? -1) + 1);
    if (give) {
      give(request, response, nth);
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = packed.subarray(from);
    response
      .writeHead(from > 0 ? 206 : 200, {
        "content-length": rest.length,
        ...(from > 0 ? { "content-range": `bytes ${from}-${packed.length - 1}/${packed.length}` } : {}),
      })
      .end(rest);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    ...{ url, asked },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
