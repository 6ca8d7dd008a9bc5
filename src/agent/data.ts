import { relative } from "node:path";
import type { SourceName } from "../core/sources/source.js";
import { dropsRestore, reportWrite, sourcesAdd, workspaceInit } from "../protocol/agent.js";
import { addSources } from "../runtime/add-sources.js";
import { restoreDrop } from "../runtime/drops.js";
import { initWorkspace } from "../runtime/init.js";
import { chooseFormat, requireText } from "../runtime/read-sources.js";
import { writeReport } from "../runtime/report.js";
import { answering } from "./answering.js";
import type { Served } from "./served.js";

function serveSources({ connection, workspace }: Served): void {
  connection.onRequest(
    sourcesAdd,
    answering(async ({ files, format, name, licence }) => {
      const opened = await workspace();
      // Told before anything is written: a file that cannot be used is not added.
      const chosen = [];
      for (const path of files) {
        await requireText(path);
        chosen.push({ path, ...(await chooseFormat(path, opened.shown(path), format)) });
      }
      const more = {
        ...(format === undefined ? {} : { format: format as SourceName }),
        ...(name === undefined ? {} : { name }),
        ...(licence === undefined ? {} : { licence }),
      };
      const added = new Set<string>();
      for (const { path } of await addSources(opened, files, more)) added.add(path);
      return {
        files: chosen.map(({ path, format: { name: found }, why }) => ({
          ...{ path, format: found, why },
          isNew: added.has(path) || added.has(opened.shown(path)),
        })),
      };
    }),
  );
}

/** Answers requests that write into the folder without running anything. */
export function serveData(served: Served): void {
  const { connection, workspace, folder } = served;
  connection.onRequest(
    workspaceInit,
    answering(async ({ sample }) => {
      const files = await initWorkspace(folder(), { sample });
      return { files: files.map((file) => relative(folder(), file)) };
    }),
  );
  serveSources(served);
  connection.onRequest(
    dropsRestore,
    answering(async ({ id, rule }) => restoreDrop(await workspace(), id, rule)),
  );
  const report = answering(async () => {
    const { html, markdown } = await writeReport(await workspace());
    return { html, markdown };
  });
  connection.onRequest(reportWrite, (token) => report(null, token));
}
