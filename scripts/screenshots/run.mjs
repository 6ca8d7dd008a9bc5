/** Runs `screenshots.ts` beside it, which says what it does. */
import { runTypeScript } from "../lib/run-typescript.mjs";

process.exitCode = await runTypeScript("scripts/screenshots/screenshots.ts", process.argv.slice(2));
