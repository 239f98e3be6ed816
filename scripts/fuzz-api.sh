#!/usr/bin/env bash
# Asks the real server everything that docs/openapi.json allows, and more: `npm run fuzz:api [-- the fuzzer's own options]`.
# The fuzzer is installed once, into .cache.
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
home=$PWD/.cache/schemathesis-$version
if [ ! -x "$home/bin/schemathesis" ]; then
  rm -rf "$home"
  python3 -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version"
fi
node scripts/build.mjs
SCHEMATHESIS=$home/bin/schemathesis exec node --enable-source-maps -r ./scripts/typescript.cjs bench/fuzz.ts "$@"
