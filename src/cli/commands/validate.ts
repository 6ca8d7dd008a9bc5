import { once } from "node:events";
import { Command, Option } from "commander";
import type { Finding, Severity } from "../../core/finding.js";
import { countOf, formatCount, formatSeconds } from "../../core/report/words.js";
import { IGNORE_FILE } from "../../core/rules/ignores.js";
import { findRule } from "../../core/rules/registry.js";
import { sarifEnd, sarifResult, sarifStart } from "../../core/rules/sarif.js";
import { formatFinding } from "../../core/rules/text.js";
import {
  type FileReport,
  type ValidateProgress,
  type ValidationReport,
  validateFiles,
} from "../../runtime/validate.js";
import { prefloomVersion } from "../../runtime/versions.js";
import type { Cli } from "../cli.js";
import { EXIT } from "../exit-codes.js";

const FORMATS = ["text", "json", "sarif"] as const;
type Format = (typeof FORMATS)[number];

interface CommandOptions {
  readonly format?: Format;
  readonly split?: readonly string[];
  readonly all?: boolean;
  /** False with `--no-ignore`. */
  readonly ignore: boolean;
}

/** Findings of a file that are listed for people; more than that nobody reads one by one. */
const LISTED = 200;
/** Of these, warnings and notes: errors keep some places however many warnings come before them. */
const LISTED_WARNINGS = 100;

const DIALECT_WORDS = {
  alignx: "AlignX rows",
  benchmark: "AlignX benchmark",
  preference: "plain preference rows",
};

/** Decimal, as disks and downloads are told. */
function megabytes(bytes: number): string {
  const count = bytes / 1e6;
  return count < 10 ? String(Number(count.toFixed(1))) : formatCount(Math.round(count));
}

function progressLine({ file, dialect, bytes, totalBytes, ...rest }: ValidateProgress): string {
  const what = dialect === null ? "" : ` (${DIALECT_WORDS[dialect]})`;
  const left = rest.secondsLeft === null ? "" : `, ${formatSeconds(Math.ceil(rest.secondsLeft))} left`;
  const rate = rest.rowsPerSecond > 0 ? `, ${formatCount(Math.round(rest.rowsPerSecond))} rows/s` : "";
  return `validate  ${file}${what} ${megabytes(bytes)} of ${megabytes(totalBytes)} MB${rate}${left}`;
}

function countsInWords(findings: Readonly<Record<Severity, number>>): string {
  const { error, warning, info } = findings;
  const parts = [
    ...(error > 0 ? [countOf(error, "error")] : []),
    ...(warning > 0 ? [countOf(warning, "warning")] : []),
    ...(info > 0 ? [countOf(info, "note")] : []),
  ];
  return parts.length > 0 ? parts.join(", ") : "no finding";
}

/** What a file is, what it was checked against and how it fared. */
function fileInWords(report: FileReport): string {
  const { file, form, dialect, isKnown, rows, split, lineage, levels, workspace, ignored, error } = report;
  if (error !== null && rows === 0) return error;
  const what = dialect === null ? "no row" : DIALECT_WORDS[dialect];
  const parts = [
    isKnown ? what : `no field of a known format, checked as ${what}`,
    ...(form === "array" ? ["one JSON array"] : []),
    ...(split === null ? [] : [`split “${split}”`]),
    ...(lineage === null ? [] : [levels ? "with lineage and levels" : "with lineage"]),
    ...(workspace === null ? [] : [`by the settings of ${workspace}`]),
    ...(ignored === 0 ? [] : [`${formatCount(ignored)} ignored by ${IGNORE_FILE}`]),
  ];
  const fate = error === null ? "" : `; not read to its end: ${error}`;
  return `${file}: ${countOf(rows, "row")}, ${countsInWords(report.findings)} (${parts.join(", ")})${fate}`;
}

/** How findings are written in one of the formats. */
interface View {
  start(): void;
  finding(finding: Finding): void;
  file(report: FileReport): void;
  end(report: ValidationReport, exitCode: number): void;
  /** Ends what was begun when the check fails as a whole. */
  close(): void;
}

