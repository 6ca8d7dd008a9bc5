import { startAgent } from "../../src/agent/start.js";
import { fakeOpenerWith } from "./fake-model.js";

/** The agent with the fake model in place of a real one; a test bundles and starts it as a process of its own. */
startAgent(fakeOpenerWith({ delay: Number(process.env["FAKE_DELAY"] ?? 0) }));
