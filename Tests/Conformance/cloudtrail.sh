#!/usr/bin/env bash
# Two schemas on one command line: a store knows which one it is of, and subcommands say what is not for it.
# Usage: cloudtrail.sh AUDITSTORE SAMPLE.ndjson RECORDS_DIRECTORY, the last one as cloudtrail_records.py makes it.
set -uo pipefail
records=$(realpath "$3")
source "$(dirname "$0")/checks.sh"
message() { "$@" 2>&1 >/dev/null; }

# The first load decides; afterwards nobody has to say it.
check 'ingest' 3000 "$("$auditstore" ingest --schema cloudtrail --format json "$records/AWSLogs" 2>/dev/null | field events)"
check 'loaded before' 0 "$("$auditstore" ingest --format json "$records/AWSLogs" 2>/dev/null | field events)"
check 'records a line are other files' 3000 "$("$auditstore" ingest --store lines --schema cloudtrail --format json "$records/records.ndjson" 2>/dev/null | field events)"
check 'they are equal' same "$(same <("$auditstore" events) <("$auditstore" events --store lines))"
check 'and what they were' same "$(same <("$auditstore" events) "$records/records.ndjson")"
check 'a list from standard input' 500 "$(gunzip -c "$records"/AWSLogs/*/*/*/*_0000.json.gz |
  "$auditstore" ingest --store piped --schema cloudtrail --format json - 2>/dev/null | field events)"
check 'a field of its own' 61 "$("$auditstore" query --where 'user.kind == "user" && remoteIP == "192.0.2.66" && eventName != "ConsoleLogin"' --format json |
  python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["count"])')"
check 'verify' 0 "$(status "$auditstore" verify)"
check 'a backup' 3000 "$("$auditstore" backup --to backup --format json --quiet | field events)"
check 'is of the schema' 3000 "$("$auditstore" stats --store backup --format json | field events)"

# What it is not.
check 'another schema' 1 "$(status "$auditstore" ingest --schema kubernetes "$sample")"
check 'is named' 1 "$(message "$auditstore" ingest --schema kubernetes "$sample" | grep -c 'another schema.*expected kubernetes, found cloudtrail')"
check 'a schema that is none' 2 "$(status "$auditstore" ingest --schema cloudtrial "$sample")"
for command in 'history pods/x' 'profile alice' 'context x'; do
  check "$command" 1 "$(status "$auditstore" $command)"
  check "$command says why" 1 "$(message "$auditstore" $command | grep -c 'is for audit logs of Kubernetes')"
done
check 'first-seen without --by' 2 "$(status "$auditstore" first-seen --since 2026-03-03)"
check 'an audit policy' 1 "$(echo 'rules: []' >policy && status "$auditstore" retain --policy policy)"
"$auditstore" ingest --store kubernetes --quiet "$sample" >/dev/null
check 'kubernetes is the default' 1 "$(message "$auditstore" append --store kubernetes --schema cloudtrail </dev/null | grep -c 'found kubernetes')"

# Lists that are broken.
printf '{"Records":[{"eventName":"a","eventTime":"2026-03-02T00:00:00Z"},{"eventName":tru},{"eventName":"c"}]}' >bad.json
check 'a broken record' 3 "$(status "$auditstore" ingest --store bad --schema cloudtrail bad.json)"
check 'is in quarantine' '{"eventName":tru}' "$("$auditstore" events --store bad --quarantined 2>/dev/null)"
check 'the others are not' 2 "$("$auditstore" events --store bad | wc -l | tr -d ' ')"
printf '{"Records":[{"eventName":"d"},{"eventName":"e' >cut.json
check 'a list that breaks off' 1 "$(status "$auditstore" ingest --store bad cut.json)"
check 'and the record before it is there' 3 "$("$auditstore" events --store bad | wc -l | tr -d ' ')"
check 'says where' 1 "$(message "$auditstore" ingest --store bad cut.json | grep -c 'cut.json: at byte 45: corrupt: the input ends within')"

printf '{"Records":[{"eventName":"d"},{"eventName":"e"},{"eventName":"f"}]}' >cut.json
check 'the rest, when the file is whole' 2 "$("$auditstore" ingest --store bad --format json cut.json | field events)"

# A file of one line of 200 MB, which takes no more memory than a small one.
python3 - "$records/records.ndjson" >large.json <<'E'
import sys
records = open(sys.argv[1]).read().rstrip("\n").replace("\n", ",")
sys.stdout.write('{"Records":[' + ",".join([records] * 62) + "]}")
E
check 'a line of 200 MB' 186000 "$(/usr/bin/env time -f %M -o memory "$auditstore" ingest --store large --schema cloudtrail --format json large.json 2>/dev/null | field events)"
check 'in little memory' yes "$([ "$(tail -1 memory)" -lt 200000 ] && echo yes || cat memory)"

# A stream drops the same record, and flags another one of the same identity.
head -100 "$records/records.ndjson" >s.ndjson
head -1 s.ndjson | sed 's/"eventName":"[A-Za-z]*"/"eventName":"Forged"/' >forged.ndjson
check 'duplicates of a stream' 100 "$("$auditstore" append --store stream --schema cloudtrail --quiet <s.ndjson >/dev/null &&
  "$auditstore" append --store stream --format json --quiet <s.ndjson | field duplicates)"
"$auditstore" append --store stream --quiet <forged.ndjson >/dev/null
check 'an eventID of another' '"Forged"' "$("$auditstore" query --store stream --where 'has(flags)' --by eventName --format json |
  python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin)[0]["eventName"]))')"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
