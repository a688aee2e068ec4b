#!/usr/bin/env bash
# Builds the fuzzers and runs each for so many seconds:  Tests/Fuzzing/run.sh 60 [target …]
# With 0 seconds, only with what was found before: the same each time.
# What they learn stays in .build-fuzzing/corpus; an input that fails is in .build-fuzzing/failures, and the exit status is 1.
# What was found and mended is in Tests/Fuzzing/Seeds, with which they begin.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(wal manifest segment events text compressed)
scratch=.build-fuzzing
runtime=$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")/lib/clang
library=$(find "$runtime" -name "libclang_rt.fuzzer_no_main-$(uname -m).a" | head -1)
[ -n "$library" ] || { echo "this toolchain has no libFuzzer"; exit 1; }
export AUDITSTORE_FUZZING=1 SWIFT_BACKTRACE=enable=no
swift build -c release --scratch-path $scratch --product Fuzzing --sanitize=address \
  -Xswiftc -enable-testing -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table \
  -Xcc -fsanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table -Xlinker "$library" -Xlinker -lstdc++ -Xlinker -lm
failed=0
limit=-max_total_time=$seconds
[ "$seconds" = 0 ] && limit=-runs=0
for target in "${targets[@]}"; do
  mkdir -p $scratch/corpus/"$target" $scratch/failures
  seeds=()
  [ -d Tests/Fuzzing/Seeds/"$target" ] && seeds=(Tests/Fuzzing/Seeds/"$target")
  printf '\n== %s\n' "$target"
  # Leaks are looked for at the end of each process, and the runtime keeps a few things on purpose.
  ASAN_OPTIONS=detect_leaks=0 $scratch/release/Fuzzing "$target" $limit -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix=$scratch/failures/"$target"- $scratch/corpus/"$target" "${seeds[@]}" \
    > $scratch/"$target".log 2>&1 || { failed=1; tail -60 $scratch/"$target".log; }
  grep -E "stat::number_of_executed_units|stat::peak_rss_mb|Done" $scratch/"$target".log || true
done
exit $failed
