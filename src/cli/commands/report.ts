import { Command } from "commander";
import { exampleCount, sum } from "../../core/report/figures.js";
import { renderMarkdown } from "../../core/report/markdown.js";
import { countOf } from "../../core/report/words.js";
import { writeReport } from "../../runtime/report.js";
import type { Cli } from "../cli.js";
import { shownPath } from "../shown-path.js";

/** `prefloom report [--print]` */
export function reportCommand(cli: Cli): Command {
  return new Command("report")
    .description("the data set in one page: Markdown and a self-contained HTML file")
    .option("--print", "print the Markdown as well")
    .action(async ({ print = false }: { readonly print?: boolean }) => {
      const workspace = await cli.openWorkspace();
      const { markdown, html, data } = await writeReport(workspace);
      const counted = (label: string) => data.funnel.find((stage) => stage.label === label)?.count ?? 0;
      const examples = exampleCount(data.personas.kinds);
      const text = print ? renderMarkdown(data) : "";
      // With --print stdout is the Markdown's alone; with --json it is part of the one object.
      const say = (line: string) => (print ? cli.note(line) : cli.say(line));
      if (print && !cli.options.json) cli.raw(text);
      say(`${shownPath(html)}: the report on ${countOf(examples, "example")}, for any browser`);
      say(`${shownPath(markdown)}: the same in Markdown`);
      cli.result({
        ...{ markdown, html, examples },
        posts: counted("Posts"),
        responses: counted("Responses"),
        pairs: counted("Pairs"),
        kinds: data.personas.kinds,
        dropped: sum(data.drops.map(({ count }) => count)),
        findings: data.findings,
        seconds: sum(data.steps.map(({ seconds }) => seconds)),
        ...(print ? { text } : {}),
      });
    });
}
