import type { Finding } from "../finding.js";
import { oneLine } from "./words.js";

/** Nothing a person reads is longer; file names and messages come partly from files. */
const LONGEST = 4000;

/** `file:line: severity rule: message` on one line, without control characters. */
export function formatFinding({ file, line, severity, rule, message }: Finding): string {
  const where = line === undefined ? file : `${file}:${line}`;
  return oneLine(`${where}: ${severity} ${rule}: ${message}`, LONGEST);
}
