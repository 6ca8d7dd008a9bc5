import type { ModelEntry } from "../../protocol/records.js";
import { listModels, type LocatedModel, locateModel, modelsFolder } from "../../runtime/models.js";
import { knownProbe } from "../../runtime/probe-model.js";
import { openWorkspace, type Workspace } from "../../runtime/workspace.js";

/** Workspaces with the model that each uses; one whose settings are wrong says so in the Pipeline tree. */
async function usedModels(
  folders: readonly string[],
): Promise<{ readonly workspace: Workspace; readonly model: LocatedModel }[]> {
  const used = await Promise.all(
    folders.map(async (folder) => {
      try {
        const workspace = await openWorkspace(folder);
        return [{ workspace, model: await locateModel(workspace.settings.model, folder) }];
      } catch {
        return [];
      }
    }),
  );
  return used.flat();
}

/** The figure of a probe that was made with the settings of one of the workspaces, else of none. */
async function probeOf(workspaces: readonly Workspace[], model: LocatedModel): Promise<string | null> {
  for (const workspace of workspaces) {
    const known = await knownProbe(workspace, model);
    if (known) return known.sentence;
  }
  return null;
}

/** Models of the catalogue, those on this machine, and those that workspaces use. */
export async function modelEntries(
  folders: readonly string[],
): Promise<{ readonly folder: string; readonly models: readonly ModelEntry[] }> {
  const used = await usedModels(folders);
  const listed = await listModels();
  const all = new Map(
    [...used.map(({ model }) => model), ...listed].map((model) => [model.path, model] as const),
  );
  const models = await Promise.all(
    [...all.values()].map(async ({ sha256, ...model }) => ({
      ...model,
      usedBy: used
        .filter(({ model: { path } }) => path === model.path)
        .map(({ workspace }) => workspace.folder),
      probe: await probeOf(
        used.map(({ workspace }) => workspace),
        { ...model, sha256 },
      ),
    })),
  );
  return { folder: modelsFolder(), models };
}
