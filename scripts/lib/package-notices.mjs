/** Terms of everything by others that ships, in one file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.mjs";
import { isLicence } from "./package-modules.mjs";

/** Compiled into the binaries of node-llama-cpp, whose packages carry the terms of node-llama-cpp alone. */
const COMPILED = [
  {
    title: "llama.cpp and ggml (MIT), in the binaries of node-llama-cpp",
    owner: "Copyright (c) 2023-2026 The ggml authors",
  },
  { title: "JSON for Modern C++ (MIT), in llama.cpp", owner: "Copyright (c) 2013-2025 Niels Lohmann" },
  { title: "cpp-httplib (MIT), in llama.cpp", owner: "Copyright (c) 2017 yhirose" },
];

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const nameOf = ({ author }) => (typeof author === "string" ? author : author?.name);

/** A package that ships no text of its terms names them, and its author, in its package.json. */
function termsOf(folder, manifest) {
  const files = readdirSync(folder).filter(isLicence).sort();
  if (files.length > 0)
    return files.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  if (manifest.license === "MIT")
    return `Copyright (c) ${nameOf(manifest) ?? `the authors of ${manifest.name}`}\n\n${MIT}`;
  if (manifest.license === "CC0-1.0") return "Dedicated to the public domain.";
  throw new Error(`${manifest.name} carries no terms: see whether it may be packaged`);
}

/** The text, from the folders of the packages (absolute, or below the checkout). */
export function notices(folders) {
  const parts = folders.map((path) => {
    const folder = join(path.startsWith("/") ? "" : ROOT, path);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return {
      title: `${manifest.name} ${manifest.version} (${manifest.license})`,
      text: termsOf(folder, manifest),
    };
  });
  parts.sort((a, b) => (a.title < b.title ? -1 : 1));
  const compiled = COMPILED.map(({ title, owner }) => ({ title, text: `${owner}\n\n${MIT}` }));
  const once = new Map([...parts, ...compiled].map(({ title, text }) => [title, text]));
  const sections = [...once].map(
    ([title, text]) => `${"=".repeat(80)}\n${title}\n${"=".repeat(80)}\n\n${text}\n`,
  );
  return `Prefloom ships with parts by others, under these terms.\n\n${sections.join("\n")}`;
}
