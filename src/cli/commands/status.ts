import { Command } from "commander";
import { formatCount, formatSeconds } from "../../core/report/words.js";
import { type StepState, stepStates } from "../../runtime/step-state.js";
import type { Cli } from "../cli.js";

const MARKS = { done: "✓", stale: "~", partly: "◐", missing: "–" } as const;

function inWords(state: StepState): string {
  switch (state.state) {
    case "done":
      return `done in ${formatSeconds(state.manifest.seconds)}`;
    case "stale":
      return `stale: ${state.why.join("; ")}`;
    case "partly":
      return `partly done: ${formatCount(state.done)} of ${state.total === null ? "?" : formatCount(state.total)} units`;
    case "missing":
      return "not run yet";
  }
}

/** `prefloom status` */
export function statusCommand(cli: Cli): Command {
  return new Command("status")
    .description("per step: done, stale and why, partly done, or not run yet")
    .action(async () => {
      const workspace = await cli.openWorkspace();
      const states = await stepStates(workspace);
      for (const state of states) cli.say(`${MARKS[state.state]} ${state.step.padEnd(9)} ${inWords(state)}`);
      const next = states.find(({ state }) => state !== "done");
      if (next)
        cli.say(`\nNext: prefloom run${next.state === "partly" ? " (goes on where it stopped)" : ""}`);
      cli.result({
        workspace: workspace.folder,
        output: workspace.output.path,
        steps: states.map((state) => {
          if (!("manifest" in state)) return state;
          const { manifest, ...rest } = state;
          return { ...rest, seconds: manifest.seconds, counts: manifest.counts };
        }),
      });
    });
}
