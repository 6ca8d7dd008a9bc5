import { l10n, ProgressLocation, type QuickPickItem, QuickPickItemKind, window, workspace } from "vscode";
import { type JobProgress, jobProgress, modelGet, modelProbe, modelUse } from "../../protocol/agent.js";
import { type ModelEntry, modelsList } from "../../protocol/records.js";
import type { AgentClient } from "../agent/agent-client.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { COMMANDS } from "../ids.js";
import { progressInWords, sizeInWords } from "../runs/progress-words.js";
import { type Button, button, requireTrust, showLogButton, tell, tellError } from "./tell.js";
import { workspaceFor } from "./workspace-for.js";

/** What a command about a model may be given by trees, messages and links. */
interface ModelTarget {
  readonly workspace?: PrefloomWorkspace;
  /** Its name, or what is known of it. */
  readonly model?: string | { readonly name: string };
}

function nameOf(argument: unknown): string | undefined {
  if (typeof argument === "string") return argument;
  const { model } = (argument ?? {}) as ModelTarget;
  return typeof model === "string" ? model : model?.name;
}

async function modelsKnown({ reader, workspaces }: Editor): Promise<readonly ModelEntry[]> {
  await workspaces.ready;
  const folders = workspaces.all.map(({ path }) => path);
  return (await reader.connection().sendRequest(modelsList, { workspaces: folders })).models;
}

interface ModelItem extends QuickPickItem {
  readonly name?: string;
}

function itemOf({ name, bytes, licence, present, note, usedBy, probe }: ModelEntry): ModelItem {
  const parts = [
    ...(bytes === null ? [] : [sizeInWords(bytes)]),
    ...(licence === null ? [] : [licence]),
    ...(present ? [l10n.t("on this machine")] : []),
    ...(usedBy.length > 0 ? [l10n.t("named by prefloom.json")] : []),
  ];
  return { label: name, name, description: parts.join(", "), detail: probe ?? note ?? "" };
}

async function askAddress(): Promise<string | undefined> {
  return window.showInputBox({
    title: l10n.t("Get a model"),
    prompt: l10n.t("Address of a GGUF file on the Hugging Face hub"),
    placeHolder: "hf:owner/repository/file.gguf",
    validateInput: (text) =>
      /^hf:[^/\s]+\/[^/\s]+\/\S+\.gguf(@\S+)?$/i.test(text.trim())
        ? null
        : l10n.t("Write hf:owner/repository/file.gguf"),
  });
}

/** @param wanted decides which are offered first */
async function pickModel(
  editor: Editor,
  title: string,
  wanted: (model: ModelEntry) => boolean,
  withAddress: boolean,
): Promise<string | undefined> {
  const models = (await modelsKnown(editor)).filter(({ kind }) => kind !== "path" || !withAddress);
  const [first, rest] = [models.filter(wanted), models.filter((model) => !wanted(model))];
  const items: ModelItem[] = [
    ...first.map(itemOf),
    ...(withAddress ? [{ label: l10n.t("Another one, by its hf: address..."), alwaysShow: true }] : []),
    ...(rest.length > 0 && withAddress
      ? [{ label: l10n.t("on this machine"), kind: QuickPickItemKind.Separator }, ...rest.map(itemOf)]
      : []),
  ];
  const picked = await window.showQuickPick(items, { title, matchOnDescription: true, matchOnDetail: true });
  if (!picked) return undefined;
  return picked.name ?? (await askAddress())?.trim();
}

/** Does a job of an agent with a notification that shows its progress and cancels it. */
async function withJob<T>(
  editor: Editor,
  agent: AgentClient,
  job: string,
  title: string,
  work: (token: Parameters<AgentClient["request"]>[2]) => Promise<T>,
): Promise<T> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (report, token) => {
      let shown = 0;
      const listening = agent.onNotification(jobProgress, (told: JobProgress) => {
        if (told.job !== job) return;
        if (!told.progress) editor.log.info(told.message);
        const { done = 0, total = null } = told.progress ?? {};
        const share = total === null || total === 0 ? 0 : (100 * done) / total;
        const increment = Math.max(0, share - shown);
        shown += increment;
        const message = told.progress
          ? `${told.message}: ${progressInWords(told.units, told.progress)}`
          : told.message;
        report.report({ increment, message });
      });
      try {
        return await editor.agents.during(agent, () => work(token));
      } finally {
        listening.dispose();
      }
    },
  );
}

