/** Addresses of modules by the names that node-llama-cpp imports, such as `@node-llama-cpp/linux-x64-cuda`. */
export type BackendAddresses = Readonly<Record<string, string>>;

/**
 * A module that makes `import()` find packages with binaries that lie elsewhere than beside node-llama-cpp: that is where
 * it looks, and an installed extension's folder is no place to write to. It is text, since it is needed in processes and
 * threads for which the bundler leaves no file. Only the names given are touched. Node 22.15 and later run hooks where the
 * import is; before that they run on a thread of their own, which loads this module again.
 */
const SOURCE = `
import module from "node:module";
const known = {};
export function initialize(given) {
  Object.assign(known, given);
}
export function resolve(specifier, context, next) {
  const url = Object.hasOwn(known, specifier) ? known[specifier] : undefined;
  return url === undefined ? next(specifier, context) : { url, format: "module", shortCircuit: true };
}
let isHooked = false;
export function provide(given) {
  if (Object.entries(given).every(([name, url]) => known[name] === url)) return;
  initialize(given);
  if (module.registerHooks === undefined) module.register(import.meta.url, { data: given });
  else if (!isHooked) module.registerHooks({ resolve });
  isHooked = true;
}
`;

/** Address of that module; what it exports for its users is `provide(addresses)`. */
export const BACKEND_HOOK = `data:text/javascript,${encodeURIComponent(SOURCE)}`;

/** Lets node-llama-cpp find these packages from now on, in this process. */
export async function provideBackends(addresses: BackendAddresses): Promise<void> {
  const { provide } = (await import(BACKEND_HOOK)) as { provide(addresses: BackendAddresses): void };
  provide(addresses);
}
