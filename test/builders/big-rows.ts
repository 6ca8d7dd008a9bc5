import { cleanExample } from "../core/rules/rows.js";

/** Lines of an AlignX file of about so many bytes, with exactly so many findings: each of them an empty response. */
export function linesWithFindings(bytes: number, findings: number): readonly string[] {
  const { row } = cleanExample();
  const line = (number: number, isBroken: boolean): string =>
    JSON.stringify({
      ...row,
      prompt: `Question ${number}: ${"where should one go in summer? ".repeat(20)}`,
      chosen: isBroken ? "" : `Answer ${number}: to the sea.`,
      rejected: `Answer ${number}: nowhere.`,
    });
  const count = Math.max(findings, Math.round(bytes / (line(0, false).length + 1)));
  const step = count / Math.max(1, findings);
  const broken = new Set(Array.from({ length: findings }, (_, i) => Math.floor(i * step)));
  return Array.from({ length: count }, (_, i) => line(i, broken.has(i)));
}
