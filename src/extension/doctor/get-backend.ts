import {
  type CancellationToken,
  commands,
  l10n,
  type Progress as Shown,
  ProgressLocation,
  window,
} from "vscode";
import {
  AGENT_ERRORS,
  backendGet,
  type BackendName,
  type BackendOffer,
  backendOffer,
  jobProgress,
} from "../../protocol/agent.js";
import type { AgentClient } from "../agent/agent-client.js";
import type { Editor } from "../editor.js";
import { COMMANDS } from "../ids.js";
import { percentOf, progressInWords, sizeInWords } from "../runs/progress-words.js";

/** What the user is asked before anything is downloaded: what, how much, from where and to where. */
async function consents(backend: BackendName, offer: BackendOffer): Promise<boolean> {
  const names = offer.packages.flatMap(({ name, version, present }) =>
    present ? [] : [`${name} ${version}`],
  );
  const download = l10n.t("Download {0}", sizeInWords(offer.bytes));
  const detail = [
    l10n.t("Package: {0}", names.join(", ")),
    l10n.t("Size: {0}, unpacked {1}", sizeInWords(offer.bytes), sizeInWords(offer.unpackedBytes)),
    l10n.t("From: {0}", new URL(offer.registry).host),
    l10n.t("To: {0}", offer.folder),
    "",
    l10n.t(
      "It is checked to be the package that this version of Prefloom was made with. Nothing of it is run before.",
    ),
  ].join("\n");
  const question = l10n.t("Download the {0} backend, with which models run on the GPU?", backend);
  return (await window.showInformationMessage(question, { modal: true, detail }, download)) === download;
}

/** Downloads, with its progress in a notification that can cancel it. */
function download(
  { agents }: Editor,
  agent: AgentClient,
  backend: BackendName,
): Thenable<{ readonly works: boolean; readonly found: string; readonly fix: string | null }> {
  const options = {
    location: ProgressLocation.Notification,
    title: l10n.t("Prefloom: {0} backend", backend),
    cancellable: true,
  };
  return window.withProgress(
    options,
    async (shown: Shown<{ message?: string; increment?: number }>, token: CancellationToken) => {
      let percent = 0;
      const listening = agent.onNotification(jobProgress, ({ job, message, units, progress }) => {
        if (job !== backendGet.method) return;
        const now = progress && progress.done > 0 ? (percentOf(progress) ?? percent) : percent;
        const words = progress ? `${message}: ${progressInWords(units, progress)}` : message;
        shown.report({ message: words, increment: Math.max(0, now - percent) });
        percent = Math.max(now, percent);
      });
      try {
        return await agents.during(agent, () => agent.request(backendGet, { backend }, token));
      } finally {
        listening.dispose();
      }
    },
  );
}

/** Gets a GPU backend: asks first, shows its progress, and says whether it works here or what it lacks. */
export async function getBackend(editor: Editor, agent: AgentClient, backend: BackendName): Promise<void> {
  const offer = await agent.request(backendOffer, { backend });
  if (offer.bytes > 0 && !(await consents(backend, offer))) return;
  const again = l10n.t("Try again");
  const doctor = l10n.t("Doctor");
  try {
    const { works, found, fix } = await download(editor, agent, backend);
    if (works) {
      // A model that is loaded stays where it is: those who hold one and do nothing start anew.
      editor.agents.renew();
      void window.showInformationMessage(
        l10n.t("The {0} backend is here: {1}. Models that are loaded from now on use it.", backend, found),
      );
      return;
    }
    const message = l10n.t(
      "The {0} backend is here, but it cannot be used yet: {1}. Fix: {2}",
      ...[backend, found, fix ?? ""],
    );
    if ((await window.showWarningMessage(message, doctor)) === doctor) {
      await commands.executeCommand(COMMANDS.doctor);
    }
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === AGENT_ERRORS.interrupted) {
      window.setStatusBarMessage(l10n.t("The download was cancelled; it goes on where it stopped."), 8000);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    if ((await window.showErrorMessage(message, again)) === again) await getBackend(editor, agent, backend);
  }
}
