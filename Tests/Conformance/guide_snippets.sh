#!/usr/bin/env bash
# Each Swift snippet of the guides compiles: the compiler checks it against the modules of a release build. A snippet is the body of a
# function that has a store; `import`s stand before it.
# Usage: guide_snippets.sh [GUIDE.md …], after a release build.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- Sources/AuditStore/AuditStore.docc/*.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
for guide in "$@"; do
  rm -f "$work"/*
  awk -v work="$work" '
    /^```swift$/ { n++; file = sprintf("%s/%03d", work, n); printf "" > (file ".body"); print NR > (file ".line"); inside = 1; next }
    /^```$/ { inside = 0; next }
    inside { print > (file ".body") }' "$guide"
  for body in "$work"/*.body; do
    [ -e "$body" ] || { printf 'FAIL %s has no snippet\n' "$guide"; failed=$((failed + 1)); continue; }
    line=$(cat "${body%.body}.line")
    {
      printf 'import AuditStore\nimport KubernetesAudit\n'
      printf 'func snippet(_ store: AuditStore<KubernetesAudit>, yesterday: Instant) async throws {\n'
      printf '#sourceLocation(file: "%s", line: %d)\n' "$guide" $((line + 1))
      sed -E 's/^import (AuditStore|KubernetesAudit)$//' "$body"
      printf '#sourceLocation()\n}\n'
    } >"$work/snippet.swift"
    if swiftc -typecheck -swift-version 6 -I .build/release/Modules -I Sources/CLZ4 -I Sources/CZstd -I Sources/CZlib -I Sources/CYAML \
      -Xcc -fmodule-map-file=.build/release/CKernels.build/module.modulemap "$work/snippet.swift" >"$work/messages" 2>&1 &&
      ! grep -q 'warning:' "$work/messages"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      printf 'FAIL %s, the snippet at line %s\n' "$guide" "$line"
      grep -E '(error|warning):' "$work/messages"
    fi
  done
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
