#!/usr/bin/env bash
# Questions with wrong types do not compile, and the compiler says why: each file of Tests/MustNotCompile begins with the message that
# is expected. Control.swift has to compile, so that the others fail for their own mistake only.
# Usage: must_not_compile.sh [CONFIGURATION], after a build in it (release unless given).
set -uo pipefail
cd "$(dirname "$0")/../.."
build=.build/${1:-release}
flags=(-typecheck -swift-version 6 -I "$build/Modules" -I Sources/CLZ4 -I Sources/CZstd -I Sources/CZlib -I Sources/CYAML -I "$build/CKernels.build")
passed=0 failed=0
for file in Tests/MustNotCompile/*.swift; do
  expected=$(sed -n '1s,^// expected: ,,p' "$file")
  found=$(swiftc "${flags[@]}" "$file" 2>&1)
  status=$?
  if [ -z "$expected" ]; then [ $status = 0 ]; else [ $status != 0 ] && grep -qF "error: $expected" <<<"$found"; fi
  if [ $? = 0 ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAIL %s\n%s\n' "$file" "$(grep 'error:' <<<"$found")"
  fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 1 ]
