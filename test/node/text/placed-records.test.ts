import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { openPlacedRecords } from "../../../src/node/text/placed-records.js";

const folder = mkdtempSync(join(tmpdir(), "prefloom-placed-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function linesOf(content: Buffer, chunkBytes: number) {
  const path = join(folder, "a.json");
  writeFileSync(path, content);
  const { form, records } = await openPlacedRecords(path, { chunkBytes, allowEmpty: true });
  const lines: number[] = [];
  for await (const { line } of records) lines.push(line);
  return { form, lines };
}

const entry = fc.constantFrom('{"a":1}', '{\n"a": "x"\n}', "7", '"ü\\n🙂"', "[\n\n]");
const gap = fc.constantFrom("", "\n", " \n\n ", "\r\n");

it("names the line on which an entry of an array begins, however the file is cut into chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(gap, entry, gap), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 2, max: 20 }),
      fc.constantFrom("utf8", "utf16le"),
      async (entries, half, encoding) => {
        let text = encoding === "utf8" ? "[" : "\ufeff[";
        const expected: number[] = [];
        entries.forEach(([before, value, after], i) => {
          text += before;
          expected.push(text.split("\n").length);
          text += `${value}${after}${i < entries.length - 1 ? "," : "]"}`;
        });
        // The first chunk tells the form of the file: it must hold its first character.
        const { form, lines } = await linesOf(Buffer.from(text, encoding as BufferEncoding), 2 * half + 4);
        expect({ form, lines }).toEqual({ form: "array", lines: expected });
      },
    ),
    { numRuns: 200 },
  );
});

it("leaves lines as they are, and closes a file that is left early", async () => {
  expect(await linesOf(Buffer.from('{}\n\n"a"\nbroken'), 8)).toEqual({ form: "lines", lines: [1, 3, 4] });
  const path = join(folder, "b.json");
  writeFileSync(path, "[1,2,3]");
  const { records } = await openPlacedRecords(path);
  for await (const { line } of records) {
    expect(line).toBe(1);
    break;
  }
});