/** The tail: what was checked, and what was found by rule. */
function tail(report: ValidationReport, say: (line?: string) => void): void {
  const { files, rules, rows, bytes, seconds, findings, ignored, interrupted } = report;
  for (const file of files) say(fileInWords(file));
  if (rules.length > 0) say();
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  for (const { rule, severity, count } of rules) {
    const title = findRule(rule)?.title ?? "";
    say(
      `${formatCount(count).padStart(9)}  ${severity.padEnd(7)}  ${rule.padEnd(width)}  ${title}`.trimEnd(),
    );
  }
  say();
  const speed = seconds >= 1 ? `, ${megabytes(bytes / seconds)} MB/s` : "";
  const out = ignored === 0 ? "" : `, ${formatCount(ignored)} ignored`;
  const cut = interrupted ? "; interrupted before the end" : "";
  say(
    `${countOf(rows, "row")} (${megabytes(bytes)} MB) in ${formatSeconds(seconds)}${speed}: ${countsInWords(findings)}${out}${cut}`,
  );
}

function textView(cli: Cli, all: boolean): View {
  let listed = 0;
  let warnings = 0;
  let more = 0;
  return {
    start: () => undefined,
    finding(finding) {
      const isWarning = finding.severity !== "error";
      if (!all && (listed >= LISTED || (isWarning && warnings >= LISTED_WARNINGS))) {
        more++;
        return;
      }
      listed++;
      if (isWarning) warnings++;
      cli.say(formatFinding(finding));
    },
    file({ file }) {
      if (more > 0) cli.say(`${file}: ${formatCount(more)} more (--all lists them)`);
      if (listed > 0) cli.say();
      listed = warnings = more = 0;
    },
    end: (report) => tail(report, cli.say),
    close: () => undefined,
  };
}

function jsonView(cli: Cli): View {
  return {
    start: () => undefined,
    finding: (finding) => cli.raw(`${JSON.stringify(finding)}\n`),
    file: () => undefined,
    end(report, exitCode) {
      cli.raw(`${JSON.stringify({ summary: { ...report, exitCode } })}\n`);
      tail(report, (line = "") => cli.note(line));
    },
    close: () => undefined,
  };
}

function sarifView(cli: Cli): View {
  let written = 0;
  return {
    start: () => cli.raw(sarifStart(prefloomVersion())),
    finding: (finding) => cli.raw(sarifResult(finding, written++)),
    file: () => undefined,
    end(report) {
      cli.raw(sarifEnd());
      tail(report, (line = "") => cli.note(line));
    },
    close: () => cli.raw(sarifEnd()),
  };
}

function exitCodeOf({ interrupted, files, findings }: ValidationReport): number {
  if (interrupted) return EXIT.interrupted;
  if (files.some(({ error }) => error !== null)) return EXIT.badInput;
  return findings.error > 0 ? EXIT.findings : EXIT.done;
}

/** `prefloom validate FILE... [--format text|json|sarif] [--split FILE=NAME...] [--all] [--no-ignore]` */
export function validateCommand(cli: Cli): Command {
  return new Command("validate")
    .description("checks AlignX data, benchmark files and plain preference data, also not made here")
    .argument("<file...>", "JSON lines, or one JSON array")
    .addOption(
      new Option("--format <format>", "how findings are written (default: text, with --json json)").choices(
        FORMATS,
      ),
    )
    .option("--split <file=name...>", "split of a file (default: told by its name)")
    .option("--all", `list every finding, not the first ${LISTED} of a file`)
    .option("--no-ignore", `also tell what ${IGNORE_FILE} ignores`)
    .action(async (files: string[], { format, split, all, ignore }: CommandOptions) => {
      const chosen = format ?? (cli.options.json ? "json" : "text");
      const view =
        chosen === "sarif" ? sarifView(cli) : chosen === "json" ? jsonView(cli) : textView(cli, all ?? false);
      view.start();
      const report = await validateFiles(files, {
        ...(split ? { splits: split } : {}),
        ...(cli.options.workspace === undefined ? {} : { workspace: cli.options.workspace }),
        overrides: cli.options.set,
        ignore,
        signal: cli.signal,
        async onFinding(finding) {
          view.finding(finding);
          if (process.stdout.writableNeedDrain) await once(process.stdout, "drain");
        },
        onFile(one) {
          cli.progress.end();
          view.file(one);
          if (one.error !== null) cli.warn(one.error);
        },
        onProgress: (progress) => cli.progress.update(progressLine(progress)),
      }).catch((error: unknown) => {
        view.close();
        throw error;
      });
      cli.progress.end();
      cli.exitCode = exitCodeOf(report);
      view.end(report, cli.exitCode);
    });
}
