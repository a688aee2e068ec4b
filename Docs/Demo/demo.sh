#!/usr/bin/env bash
# The four questions that audit logs are kept for, asked of real logs. Usage: demo.sh AUDITSTORE SAMPLE
set -euo pipefail
auditstore=$1 sample=$2
AUDITSTORE_DIR=$(mktemp -d)/audit.store
export AUDITSTORE_DIR
trap 'rm -rf "$(dirname "$AUDITSTORE_DIR")"' EXIT

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'; else bold='' dim='' off=''; fi
title() { printf '\n%s%s%s\n' "$bold" "$*" "$off"; }
ask() { # prints the command as one would type it, then its answer
  local word
  printf '%s$ auditstore' "$dim"
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./,:-]*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '%s\n' "$off"
  "$auditstore" "$@"
}

title "Load the logs of a real kube-apiserver"
ask ingest --cluster demo --format table "$sample"
"$auditstore" compact --quiet --format json >/dev/null

title "1. Unauthorized access: who is refused, and when?"
ask query --where 'responseStatus.code in [401, 403]' --every 5s --chart
ask query --where 'responseStatus.code in [401, 403]' --by user.username,remoteIP \
  --agg 'count,distinct(objectRef.resource)' --top 5 --format table

title "2. Threat hunting: service accounts used from outside the cluster's networks"
ask query --where 'user.kind == "serviceaccount" && !["127.0.0.0/16", "127.30.0.0/16"].exists(n, cidr(n).containsIP(remoteIP))' \
  --by user.username,remoteIP,userAgent.product --agg count --top 8 --format table

title "3. Configuration changes: who changed which deployment, and the newest change with its body"
changes='objectRef.resource == "deployments" && verb in ["create", "update", "patch", "delete"] && objectRef.namespace == "payments-prod"'
ask query --where "$changes && user.kind == \"user\"" --by objectRef.name,verb,user.username --agg 'count,last(stageTimestamp)' --top 5 --format table
printf '%s$ auditstore events --where … --order newest --limit 1%s\n' "$dim" "$off"
"$auditstore" events --where "$changes && has(requestObject)" --order newest --limit 1 |
  if command -v python3 >/dev/null; then python3 -c '
import json, sys
event = json.loads(sys.stdin.readline())
print(event["stageTimestamp"], event["user"]["username"], event["verb"], event["requestURI"].split("?")[0])
body = json.dumps(event["requestObject"], indent=2).splitlines()
print("\n".join(body[:24] + (["  … %d more lines" % (len(body) - 24)] if len(body) > 24 else [])))'
  else cut -c1-1500; fi

title "4. Compliance: complete, provable, and small enough to keep for thirteen months"
ask verify --quiet --format table
ask stats --format table
if "$auditstore" events | cmp -s - <(zstd -dcq "$sample" 2>/dev/null); then
  printf 'Every event came back byte for byte.\n'
else
  printf 'The events differ from the sample.\n' >&2; exit 1
fi
