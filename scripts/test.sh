#!/usr/bin/env bash
# Builds and runs every check and test. The last line is `N passed, N failed` (`, N skipped` may follow).
#
#   scripts/test.sh [--fast] [--force] [pattern...]
#
#   --fast    leaves out the slow tests and those that need a model
#   --force   runs even when nothing changed since the last pass
#   pattern   builds, and runs only the test files whose path contains one of the patterns
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
              process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "Prefloom needs Node 20.19 or newer; here it is: $(node --version 2>/dev/null || echo none)" >&2
  exit 4
fi
exec node scripts/lib/run-tests.mjs "$@"