/** The agent of the workspace that is meant, else of the only one, else one of no workspace. */
async function agentFor(editor: Editor, argument: unknown): Promise<AgentClient> {
  const { workspace: meant } = (argument ?? {}) as ModelTarget;
  await editor.workspaces.ready;
  const target = meant ?? editor.workspaces.active ?? editor.workspaces.all[0];
  return target ? editor.agents.of(target.uri) : editor.agents.ofNone();
}

async function get(editor: Editor, argument: unknown): Promise<void> {
  if (!requireTrust()) return;
  const model =
    nameOf(argument) ?? (await pickModel(editor, l10n.t("Get a model"), ({ present }) => !present, true));
  if (model === undefined) return;
  const title = l10n.t("Prefloom: getting {0}", model);
  try {
    const agent = await agentFor(editor, argument);
    const got = await withJob(editor, agent, modelGet.method, title, (token) =>
      agent.request(modelGet, { model }, token),
    );
    await Promise.all(editor.workspaces.all.map((one) => one.refresh()));
    const names = editor.workspaces.all.map((one) => one.status?.model.name);
    const next: Button[] = [];
    if (names.includes(got.name)) next.push(button(l10n.t("Run"), COMMANDS.run));
    else if (names.length > 0) {
      next.push(button(l10n.t("Use this model"), COMMANDS.modelUse, { model: got.name }));
    }
    tell("info", l10n.t("{0} is on this machine.", got.name), ...next);
  } catch (error) {
    const again = button(l10n.t("Try again"), COMMANDS.modelGet, argument ?? { model });
    tellError(editor, title, error, { "missing-model": [again, showLogButton(editor)] }, again);
  }
}

async function use(editor: Editor, argument: unknown, given?: string): Promise<void> {
  if (!requireTrust()) return;
  const target = await workspaceFor(editor, argument);
  if (!target) return;
  const title = l10n.t("Which model annotates {0}?", target.name);
  const model =
    given ?? nameOf(argument) ?? (await pickModel(editor, title, ({ present }) => present, false));
  if (model === undefined) return;
  const open = workspace.textDocuments.find(({ uri }) => uri.toString() === target.settingsUri.toString());
  try {
    // The agent changes what is on disk.
    if (open?.isDirty) await open.save();
    await editor.agents.of(target.uri).request(modelUse, { model });
    await target.refresh();
    const present = target.status?.model.present === true;
    tell(
      "info",
      l10n.t("{0} annotates {1} from now on.", model, target.name),
      present
        ? button(l10n.t("Run"), COMMANDS.run, { workspace: target })
        : button(l10n.t("Get the model"), COMMANDS.modelGet, { workspace: target, model }),
    );
  } catch (error) {
    tellError(editor, l10n.t("Use this model"), error);
  }
}

async function probe(editor: Editor, argument: unknown): Promise<void> {
  if (!requireTrust()) return;
  const model = nameOf(argument);
  const title = l10n.t("Prefloom: probing {0}", model ?? l10n.t("the model"));
  try {
    const agent = await agentFor(editor, argument);
    const params = model === undefined ? {} : { model };
    const { sentence, detail } = await withJob(editor, agent, modelProbe.method, title, (token) =>
      agent.request(modelProbe, params, token),
    );
    for (const line of [sentence, ...detail]) editor.log.info(line);
    tell("info", sentence, {
      label: l10n.t("Details"),
      press: () => window.showInformationMessage(sentence, { modal: true, detail: detail.join("\n") }),
    });
  } catch (error) {
    const again = button(l10n.t("Try again"), COMMANDS.modelProbe, argument);
    const getIt = button(
      l10n.t("Get the model"),
      COMMANDS.modelGet,
      model === undefined ? undefined : { model },
    );
    tellError(editor, title, error, { "missing-model": [getIt] }, again);
  }
}

/** Commands about models. */
export function modelCommands(editor: Editor): Readonly<Record<string, (...args: unknown[]) => unknown>> {
  return {
    [COMMANDS.modelGet]: (argument) => get(editor, argument),
    [COMMANDS.modelGetAny]: () => get(editor, undefined),
    // The second argument: the model, where the first one only says in which workspace.
    [COMMANDS.modelUse]: (argument, model) =>
      use(editor, argument, typeof model === "string" ? model : undefined),
    [COMMANDS.modelProbe]: (argument) => probe(editor, argument),
  };
}
