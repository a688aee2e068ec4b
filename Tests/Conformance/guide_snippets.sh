#!/usr/bin/env bash
# Each Swift snippet of the guides compiles: the compiler checks it against the modules of a release build. A snippet is the body of a
# function that has a store; `import`s stand before it. Where a guide says that its snippets are one program, they are compiled as
# one and run, and what it prints has to be the guide's texts.
# Usage: guide_snippets.sh [GUIDE.md …], after a release build.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- Sources/AuditStore/AuditStore.docc/*.md Docs/CloudTrail.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build=.build/release
compile() {
  swiftc -swift-version 6 -I $build/Modules -I Sources/CLZ4 -I Sources/CZstd -I Sources/CZlib -I Sources/CYAML \
    -Xcc -fmodule-map-file=$build/CKernels.build/module.modulemap "$@"
}
passed=0 failed=0
fail() { failed=$((failed + 1)) && printf 'FAIL %s\n' "$*"; }

# The fenced blocks of one language, each under its line number: blocks GUIDE LANGUAGE
blocks() {
  awk -v work="$work" -v fence="\`\`\`$2" '
    $0 == fence { file = sprintf("%s/%05d.body", work, NR); printf "" > file; inside = 1; next }
    /^```$/ { inside = 0; next }
    inside { print > file }' "$1"
}

run_program() {
  local guide=$1 body
  blocks "$guide" swift
  for body in "$work"/*.body; do
    printf '#sourceLocation(file: "%s", line: %d)\n' "$guide" $((10#$(basename "$body" .body) + 1))
    cat "$body"
  done >"$work/main.swift"
  rm "$work"/*.body
  blocks "$guide" text
  cat "$work"/*.body >"$work/expected"
  local objects=()
  for module in AuditStore LogSources Shredding SegmentFormat CKernels; do objects+=("$build/$module.build/"*.o); done
  if ! compile -O "$work/main.swift" "${objects[@]}" -llz4 -lzstd -lz -o "$work/program" >"$work/messages" 2>&1 ||
    grep -q 'warning:' "$work/messages"; then
    fail "$guide does not compile"
    grep -E '(error|warning):' "$work/messages"
  elif ! "$work/program" "$work" >"$work/printed" || ! diff "$work/expected" "$work/printed"; then
    fail "$guide prints something else (> is what it printed)"
  else
    passed=$((passed + 1))
  fi
}

check_snippets() {
  local guide=$1 body line
  blocks "$guide" swift
  for body in "$work"/*.body; do
    [ -e "$body" ] || { fail "$guide has no snippet" && continue; }
    line=$((10#$(basename "$body" .body)))
    {
      printf 'import AuditStore\nimport CloudTrailAudit\nimport KubernetesAudit\n'
      printf 'func snippet(_ store: AuditStore<%s>, yesterday: Instant) async throws {\n' \
        "$([ "$(basename "$guide")" = CloudTrail.md ] && echo CloudTrailAudit || echo KubernetesAudit)"
      printf '#sourceLocation(file: "%s", line: %d)\n' "$guide" $((line + 1))
      sed -E 's/^import (AuditStore|CloudTrailAudit|KubernetesAudit)$//' "$body"
      printf '#sourceLocation()\n}\n'
    } >"$work/snippet.swift"
    if compile -typecheck "$work/snippet.swift" >"$work/messages" 2>&1 && ! grep -q 'warning:' "$work/messages"; then
      passed=$((passed + 1))
    else
      fail "$guide, the snippet at line $line"
      grep -E '(error|warning):' "$work/messages"
    fi
  done
}

for guide in "$@"; do
  rm -rf "${work:?}"/*
  if grep -q '^<!-- The snippets are one program' "$guide"; then run_program "$guide"; else check_snippets "$guide"; fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
