import { CancellationTokenSource, l10n, type QuickPickItem, ThemeIcon, window } from "vscode";
import { formatCount } from "../../core/number-words.js";
import { datasetSearch, type SearchHit, type SearchPart } from "../../protocol/records.js";
import type { Editor } from "../editor.js";
import type { PrefloomWorkspace } from "../folders/prefloom-workspace.js";
import { openPlace } from "./open-place.js";

const MOST_HITS = 200;
/** Nobody types faster. */
const QUIET_MILLISECONDS = 120;

interface HitItem extends QuickPickItem {
  readonly hit: SearchHit;
}

const icons: Readonly<Record<SearchHit["kind"], string>> = {
  post: "comment",
  response: "comment-discussion",
  pair: "git-compare",
  example: "symbol-event",
};

const kindInWords = (kind: SearchHit["kind"]): string =>
  ({
    post: l10n.t("Post"),
    response: l10n.t("Response"),
    pair: l10n.t("Pair"),
    example: l10n.t("Example"),
  })[kind];

function itemOf(hit: SearchHit): HitItem {
  const { kind, id, title, detail } = hit;
  return {
    hit,
    iconPath: new ThemeIcon(icons[kind]),
    label: title === "" ? id : title,
    description: [kindInWords(kind), id].join(" "),
    ...(detail === "" ? {} : { detail }),
    // The reader has decided what fits: nothing is filtered again.
    alwaysShow: true,
    buttons: [{ iconPath: new ThemeIcon("question"), tooltip: l10n.t("Explain") }],
  };
}

/**
 * Asks for a post, a pair or an example by id or words, shows hits as they are found, and opens the one that is chosen.
 * @param reveal shows a post in the Dataset tree
 */
export function goTo(
  { reader }: Editor,
  workspace: PrefloomWorkspace,
  explain: (id: string) => unknown,
  reveal: (post: SearchHit["post"]) => Promise<void>,
): void {
  const pick = window.createQuickPick<HitItem>();
  pick.title = l10n.t("Go to a post, pair or example");
  pick.placeholder = l10n.t("Words, an id, or a line such as train.jsonl:12");
  let search: CancellationTokenSource | undefined;
  let timer: NodeJS.Timeout | undefined;

  const look = async (query: string): Promise<void> => {
    search?.cancel();
    const { token } = (search = new CancellationTokenSource());
    pick.busy = true;
    const found: HitItem[] = [];
    let cursor: number | null = null;
    try {
      do {
        const limit = MOST_HITS - found.length;
        const part: SearchPart = await reader
          .connection()
          .sendRequest(datasetSearch, { workspace: workspace.path, query, cursor, limit }, token);
        if (token.isCancellationRequested) return;
        found.push(...part.hits.map(itemOf));
        ({ cursor } = part);
        if (part.hits.length > 0 || cursor === null) pick.items = [...found];
        pick.title =
          cursor === null
            ? l10n.t("Go to a post, pair or example")
            : l10n.t("Looked through {0} of {1} posts", formatCount(part.searched), formatCount(part.posts));
      } while (cursor !== null && found.length < MOST_HITS);
    } catch (error) {
      if (token.isCancellationRequested) return;
      pick.items = [];
      pick.title = error instanceof Error ? error.message : String(error);
    }
    pick.busy = false;
  };

  pick.onDidChangeValue((query) => {
    clearTimeout(timer);
    search?.cancel();
    timer = setTimeout(() => void look(query), QUIET_MILLISECONDS);
  });
  pick.onDidTriggerItemButton(({ item }) => {
    pick.hide();
    explain(item.hit.id);
  });
  pick.onDidAccept(() => {
    const [chosen] = pick.selectedItems;
    if (!chosen) return;
    pick.hide();
    const { place, post } = chosen.hit;
    void openPlace(place.file, place.line).then(() => reveal(post));
  });
  pick.onDidHide(() => {
    clearTimeout(timer);
    search?.cancel();
    pick.dispose();
  });
  pick.show();
}
