import { type Disposable, l10n, ThemeColor, ThemeIcon, type TreeView, window, workspace } from "vscode";
import { deviceChanged, type DeviceState } from "../../protocol/agent.js";
import { type ModelEntry, modelsList } from "../../protocol/records.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { VIEWS } from "../ids.js";
import { sizeInWords } from "../runs/progress-words.js";
import { leaf, NodeTree, rowItem, type TreeNode } from "./node-tree.js";

/** A row that stands for a model: `modelGet`, `modelUse` and `modelProbe` are given it. */
export interface ModelNode extends TreeNode {
  readonly model: string;
}

/** “SmolLM2 on cuda, 30 of 30 layers on NVIDIA H100”. */
function deviceInWords({ model, backend, gpuName, gpuLayers, totalLayers }: DeviceState): string {
  if (gpuName === null || gpuLayers === null) return l10n.t("{0} on {1}", model, backend);
  const layers = totalLayers === null ? String(gpuLayers) : l10n.t("{0} of {1}", gpuLayers, totalLayers);
  return l10n.t("{0} on {1}, {2} layers on {3}", model, backend, layers, gpuName);
}

/** The Models tree: what there is, which of them a workspace uses, and what the model runs on. */
export class ModelsTree implements Disposable {
  readonly #tree: NodeTree;
  readonly #view: TreeView<TreeNode>;
  readonly #subscriptions: { dispose(): unknown }[];
  readonly #listening = new Map<PrefloomWorkspace, { dispose(): void }>();
  readonly #devices = new Map<PrefloomWorkspace, DeviceState>();
  /** What the shown list depends on of the workspaces' status. */
  #used = "";

  constructor(private readonly editor: Editor) {
    const { workspaces, log } = editor;
    this.#tree = new NodeTree(() => this.#rows(), log);
    this.#view = window.createTreeView(VIEWS.models, { treeDataProvider: this.#tree });
    this.#subscriptions = [
      this.#tree,
      this.#view,
      workspaces.onDidChange(() => this.#listen()),
      workspaces.onDidChangeState(() => this.#refreshIfUsed()),
      workspace.onDidGrantWorkspaceTrust(() => this.#listen()),
    ];
  }

  refresh(): void {
    this.#tree.refresh();
  }

  /** Hears of each workspace's agent what its model runs on. */
  #listen(): void {
    const { workspaces, agents } = this.editor;
    for (const [one, listening] of this.#listening) {
      if (workspaces.all.includes(one)) continue;
      listening.dispose();
      this.#listening.delete(one);
      this.#devices.delete(one);
    }
    for (const one of workspace.isTrusted ? workspaces.all : []) {
      if (this.#listening.has(one)) continue;
      const listening = agents.of(one.uri).onNotification(deviceChanged, ({ device }) => {
        if (device) this.#devices.set(one, device);
        else this.#devices.delete(one);
        this.refresh();
      });
      this.#listening.set(one, listening);
    }
    this.refresh();
  }

  #refreshIfUsed(): void {
    const used = JSON.stringify(
      this.editor.workspaces.all.map(({ status }) => [
        status?.model,
        // A run measures the model before it annotates.
        status?.steps.find(({ step }) => step === "annotate")?.startedAt,
      ]),
    );
    if (used === this.#used) return;
    this.#used = used;
    this.refresh();
  }

  async #rows(): Promise<readonly TreeNode[]> {
    const { reader, workspaces } = this.editor;
    await workspaces.ready;
    const { models } = await reader
      .connection()
      .sendRequest(modelsList, { workspaces: workspaces.all.map(({ path }) => path) });
    const here = models.filter(({ present }) => present).length;
    this.#view.description = here > 0 ? l10n.t("{0} on this machine", here) : "";
    return [...this.#deviceRows(), ...models.map((model) => this.#model(model))];
  }

  #deviceRows(): readonly TreeNode[] {
    if (this.#devices.size === 0) {
      return [
        leaf(l10n.t("No model is loaded"), {
          icon: new ThemeIcon("server"),
          tooltip: l10n.t("A model is loaded when a step needs it, and unloaded when it is idle."),
          context: "device",
        }),
      ];
    }
    return [...this.#devices].map(([{ name }, device]) =>
      leaf(deviceInWords(device), {
        icon: new ThemeIcon("server-environment", new ThemeColor("charts.green")),
        tooltip: this.#devices.size > 1 ? l10n.t("Loaded for {0}", name) : l10n.t("Loaded"),
        context: "device",
      }),
    );
  }

  #model(model: ModelEntry): ModelNode {
    const { name, path, kind, present, bytes, licence, note, usedBy, probe } = model;
    const isUsed = usedBy.length > 0;
    const facts = [
      isUsed ? l10n.t("in use") : "",
      present ? "" : l10n.t("not here"),
      bytes === null ? "" : sizeInWords(bytes),
      licence ?? "",
    ].filter((fact) => fact !== "");
    const icon = isUsed
      ? new ThemeIcon("check", new ThemeColor("testing.iconPassed"))
      : present
        ? new ThemeIcon("package")
        : new ThemeIcon("cloud-download", new ThemeColor("disabledForeground"));
    return {
      // A path is meant relative to nothing: the file's own.
      model: kind === "path" ? path : name,
      workspace: this.editor.workspaces.all.find((one) => one.path === usedBy[0]),
      item: () =>
        rowItem(name, {
          id: path,
          description: facts.join(", "),
          tooltip: [name, note ?? "", probe ?? l10n.t("Not probed yet."), present ? path : ""]
            .filter((line) => line !== "")
            .join("\n\n"),
          icon,
          context: present ? "model-present" : "model-absent",
          spoken: [name, ...facts, probe ?? ""].filter((part) => part !== "").join(", "),
        }),
    };
  }

  dispose(): void {
    for (const one of [...this.#subscriptions, ...this.#listening.values()]) one.dispose();
  }
}
