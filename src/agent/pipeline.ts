import { existsSync } from "node:fs";
import { ResponseError } from "vscode-jsonrpc/node";
import { type Finding, SEVERITIES, type Severity } from "../core/finding.js";
import { STEP_NAMES, type StepName } from "../core/step-names.js";
import { AGENT_ERRORS, pipelineEvent, pipelineRun, type RunRequest } from "../protocol/agent.js";
import { readRecords } from "../runtime/read-output.js";
import { runSteps } from "../runtime/run-steps.js";
import type { Workspace } from "../runtime/workspace.js";
import { FINDINGS } from "../steps/files.js";
import { answering } from "./answering.js";
import type { Served } from "./served.js";

/** Findings that a result carries; the file of the check step has all. */
const MOST_FINDINGS = 300;

/** The steps that are meant, in the order of the pipeline. */
function askedSteps({ steps, until }: RunRequest): readonly StepName[] {
  const named = [...(steps ?? []), ...(until === undefined ? [] : [until])];
  const unknown = named.find((name) => !STEP_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new ResponseError(AGENT_ERRORS.badInput, `there is no step “${unknown}”`);
  }
  const upTo = until === undefined ? STEP_NAMES : STEP_NAMES.slice(0, STEP_NAMES.indexOf(until) + 1);
  return steps === undefined ? upTo : upTo.filter((name) => steps.includes(name));
}

/** The worst findings of the check step. */
async function checkFindings(workspace: Workspace): Promise<readonly Finding[]> {
  const file = workspace.output.file(FINDINGS.path);
  if (!existsSync(file)) return [];
  const found: Record<Severity, Finding[]> = { error: [], warning: [], info: [] };
  for await (const { value } of readRecords(workspace, file, FINDINGS.schema)) {
    const alike = found[value.severity];
    if (alike.length < MOST_FINDINGS) alike.push(value);
  }
  return SEVERITIES.flatMap((severity) => found[severity]).slice(0, MOST_FINDINGS);
}

/** Answers requests to run steps. */
export function servePipeline({ connection, jobs, model, workspace: opened }: Served): void {
  connection.onRequest(
    pipelineRun,
    answering((request, token) =>
      jobs.withModel("a run", token, async (signal) => {
        const steps = askedSteps(request);
        const workspace = await opened();
        const outcome = await runSteps(workspace, {
          steps,
          onEvent: (event) => void connection.sendNotification(pipelineEvent, event),
          signal,
          command: "agent: run",
          openModel: model.open,
        }).catch(async (error: unknown) => {
          // What failed may be the model: the next run gets a fresh one.
          await model.unload();
          throw error;
        });
        const checked = [...outcome.ran, ...outcome.skipped].includes("check");
        return { ...outcome, findings: checked ? await checkFindings(workspace) : [] };
      }),
    ),
  );
}
