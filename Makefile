# make demo and make test do everything on a fresh machine that has Swift 6.2 or later.
SHELL := /bin/bash
BIN := .build/release/auditstore
# The tool starts in two thirds of the time with Swift's libraries in it, and runs where Swift is not installed.
STATIC := $(if $(filter Linux,$(shell uname -s)),--static-swift-stdlib)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: all build server demo test lint format conformance kill-test tail-test serve-test readers-test fuzz thread-sanitizer address-sanitizer \
  benchmark microbenchmark macrobenchmark thirteen-months deps clean

all: build

build: deps
	swift build -c release --product auditstore $(STATIC)

# `auditstore serve` goes on as this program, which lies beside it. NIO and TLS take some minutes the first time.
server: deps
	swift build -c release --product auditstore-serve $(STATIC)

# A first look: loads real audit logs and answers the four questions they are kept for.
demo: build
	@bash Docs/Demo/demo.sh $(BIN) Tests/Fixtures/apiserver-sample.ndjson.zst

test: deps
	swift test

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

format:
	swift format --in-place --recursive Package.swift Sources Tests

# The contract of the command line; the same questions to DuckDB, and the investigations to a script, on the same raw files: the answers
# must be equal, and those that the documents show, too.
# Records of CloudTrail to check, beside synthetic ones: files or directories.
CLOUDTRAIL_FILES ?=
CONFORMANCE_FILES ?= Tests/Fixtures/apiserver-sample.ndjson.zst Tests/Fixtures/edge.ndjson.zst
conformance: build .venv/bin/duckdb-ready .build/sample.ndjson .build/generated.ndjson
	bash Tests/Conformance/command_line.sh $(BIN) .build/sample.ndjson
	bash Tests/Conformance/retention.sh $(BIN) .build/sample.ndjson
	.venv/bin/python Tests/Conformance/compare_with_duckdb.py --auditstore $(BIN) $(CONFORMANCE_FILES)
	.venv/bin/python Tests/Conformance/query_suite.py --auditstore $(BIN) Tests/Fixtures/apiserver-sample.ndjson.zst \
	  .build/generated.ndjson
	.venv/bin/python Tests/Conformance/compare_generated.py --auditstore $(BIN) mixed=Tests/Fixtures/apiserver-sample.ndjson.zst
	.venv/bin/python Tests/Conformance/compare_investigations.py --auditstore $(BIN) $(CONFORMANCE_FILES)
	.venv/bin/python Tests/Conformance/documented_output.py --auditstore $(BIN) --log Tests/Fixtures/apiserver-sample.ndjson.zst \
	  Docs/Investigations.md
	python3 Tests/Conformance/cloudtrail_records.py .build/cloudtrail
	bash Tests/Conformance/cloudtrail.sh $(BIN) .build/sample.ndjson .build/cloudtrail
	python3 Tests/Conformance/compare_cloudtrail.py --auditstore $(BIN) .build/cloudtrail/AWSLogs $(CLOUDTRAIL_FILES)
	python3 Tests/Conformance/documented_output.py --auditstore $(BIN) --log .build/cloudtrail/AWSLogs --schema cloudtrail \
	  Docs/CloudTrail.md

.venv/bin/duckdb-ready:
	python3 -m venv .venv
	.venv/bin/pip install --quiet duckdb zstandard
	touch $@

.build/sample.ndjson: Tests/Fixtures/apiserver-sample.ndjson.zst
	mkdir -p .build && zstd -dqf $< -o $@

# A synthetic log, dense enough for a quick test.
.build/generated.ndjson: build
	$(BIN) generate --quiet --events 40000 --nodes 50 --days 30 > $@

KILLS ?= 20
kill-test: build .build/sample.ndjson
	python3 Tests/Conformance/kill_during_ingest.py --auditstore $(BIN) .build/sample.ndjson --kills $(KILLS) --seed 1
	python3 Tests/Conformance/kill_during_append.py --auditstore $(BIN) .build/sample.ndjson --kills $(KILLS) --seed 1

# A log that is rotated in every way under a tail that is killed. In full: make tail-test ROTATIONS=500
ROTATIONS ?= 20
tail-test: build .build/sample.ndjson
	python3 Tests/Conformance/tail_rotations.py --auditstore $(BIN) .build/sample.ndjson --rotations $(ROTATIONS) --seed 1
	python3 Tests/Conformance/follow_during_writing.py --auditstore $(BIN) .build/sample.ndjson --seed 1

