#!/usr/bin/env bash
# run.sh BUILD_FOLDER: writes the decks and opens them in Chromium. ./run browser calls it.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
out=$1/browser
mkdir -p "$out/decks"
"$1/tests/browser/write_decks" "$out/decks"

# Node finds its modules beside the files that ask for them, so the tests run from a copy.
rm -rf "$out/tests" "$out/lib"
cp -r "$here/tests" "$here/lib" "$here/package.json" "$here/package-lock.json" "$out/"
cd "$out"
if ! cmp -s package-lock.json node_modules/installed.json; then
    npm ci --no-audit --no-fund --loglevel=error
    cp package-lock.json node_modules/installed.json
fi
# From the files' names node 18 and 20 take one test file each.
TAPEDECK_DECKS=$out/decks node --test --test-reporter=spec tests/*.test.js
