import { runCli } from "../../src/cli/program.js";
import { fakeOpenerWith } from "./fake-model.js";

/** The command line with the fake model in place of a real one; a test bundles and starts it as a process of its own. */
const openModel = fakeOpenerWith({
  delay: Number(process.env["FAKE_DELAY"] ?? 0),
  parallelism: Number(process.env["FAKE_PARALLELISM"] ?? 2),
});
process.exitCode = await runCli(process.argv.slice(2), openModel);
