#!/usr/bin/env bash
# The contract of the command line, on real logs: exit statuses, resuming, quarantine, output forms.
# Usage: command_line.sh AUDITSTORE SAMPLE.ndjson
set -uo pipefail
source "$(dirname "$0")/checks.sh"

head -2000 "$sample" >a.ndjson
tail -1000 "$sample" >b.ndjson
printf 'garbage\n\n{"a":tru}\n[1,2]\n{"a":1}}\n' >bad.ndjson

# Two files one after another, byte for byte, before and after compaction.
check 'ingest' 0 "$(status "$auditstore" ingest a.ndjson b.ndjson)"
"$auditstore" events >out.ndjson
check 'two files come back' same "$(same out.ndjson <(cat a.ndjson b.ndjson))"
check 'compact' 0 "$(status "$auditstore" compact)"
"$auditstore" events >out.ndjson
check 'two files come back compacted' same "$(same out.ndjson <(cat a.ndjson b.ndjson))"
check 'verify' 0 "$(status "$auditstore" verify)"

# What would be compacted, and a backup, which is a store wherever it lies.
"$auditstore" ingest --quiet --again b.ndjson >/dev/null
check 'compact --dry-run' 0 "$(status "$auditstore" compact --dry-run)"
check 'plans a merge' True "$("$auditstore" compact --dry-run --format csv | tail -n +2 | awk -F, '{ n += $2 } END { print (n > 1 ? "True" : "False") }')"
"$auditstore" events >out.ndjson
check 'backup' 4000 "$("$auditstore" backup --to backup --format json | field events)"
check 'backup --copy' 0 "$("$auditstore" backup --copy --to copy --format json | field bytesLinked)"
check 'not over another' 1 "$(status "$auditstore" backup --to backup)"
mv backup moved
for store in moved copy; do
  check "verify $store" 0 "$(status "$auditstore" verify --store $store)"
  "$auditstore" events --store $store >restored.ndjson
  check "$store has the same" same "$(same out.ndjson restored.ndjson)"
done

# Nothing is loaded twice: the same file, renamed, compressed.
check 'again nothing' 0 "$("$auditstore" ingest --format json a.ndjson 2>/dev/null | field events)"
mv a.ndjson renamed.ndjson
gzip -k renamed.ndjson && zstd -q renamed.ndjson && lz4 -q renamed.ndjson renamed.ndjson.lz4
for file in renamed.ndjson renamed.ndjson.gz renamed.ndjson.zst renamed.ndjson.lz4; do
  check "nothing of $file" 0 "$("$auditstore" ingest --format json $file 2>/dev/null | field events)"
done
check 'unless told to' 2000 "$("$auditstore" ingest --again --format json --store other renamed.ndjson.gz | field events)"

# A file that grows, also in the middle of a line.
export AUDITSTORE_DIR=$work/growing
size=$(stat -c %s b.ndjson 2>/dev/null || stat -f %z b.ndjson)
for part in 10 33 34 71 100; do
  head -c $((size * part / 100)) b.ndjson >grown.ndjson
  "$auditstore" ingest --quiet grown.ndjson >/dev/null
done
"$auditstore" events >out.ndjson
check 'a grown file' same "$(same out.ndjson b.ndjson)"

# Standard input; a last line without a line feed.
export AUDITSTORE_DIR=$work/piped
head -c -1 b.ndjson 2>/dev/null | "$auditstore" ingest --quiet - >/dev/null
"$auditstore" events >out.ndjson
check 'standard input' same "$(same out.ndjson b.ndjson)"

# A pipe does not go on when it has ended: what is unfinished then stays so.
export AUDITSTORE_DIR=$work/fifo
mkfifo pipe
printf '{"a":1}\n{"b":' >pipe &
check 'a pipe that breaks off' 3 "$(status "$auditstore" ingest pipe)"
check 'its last line' '{"b":' "$("$auditstore" events --quarantined 2>/dev/null)"

