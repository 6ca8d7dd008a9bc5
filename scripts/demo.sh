#!/usr/bin/env bash
# Sets everything up and runs the main job on real threads with a real model: raw threads in, a checked data set out.
# Works in demo/, which may be deleted at any time. What is done already is not done again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
              process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "Prefloom needs Node 20.19 or newer; here it is: $(node --version 2>/dev/null || echo none)" >&2
  exit 4
fi

started=$(date +%s)
node scripts/lib/install.mjs
node scripts/build.mjs
prefloom=(node dist/cli.mjs)
"${prefloom[@]}" model get smollm2-135m-instruct

mkdir -p demo
for file in prefloom.json oasst-threads.jsonl NOTICE.md; do
  cmp -s "scripts/sample/$file" "demo/$file" || cp "scripts/sample/$file" "demo/$file"
done

echo
echo "demo: annotating, pairing and checking $(wc -l <demo/oasst-threads.jsonl) real threads in demo/"
"${prefloom[@]}" --workspace demo run
"${prefloom[@]}" --workspace demo report
echo "  everything took            $(($(date +%s) - started)) s"
echo
echo "Look at the data set:  less demo/prefloom-out/dataset/train.jsonl"
echo "Ask where a line is from:  (cd demo && npx prefloom explain train.jsonl:1)"
