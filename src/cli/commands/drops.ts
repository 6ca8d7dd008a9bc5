import { Command } from "commander";
import { listDrops, restoreDrop } from "../../runtime/drops.js";
import { dropRule } from "../../core/records/drop-rules.js";
import { formatCount } from "../../core/report/words.js";
import type { Cli } from "../cli.js";

interface DropsOptions {
  readonly rule?: string;
  readonly stage?: string;
  readonly restore?: string;
}

const SHOWN = 50;

/** `prefloom drops [--rule R] [--stage S] [--restore ID]` */
export function dropsCommand(cli: Cli): Command {
  return new Command("drops")
    .description("the drop ledger: what was left out, under which rule, and why")
    .option("--rule <rule>", "only records dropped under this rule")
    .option("--stage <step>", "only records dropped by this step")
    .option("--restore <id>", "ask a record back: it returns at the next run")
    .action(async ({ rule, stage, restore }: DropsOptions) => {
      const workspace = await cli.openWorkspace();
      if (restore !== undefined) {
        const record = await restoreDrop(workspace, restore, rule);
        cli.say(`${restore} (${record.rule}) returns at the next run: prefloom run`);
        cli.result({ restored: record });
        return;
      }
      const counts = new Map<string, number>();
      let shown = 0;
      for await (const { drop, restored } of listDrops(workspace, { rule, stage })) {
        const key = `${drop.stage} ${drop.rule}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        cli.event({ ...drop, ...(restored ? { restored } : {}) });
        if (++shown <= SHOWN) {
          cli.say(`${drop.id}  ${drop.stage}/${drop.rule}${restored ? " (asked back)" : ""}: ${drop.reason}`);
        }
      }
      if (shown > SHOWN) cli.say(`... and ${formatCount(shown - SHOWN)} more (--json lists all)`);
      if (shown === 0) cli.say(`Nothing was dropped${rule === undefined ? "" : ` under “${rule}”`}.`);
      else cli.say();
      for (const [key, count] of counts) {
        const [, name = ""] = key.split(" ");
        const { why, restorable } = dropRule(name);
        cli.say(
          `${formatCount(count).padStart(7)}  ${key.padEnd(40)} ${why}${restorable ? "" : " (cannot be restored)"}`,
        );
      }
      cli.event({ type: "drops", counts: Object.fromEntries(counts), total: shown });
    });
}
