import { existsSync } from "node:fs";
import type { Backend } from "../node/backends/backend.js";

/** `missing`: needed and not there. `optional`: not there, and not needed. `warning`: works, but not as it could. */
export const CHECK_STATES = ["ok", "missing", "optional", "warning"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** A fix that a program can offer as a button. A command is for people to see before it is run. */
export type DoctorAction =
  | { readonly kind: "get-backend"; readonly backend: Backend }
  | { readonly kind: "get-model"; readonly model: string }
  | { readonly kind: "command"; readonly command: string };

/** One thing that this machine has or lacks. */
export interface DoctorCheck {
  readonly name: string;
  readonly state: CheckState;
  /** What is there, in words. */
  readonly found: string;
  /** What to do, a command where there is one; null where nothing has to be done. */
  readonly fix: string | null;
  /** The same for programs, where it can be carried out as it is. */
  readonly action?: DoctorAction;
}

/** A check that found what it looked for. */
export const ok = (name: string, found: string): DoctorCheck => ({ name, state: "ok", found, fix: null });

/** A check that a command mends. */
export const mendedBy = (
  name: string,
  state: Exclude<CheckState, "ok">,
  found: string,
  command: string,
): DoctorCheck => ({ name, state, found, fix: command, action: { kind: "command", command } });

/** The packages of one thing, by package manager. */
export interface PackageNames {
  readonly apt: string;
  readonly dnf: string;
  readonly brew: string;
  readonly winget: string;
}

/** The command that installs something on this machine. */
export function installCommand({ apt, dnf, brew, winget }: PackageNames): string {
  if (process.platform === "darwin") return `brew install ${brew}`;
  if (process.platform === "win32") return `winget install ${winget}`;
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return existsSync("/usr/bin/dnf") ? `${sudo}dnf install -y ${dnf}` : `${sudo}apt-get install -y ${apt}`;
}

/** Bytes as people buy them: decimal gigabytes. */
export function gigabytes(bytes: number): string {
  const count = bytes / 1e9;
  return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} GB`;
}
