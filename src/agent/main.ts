import { openLocalModel } from "../runtime/open-model.js";
import { startAgent } from "./start.js";

startAgent(openLocalModel);
