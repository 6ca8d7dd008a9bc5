import { existsSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import type { ConsistencyMode } from "../core/consistency/consistency.js";
import { InputError } from "../core/errors.js";
import type { Levels } from "../core/records/direction.js";
import type { Lineage } from "../core/records/alignx-row.js";
import type { Pair } from "../core/records/records.js";
import { LevelStore } from "../core/search/level-store.js";
import { ALIGNX_SPACE, type PreferenceSpace } from "../core/space/space.js";
import { openRecordTable, readRecordFile } from "../node/store/record-file.js";
import { LEVELS, PAIRS } from "../steps/files.js";
import { findWorkspace, openWorkspace, parseSettings, type Workspace } from "./workspace.js";

/** What the rows of a data file are checked against. */
export interface DatasetReference {
  readonly space: PreferenceSpace;
  readonly mode: ConsistencyMode;
  readonly threshold: number;
  /** Where these come from; null: defaults. */
  readonly workspace: Workspace | null;
  /** Whether the file lies in the workspace's output, so that its levels are those of the rows. */
  readonly isOutput: boolean;
}

/** Levels and pairs of a workspace, for the responses that lineage names. */
export interface LevelTables {
  levels(response: string): Levels | undefined;
  /** The pairs that the PAIR items of a row come from, by id. */
  pairsOf(lineage: Lineage): Promise<ReadonlyMap<string, Pair>>;
  close(): Promise<void>;
}

function contains(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== "" && inner !== ".." && !inner.startsWith(`..${sep}`) && resolve(folder, inner) === path;
}

function referenceOf(workspace: Workspace, isOutput: boolean): DatasetReference {
  const { settings, space } = workspace;
  return {
    ...{ space, workspace, isOutput },
    mode: settings.check.consistency,
    threshold: settings.persona.threshold,
  };
}

/** What a file is checked against where no workspace has made it. */
function defaultReference(overrides: readonly string[]): DatasetReference {
  const settings = parseSettings("{}", overrides);
  if (settings.space !== "alignx") {
    throw new InputError(
      { file: "--set" },
      {
        rule: "space",
        message: "a preference space of one's own belongs to a workspace",
        fix: "name the workspace with --workspace",
      },
    );
  }
  return {
    ...{ space: ALIGNX_SPACE, workspace: null, isOutput: false },
    mode: settings.check.consistency,
    threshold: settings.persona.threshold,
  };
}

/** Finds what files are checked against, and opens each workspace once. */
export class ReferenceFinder {
  readonly #opened = new Map<string, Promise<Workspace>>();

  /**
   * @param given `--workspace`: its space and criteria hold for files outside of any output as well
   * @param overrides `key=value` of `--set`
   */
  constructor(
    private readonly given: string | undefined,
    private readonly overrides: readonly string[],
  ) {}

  /** @throws InputError when the settings around the file cannot be used */
  async find(file: string): Promise<DatasetReference> {
    const path = resolve(file);
    const given = this.given === undefined ? undefined : await this.#open(resolve(this.given));
    if (given && contains(given.output.path, path)) return referenceOf(given, true);
    for (let at = dirname(path); ;) {
      const folder = findWorkspace(at);
      if (folder === null) break;
      const workspace = await this.#open(folder);
      if (contains(workspace.output.path, path)) return referenceOf(workspace, true);
      if (dirname(folder) === folder) break;
      at = dirname(folder);
    }
    return given ? referenceOf(given, false) : defaultReference(this.overrides);
  }

  #open(folder: string): Promise<Workspace> {
    const opened = this.#opened.get(folder) ?? openWorkspace(folder, this.overrides);
    this.#opened.set(folder, opened);
    return opened;
  }
}

/**
 * Opens the levels and pairs of a workspace; null where there are none, or none for its present space.
 * @param onRecord hears of every response that was read; false ends the reading, and there are no tables then
 * @throws InputError for a line that is no such record
 */
export async function openLevelTables(
  workspace: Workspace,
  onRecord: () => boolean = () => true,
): Promise<LevelTables | null> {
  const { output, space, shown } = workspace;
  const path = output.file(LEVELS.path);
  if (!existsSync(path)) return null;
  const size = space.dimensions.length;
  const store = new LevelStore(size);
  for await (const { value } of readRecordFile(path, LEVELS.schema, shown(path))) {
    if (value.levels.length !== size || !onRecord()) return null;
    store.add(value.response, value.levels);
  }
  const pairsPath = output.file(PAIRS.path);
  const table = existsSync(pairsPath)
    ? await openRecordTable(pairsPath, PAIRS.schema, shown(pairsPath), ({ id }) => id)
    : null;
  return {
    levels: (response) => store.get(response),
    async pairsOf(lineage) {
      const pairs = new Map<string, Pair>();
      for (const { pair } of lineage.pairs) if (table?.has(pair)) pairs.set(pair, await table.get(pair));
      return pairs;
    },
    close: async () => table?.close(),
  };
}
