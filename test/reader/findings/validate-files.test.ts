import { expect, test } from "vitest";
import { FindingBook } from "../../../src/reader/findings/finding-book.js";
import { Room } from "../../../src/reader/findings/kept-findings.js";
import { Validation } from "../../../src/reader/findings/validate-files.js";
import { rowFiles } from "../../builders/row-files.js";
import { chatRow } from "../../core/rules/rows.js";

const files = rowFiles("validate-files");

test("a file that is validated again has the room that it had", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ ...chatRow(), prompt: `Question ${i}`, chosen: "" }));
  const path = files.write("rows.jsonl", rows);
  const book = new FindingBook(() => undefined);
  const room = new Room(4000);
  const kept = async (): Promise<number> => {
    const request = { workspace: null, files: [path] };
    await new Validation(book, room).run(request, new AbortController().signal, () => undefined);
    return book.page("file", path, 0, 1000).length;
  };
  const first = await kept();
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(book.groups("file").total);
  expect(await kept()).toBe(first);
});
