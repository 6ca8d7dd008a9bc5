/** One thing that is wrong with an input, as readers, sources and ledgers pass it on. `message` and `fix` end without a full stop. */
export interface Problem {
  /** Id of the rule that was broken, such as `json-syntax`. */
  readonly rule: string;
  /** What is wrong, in words. */
  readonly message: string;
  /** Path of the field within the record, such as `responses[2].text`. */
  readonly field?: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Where a problem was found. */
export interface Place {
  readonly file: string;
  /** 1-based; for JSON arrays the entry's number. */
  readonly line?: number;
}

/** The one form in which people read a problem: `FILE:LINE: field: what is wrong. Fix: what to do.` */
export function formatProblem(place: Place, problem: Omit<Problem, "rule">): string {
  const line = place.line === undefined ? "" : `:${place.line}`;
  const field = problem.field ? `${problem.field}: ` : "";
  return `${place.file}${line}: ${field}${problem.message}. Fix: ${problem.fix}.`;
}

/** A file (or a whole argument) that cannot be used: exit code 2. Single bad records are `Problem`s instead and do not stop the rest. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly rule: string;
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  readonly field?: string;
  readonly fix: string;

  constructor(place: Place, problem: Problem, options?: ErrorOptions) {
    super(formatProblem(place, problem), options);
    this.rule = problem.rule;
    this.file = place.file;
    this.fix = problem.fix;
    if (place.line !== undefined) this.line = place.line;
    if (problem.field !== undefined) this.field = problem.field;
  }
}

/** Something that this machine lacks (a model, a program, space, memory): exit code 4. */
export class MissingResourceError extends Error {
  override readonly name = "MissingResourceError";
  /** What is missing, in a word or two. */
  readonly resource: string;
  readonly fix: string;

  constructor(resource: string, message: string, fix: string, options?: ErrorOptions) {
    super(`${resource}: ${message}. Fix: ${fix}.`, options);
    this.resource = resource;
    this.fix = fix;
  }
}

/** Who holds a workspace. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** What it is doing, as typed. */
  readonly command: string;
  readonly since: string;
  /** Start of the process in clock ticks since the machine's start: tells it from a later process of the same id. */
  readonly started: string | null;
}

/** Another run holds the workspace. */
export class WorkspaceHeldError extends Error {
  override readonly name = "WorkspaceHeldError";

  constructor(
    readonly holder: LockHolder,
    readonly path: string,
  ) {
    super(
      `this workspace is in use: process ${holder.pid} on ${holder.host} has been running “${holder.command}” since ${holder.since}. Fix: wait for it or end it; if that machine is gone, delete ${path}.`,
    );
  }
}
