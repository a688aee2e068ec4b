#!/usr/bin/env bash
# A program that links AuditStore compiles neither NIO nor Foundation: builds the library alone and looks at what it made.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build -c release --target AuditStore --scratch-path .build/slim >/dev/null
modules=$(find .build/slim/ -name '*.swiftmodule' -exec basename {} .swiftmodule \; | sort -u | tr '\n' ' ')
echo "modules compiled for AuditStore: $modules"
for module in $modules; do
  case $module in AuditStore | Shredding | SegmentFormat) ;; *) echo "unexpected module: $module"; exit 1 ;; esac
done
if grep -rnE '^ *(public |package |internal |private |@[a-z_]+ )*import +(Foundation|FoundationEssentials|NIO[A-Za-z]*)$' \
  Sources/AuditStore Sources/Shredding Sources/SegmentFormat; then
  echo "an import that the core must not have"; exit 1
fi
echo "1 passed, 0 failed"
