/**
 * The layers of the project as data: what each folder may import besides itself. The rules are generated from it, one
 * a row, named `NAME-may-import`. CONTRIBUTING.md says the same in prose.
 *
 * `layers` are other rows, `packages` are npm packages (an entry point of its own is named with its path) and `node`
 * allows the builtins of Node. Type-only imports count like any other.
 *
 * @type {Record<string, { folder?: string, layers: string[], packages: string[], node: boolean }>}
 */
const MAY_IMPORT = {
  core: {
    layers: [],
    packages: ["@noble/hashes", "libphonenumber-js", "ml-kmeans", "ml-matrix", "pure-rand", "zod"],
    node: false,
  },
  protocol: { layers: ["core"], packages: ["vscode-jsonrpc", "zod"], node: false },
  steps: { layers: ["core"], packages: [], node: false },
  node: { layers: ["core"], packages: ["tar"], node: true },
  llama: { layers: ["core"], packages: ["node-llama-cpp"], node: true },
  runtime: { layers: ["core", "steps", "node", "llama"], packages: ["jsonc-parser", "zod"], node: true },
  agent: {
    layers: ["core", "protocol", "steps", "runtime"],
    packages: ["vscode-jsonrpc/node"],
    node: true,
  },
  reader: {
    layers: ["core", "protocol", "steps", "runtime"],
    packages: ["jsonc-parser", "vscode-jsonrpc/node"],
    node: true,
  },
  cli: { layers: ["core", "steps", "runtime"], packages: ["commander", "jsonc-parser"], node: true },
  extension: { layers: ["core", "protocol"], packages: ["vscode", "vscode-jsonrpc/node"], node: true },
  webview: { folder: "webview", layers: ["core", "protocol/webview"], packages: [], node: false },
};

/** Packages whose entry points are told apart, with the folder that each resolves into. */
const ENTRY_POINTS = {
  "vscode-jsonrpc": "vscode-jsonrpc/lib/common",
  "vscode-jsonrpc/node": "vscode-jsonrpc/lib/node",
};

const folderOf = (layer) => MAY_IMPORT[layer]?.folder ?? `src/${layer}`;

/** Matches every resolved path of a package: its own files, its separate types, and the bare name when it has none. */
function packagePattern(name) {
  const folder = ENTRY_POINTS[name] ?? name;
  return `(^|/)node_modules/(@types/)?${folder}/|^${name}$`;
}

function layerRule([layer, { layers, packages, node }]) {
  const inside = [layer, ...layers].map((name) => `^${folderOf(name)}[/.]`);
  return {
    name: `${layer}-may-import`,
    comment: `${folderOf(layer)} may import: ${["itself", ...layers, ...packages, ...(node ? ["Node"] : [])].join(", ")}.`,
    severity: "error",
    from: { path: `^${folderOf(layer)}/` },
    to: {
      pathNot: [...inside, ...packages.map(packagePattern)],
      ...(node ? { dependencyTypesNot: ["core"] } : {}),
    },
  };
}

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(layerRule),
    {
      name: "no-unknown-layer",
      comment: "A folder that is not in the table has no rules: add its row first.",
      severity: "error",
      from: {
        path: "^(src|webview)/",
        pathNot: Object.keys(MAY_IMPORT).map((layer) => `^${folderOf(layer)}/`),
      },
      to: {},
    },
    {
      name: "no-circular",
      comment: "Two modules that need each other are one module, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
  },
};