# More lines than a segment has rows.
export AUDITSTORE_DIR=$work/blank
head -c 4300000 /dev/zero | tr '\0' '\n' >blank.ndjson
check 'millions of blank lines' 3 "$(status "$auditstore" ingest blank.ndjson)"
check 'all of them' 4300000 "$("$auditstore" events --quarantined 2>/dev/null | wc -l | tr -d ' ')"

# Events of many days, and few files that may be open.
export AUDITSTORE_DIR=$work/days
python3 -c 'for i in range(3000): print("{\"stageTimestamp\":\"2026-%02d-%02dT00:00:00.000000Z\"}" % (i % 12 + 1, i % 28 + 1))' >days.ndjson
check 'many days' 0 "$(ulimit -n 32; status "$auditstore" ingest days.ndjson)"
"$auditstore" events >out.ndjson
check 'events of many days' same "$(same out.ndjson days.ndjson)"

# What is no event is quarantined, and comes back.
export AUDITSTORE_DIR=$work/bad
check 'quarantine is status 3' 3 "$(status "$auditstore" ingest bad.ndjson b.ndjson)"
"$auditstore" events >out.ndjson
check 'the rest goes on' same "$(same out.ndjson b.ndjson)"
"$auditstore" events --quarantined >out.ndjson 2>reasons
check 'quarantined bytes' same "$(same out.ndjson bad.ndjson)"
check 'quarantined reasons' 5 "$(grep -c 'bad.ndjson:[0-9]*: ' reasons)"
check 'quarantined count' 5 "$("$auditstore" stats --format json | field quarantined)"

# Exit statuses and refusals.
export AUDITSTORE_DIR=$work/store
check 'no such file' 1 "$(status "$auditstore" ingest missing.ndjson)"
check 'no store' 1 "$(status "$auditstore" stats --store "$work/nothing")"
check 'unknown option' 2 "$(status "$auditstore" query --colour)"
check 'bad condition' 2 "$(status "$auditstore" query --where 'verb = 1')"
check 'the caret' 1 "$("$auditstore" query --where 'verb = 1' 2>&1 | grep -c '^ *\^')"
mkdir full && touch full/file
check 'a directory that is no store' 1 "$(status "$auditstore" ingest --store full b.ndjson)"
gzip -c b.ndjson | head -c 20000 >cut.gz
check 'a truncated file' 1 "$(status "$auditstore" ingest --store cut cut.gz)"
check 'a closed pipe' 0 "$( ("$auditstore" events; echo $? >closed) 2>/dev/null | head -1 >/dev/null; cat closed)"

# More lines in a chunk than a segment has room for.
yes '{}' | head -n 4200000 >short.ndjson
check 'four million lines' 0 "$(status "$auditstore" ingest --threads 1 --store short short.ndjson)"
check 'they come back' same "$(same <("$auditstore" events --store short) short.ndjson)"
check 'they are verified' 0 "$(status "$auditstore" verify --store short)"

# Damage is found and named.
cp -r store damaged
segment=$(find damaged -name '*.segment' | head -1)
printf 'X' | dd of="$segment" bs=1 seek=1000 conv=notrunc 2>/dev/null
check 'damage' 1 "$(status "$auditstore" verify --store damaged)"
check 'damage is named' 1 "$("$auditstore" verify --store damaged 2>&1 >/dev/null | grep -c "$segment at offset")"

