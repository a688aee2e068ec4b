#!/usr/bin/env bash
# Retention on a real log by the command line: rules, expiry, legal holds, deletion, the report.
# Usage: retention.sh AUDITSTORE SAMPLE.ndjson
set -uo pipefail
source "$(dirname "$0")/checks.sh"

# The sum of a column over a list of rows.
total() { python3 -c 'import json,sys; print(sum(row[sys.argv[1]] for row in json.load(sys.stdin)))' "$1"; }
count() { "$auditstore" query --where "$1" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["count"])'; }
# Lines of standard input whose field has (or, with "not", has not) a value.
lines() { # lines [not] FIELD VALUE
  python3 -c '
import json, sys
*inverted, path, value = sys.argv[1:]
for line in sys.stdin.buffer:
    field = json.loads(line)
    for key in path.split("."): field = field.get(key, {}) if isinstance(field, dict) else {}
    if (field == value) != bool(inverted): sys.stdout.buffer.write(line)' "$@"
}

# A deletion: nobody sees the events any more, and after compaction no file has the name.
user=alice.ng@example.com
"$auditstore" ingest --quiet "$sample" >/dev/null
lines not user.username "$user" <"$sample" >kept.ndjson
lines user.username "$user" <"$sample" >gone.ndjson
found=$(wc -l <gone.ndjson | tr -d ' ')
check 'the sample has events of the user' yes "$([ "$found" -gt 100 ] && echo yes)"
check 'the name is in a file of the young store' yes "$(grep -rqaF "$user" store && echo yes)"
check 'a dry run counts' "$found" "$("$auditstore" delete --quiet --dry-run --where "user.username == '$user'" --format json | field events)"
check 'a dry run deletes nothing' "$found" "$(count "user.username == '$user'")"
report=$("$auditstore" delete --quiet --where "user.username == '$user'" --reason 'request 4' --by anna --format json)
check 'deleted' "$found" "$(field events <<<"$report")"
check 'bytes of the deleted events' "$(wc -c <gone.ndjson | tr -d ' ')" "$(field rawBytes <<<"$report")"
check 'not counted' 0 "$(count "user.username == '$user'")"
check 'no group' '' "$("$auditstore" query --by user.username --format ndjson | grep -F "$user")"
"$auditstore" events >out.ndjson
check 'the others come back byte for byte' same "$(same out.ndjson kept.ndjson)"
check 'stats: live' "$(wc -l <kept.ndjson | tr -d ' ')" "$("$auditstore" stats --format json | field events)"
check 'stats: deleted' "$found" "$("$auditstore" stats --format json | field deleted)"
check 'verify' 0 "$(status "$auditstore" verify)"
check 'compact' 0 "$(status "$auditstore" compact)"
"$auditstore" events >out.ndjson
check 'byte for byte after compaction' same "$(same out.ndjson kept.ndjson)"
check 'nothing is left to be erased' 0 "$("$auditstore" stats --format json | field deleted)"
# Other events name the user, in bodies; the manifest has the condition.
mentions=$(grep -cF "$user" kept.ndjson)
check 'what is left are mentions in other events' "$mentions" "$(count "_raw.contains('$user')")"
[ "$mentions" -gt 0 ] && "$auditstore" delete --quiet --where "_raw.contains('$user')" >/dev/null && "$auditstore" compact --quiet >/dev/null
check 'no file of events has the name' '' "$(grep -rlaF "$user" store/partitions store/quarantine 2>/dev/null)"
check 'nor does any event' 0 "$(count "_raw.contains('$user')")"

# Rules, and the order of what they divide.
export AUDITSTORE_DIR=$work/classes
: | "$auditstore" ingest --quiet - >/dev/null
cat >policy.yaml <<'POLICY'
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- verbs: [get, list, watch]
  months: 1
- resources: [{group: "", resources: [secrets]}]
  retain: for ever
POLICY
check 'a policy' 3 "$("$auditstore" retain --policy policy.yaml --format json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')"
check 'a wrong policy' 1 "$(status "$auditstore" retain --policy <(echo 'rules: {'))"
printf 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- verbz: [get]\n' >wrong.yaml
check 'says where' 'line 4, column 3' "$("$auditstore" retain --policy wrong.yaml 2>&1 | grep -o 'line 4, column 3')"
"$auditstore" ingest --quiet "$sample" >/dev/null
"$auditstore" events >out.ndjson
check 'the order holds across classes' same "$(same out.ndjson "$sample")"
"$auditstore" compact --quiet >/dev/null
"$auditstore" events >out.ndjson
check 'also compacted' same "$(same out.ndjson "$sample")"

# A hold, and an expiry of all of a class. The log's time is moved years back, so that it is old whatever today is.
export AUDITSTORE_DIR=$work/old
sed 's/"stageTimestamp":"20[0-9][0-9]-/"stageTimestamp":"2019-/' "$sample" >old.ndjson
: | "$auditstore" ingest --quiet - >/dev/null
"$auditstore" retain --policy policy.yaml >/dev/null
"$auditstore" ingest --quiet old.ndjson >/dev/null
check 'what looks like a mistake is refused' 1 "$(status "$auditstore" retain)"
check 'and changes nothing' "$(wc -l <old.ndjson | tr -d ' ')" "$("$auditstore" stats --format json | field events)"
check 'a hold' 0 "$(status "$auditstore" hold add case --where 'user.username == "system:kube-scheduler"' --reason 'case 7' --by anna)"
check 'not twice' 1 "$(status "$auditstore" hold add case --where 'verb == "get"')"
check 'a hold that makes no sense' 2 "$(status "$auditstore" hold add other --where 'verb ==')"
check 'list' case "$("$auditstore" hold list --format csv | tail -1 | cut -d, -f1)"
preview=$("$auditstore" retain --quiet --dry-run --format json)
dropped=$("$auditstore" retain --quiet --force --by ben --format json)
check 'a dry run tells what goes' "$(total events <<<"$preview") $(total held <<<"$preview")" "$(total events <<<"$dropped") $(total held <<<"$dropped")"
"$auditstore" events >out.ndjson
python3 - old.ndjson <<'PYTHON' >expected.ndjson
import json, sys
for line in open(sys.argv[1], "rb"):
    event = json.loads(line)
    ref = event.get("objectRef", {})
    reads = event.get("verb") in ("get", "list", "watch")
    secret = not reads and ref.get("resource") == "secrets" and not ref.get("apiGroup") and not ref.get("subresource")
    if secret or event.get("user", {}).get("username") == "system:kube-scheduler":
        sys.stdout.buffer.write(line)
PYTHON
check 'held events and those of the class for ever stay' same "$(same out.ndjson expected.ndjson)"
check 'verify what was rewritten' 0 "$(status "$auditstore" verify)"
check 'remove the hold' 0 "$(status "$auditstore" hold remove case --reason closed)"
check 'none of this name' 1 "$(status "$auditstore" hold remove case)"
"$auditstore" retain --quiet --force >/dev/null
check 'then they go' 0 "$(count 'user.username == "system:kube-scheduler" && objectRef.resource != "secrets"')"
check 'the report' 'policySet holdAdded expired expired holdRemoved expired expired' \
  "$("$auditstore" retain --report --format ndjson | python3 -c 'import json,sys; print(*[json.loads(l)["what"] for l in sys.stdin])')"
check 'who and why' 'anna case 7' "$("$auditstore" retain --report --format json | python3 -c 'import json,sys; r=json.load(sys.stdin)[1]; print(r["by"], r["reason"])')"
check 'bad usage' 2 "$(status "$auditstore" retain --report --force)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
