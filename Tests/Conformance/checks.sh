# What the checks of the command line share: a directory of their own with a store, and counting what passed. Sourced, with
# AUDITSTORE SAMPLE.ndjson as arguments.
auditstore=$(realpath "$1") sample=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export AUDITSTORE_DIR=$work/store
passed=0 failed=0

check() { # check NAME EXPECTED FOUND
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    printf 'FAIL %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
  fi
}
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
status() { "$@" >/dev/null 2>&1; echo $?; }
same() { cmp -s "$1" "$2" && echo same || echo different; }