# Streams: appended as they come, recognised when they come twice, and read while they are unsealed.
head -2000 "$sample" >s.ndjson
append() { "$auditstore" append --store stream "$@"; }
check 'append' 0 "$(append --format json <s.ndjson >appended.json 2>/dev/null; echo $?)"
check 'appended events' 2000 "$(field events <appended.json)"
check 'append gives back the input' same "$(same <("$auditstore" events --store stream) s.ndjson)"
check 'appended again' 100 "$(tail -100 s.ndjson | append --format json 2>/dev/null | field duplicates)"
check 'append quarantines' 3 "$(append <bad.ndjson >/dev/null 2>&1; echo $?)"
head -c 34000000 /dev/zero | tr '\0' x >long.txt
check 'append quarantines a line that is too long' 3 "$( (cat long.txt; echo; tail -1 s.ndjson) | append --no-compaction >/dev/null 2>&1; echo $?)"
check 'and keeps it' same "$("$auditstore" events --quarantined --store stream | grep -a xxx | tr -d '\n' | cmp -s - long.txt && echo same)"
check 'durability' 0 "$(head -5 b.ndjson | append --durability 100ms --cluster c >/dev/null 2>&1; echo $?)"
check 'a durability that makes no sense' 2 "$(append --durability soon </dev/null >/dev/null 2>&1; echo $?)"
(tail -5 b.ndjson; sleep 5) | "$auditstore" append --store stream --acknowledge >acknowledged 2>/dev/null &
writer=$! # killed before its input ends
for _ in $(seq 100); do [ -s acknowledged ] && break; sleep 0.05; done
check 'a second writer' 1 "$(append </dev/null >/dev/null 2>&1; echo $?)"
check 'sealed events beside a writer' 2005 "$("$auditstore" events --store stream --where 'has(verb)' | wc -l | tr -d ' ')"
kill -KILL $writer
wait $writer 2>/dev/null
check 'events of a killed writer' 2010 "$("$auditstore" events --store stream --where 'has(verb)' | wc -l | tr -d ' ')"
check 'the store of a killed writer' 0 "$(status "$auditstore" verify --store stream)"
check 'the next writer' 0 "$(append </dev/null >/dev/null 2>&1; echo $?)"
check 'its events' 2010 "$("$auditstore" events --store stream --where 'has(verb)' | wc -l | tr -d ' ')"

# Output forms.
rows() { "$auditstore" query --by verb --agg 'count,distinct(user.username)' --top 3 --format "$1"; }
check 'json' 3 "$(rows json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')"
check 'ndjson' 3 "$(rows ndjson | python3 -c 'import json,sys; print(len([json.loads(l) for l in sys.stdin]))')"
check 'csv' 4 "$(rows csv | python3 -c 'import csv,sys; print(len(list(csv.reader(sys.stdin))))')"
check 'table' 4 "$(rows table | wc -l | tr -d ' ')"
check 'keys in order' '["verb", "count", "distinct(user.username)"]' \
  "$(rows ndjson | head -1 | python3 -c 'import json,sys; print(json.dumps(list(json.load(sys.stdin))))')"

# Synthetic logs.
generate() { "$auditstore" generate --quiet --events 2000 --level metadata "$@"; }
check 'exactly so many' 2000 "$(generate | wc -l | tr -d ' ')"
check 'threads change nothing' same "$(same <(generate --seed 7) <(generate --seed 7 --threads 3))"
check 'another seed' different "$(same <(generate --seed 7) <(generate --seed 8))"
check 'synthetic events are marked' 2000 "$(generate | grep -cE '"auditID":"[0-9a-f]{8}-[0-9a-f]{4}-8')"
check 'and said to be so' 'synthetic' "$("$auditstore" generate --events 1 2>&1 >/dev/null | cut -d: -f1)"
check 'the reader may go' '0 0' "$(generate --events 1000000 | head -1 >/dev/null; echo "${PIPESTATUS[@]}")"
check 'a pipe loads' 2000 "$(generate | "$auditstore" ingest --store synthetic --format json - 2>/dev/null | field events)"
check 'days are partitions' 3 "$(generate --days 3 | "$auditstore" ingest --store three-days --quiet - >/dev/null &&
  "$auditstore" query --store three-days --every 1d --format ndjson | wc -l | tr -d ' ')"
check 'a size that is none' 2 "$(status "$auditstore" generate --events 0)"
check 'a level that is none' 2 "$(status "$auditstore" generate --events 1 --level all)"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