# AuditStore beside its peers, in one run: writes Docs/Benchmarks.md. Takes an hour and some disk; LOGS chooses what is measured.
BENCHMARK_EVENTS ?= 1000000
BENCHMARK_LOGS ?= .build/benchmark/generated-$(BENCHMARK_EVENTS).ndjson
benchmark: build .venv/bin/peers-ready $(BENCHMARK_LOGS)
	swift build -c release --package-path Benchmarks --product ask-suite
	mkdir -p Docs/Benchmarks
	.venv/bin/python Benchmarks/Comparison/compare.py --auditstore $(BIN) --ask-suite Benchmarks/.build/release/ask-suite \
	  --zstd --json Docs/Benchmarks/results.json $(BENCHMARK_LOGS)
	.venv/bin/python Benchmarks/Comparison/report.py Docs/Benchmarks/results.json --page Docs/Benchmarks.md

# The same questions over one, ten and a hundred million events of thirteen months, streamed from the generator: writes Docs/ThirteenMonths.md.
PROOF_EVENTS ?= 1000000,10000000,100000000
thirteen-months: build .venv/bin/duckdb-ready
	swift build -c release --package-path Benchmarks --product ask-suite
	mkdir -p Docs/Benchmarks
	.venv/bin/python Benchmarks/ThirteenMonths/measure.py --auditstore $(BIN) --ask-suite Benchmarks/.build/release/ask-suite \
	  --events $(PROOF_EVENTS) --json Docs/Benchmarks/thirteen-months.json
	.venv/bin/python Benchmarks/ThirteenMonths/page.py Docs/Benchmarks/thirteen-months.json --page Docs/ThirteenMonths.md \
	  --chart Docs/Benchmarks/thirteen-months.svg

# Encodings, dictionaries, the shredder, regular expressions by themselves.
microbenchmark: deps
	swift package --package-path Benchmarks benchmark --target Micro

# Loading and the twelve questions, of the sample and of generated events.
macrobenchmark: .build/sample.ndjson .build/generated.ndjson
	for log in $^; do BENCHMARK_LOG=$(CURDIR)/$$log swift package --package-path Benchmarks benchmark --target Macro || exit 1; done

.build/benchmark/generated-%.ndjson: | build
	mkdir -p .build/benchmark
	$(BIN) generate --events $* --nodes 200 --seed 1 --quiet > $@.part && mv $@.part $@

.venv/bin/peers-ready: .venv/bin/duckdb-ready
	.venv/bin/pip install --quiet chdb polars pyarrow
	touch $@

# Processes that read while others append, load, compact and back up. In full: make readers-test READERS=24 READ_SECONDS=120
READERS ?= 6
READ_SECONDS ?= 12
readers-test: build .build/sample.ndjson
	python3 Tests/Conformance/readers_during_writing.py --auditstore $(BIN) .build/sample.ndjson --readers $(READERS) \
	  --seconds $(READ_SECONDS)

# The server over real HTTPS: killed while many connections send, hostile requests, and its answers beside the command line's. In full:
# make serve-test SERVE_KILLS=50 SERVE_CONNECTIONS=64
SERVE_KILLS ?= 8
SERVE_CONNECTIONS ?= 16
serve-test: build server .build/sample.ndjson .venv/bin/serve-ready
	python3 Tests/Conformance/kill_during_serve.py --auditstore $(BIN) .build/sample.ndjson --kills $(SERVE_KILLS) \
	  --connections $(SERVE_CONNECTIONS)
	python3 Tests/Conformance/serve_hostile.py --auditstore $(BIN) .build/sample.ndjson
	.venv/bin/python Tests/Conformance/serve_answers.py --auditstore $(BIN) .build/sample.ndjson

.venv/bin/serve-ready: .venv/bin/duckdb-ready
	.venv/bin/pip install --quiet openapi-spec-validator jsonschema
	touch $@

# Each fuzzer for so many seconds.
FUZZ_SECONDS ?= 60
fuzz: deps
	Tests/Fuzzing/run.sh $(FUZZ_SECONDS)

# The tests in which threads meet. The sanitizer does not see into Synchronization.Mutex: WatchedMutex takes its place.
THREADED_TESTS ?= StreamTests|ActiveSegmentTests|BackgroundCompactionTests|BackupTests|ReaderTests|BoundedCacheTests|CancellationTests|FilterTests
thread-sanitizer: deps
	AUDITSTORE_WATCHED_MUTEX=1 TSAN_OPTIONS=halt_on_error=1 swift test --sanitize=thread --scratch-path .build-tsan \
	  --filter '$(THREADED_TESTS)'

address-sanitizer: deps
	swift test --sanitize=address --scratch-path .build-asan

# Installs the system libraries where their headers are missing.
deps:
	@if ! printf '#include <lz4frame.h>\n#include <zstd.h>\n#include <zlib.h>\n#include <yaml.h>\n' | cc -E - >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null; then \
	    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq liblz4-dev libzstd-dev zlib1g-dev libyaml-dev zstd lz4; \
	  elif command -v brew >/dev/null; then brew install lz4 zstd libyaml; \
	  else echo "Please install the headers of liblz4, libzstd, zlib and libyaml."; exit 1; fi; fi

clean:
	rm -rf .build .build-* .venv
