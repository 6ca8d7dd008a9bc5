import { l10n } from "vscode";
import type { StepName } from "../../core/step-names.js";

/** The name of a step as people read it. */
export const stepInWords = (step: StepName): string =>
  ({
    import: l10n.t("Import"),
    annotate: l10n.t("Annotate"),
    levels: l10n.t("Levels"),
    cluster: l10n.t("Cluster"),
    pair: l10n.t("Pair"),
    persona: l10n.t("Persona"),
    check: l10n.t("Check"),
    export: l10n.t("Export"),
  })[step];
