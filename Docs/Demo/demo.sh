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
printf '\nWhich of them were never seen at their address before?\n'
ask first-seen --since 2026-11-23T02:52:15Z --where 'user.kind == "serviceaccount"' --by user.username,remoteIP --format table
printf '\nAnd what did one of them do that it never did before?\n'
ask profile system:serviceaccount:payments-stage:app-reader --since 2026-11-23T02:52:20Z --baseline-since 2026-11-23T02:51:00Z \
  --top 4 --format table

title "3. Configuration changes: who changed which deployment, and what became different"
changes='objectRef.resource == "deployments" && verb in ["create", "update", "patch", "delete"] && objectRef.namespace == "ml-prod"'
ask query --where "$changes && user.kind == \"user\"" --by objectRef.name,verb,user.username --agg 'count,last(stageTimestamp)' --top 5 --format table
ask history deployments/cache --namespace ml-prod --since 2026-11-23T02:53:05Z --format table

title "4. Compliance: complete, provable, and small enough to keep for thirteen months"
ask verify --quiet --format table
ask stats --format table
if "$auditstore" events | cmp -s - <(zstd -dcq "$sample" 2>/dev/null); then
  printf 'Every event came back byte for byte.\n'
else
  printf 'The events differ from the sample.\n' >&2; exit 1
fi
