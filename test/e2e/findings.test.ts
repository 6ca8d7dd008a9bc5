import { describeInside } from "./harness/inside.js";
import { finishedWorkspace } from "./harness/workspaces.js";

describeInside("findings", finishedWorkspace);
