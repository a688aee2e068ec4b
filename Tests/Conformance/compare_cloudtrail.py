#!/usr/bin/env python3
"""Stores of CloudTrail's records, checked against Python on the same files.

    compare_cloudtrail.py --auditstore PATH FILE_OR_DIRECTORY …

Each argument is loaded into a store of its own: `{"Records":[…]}`, plain or gzip, or a record a line. Every record has to come back byte for
byte, and counts by some fields, before and after compaction, have to be those that Python finds.
"""
import argparse
import collections
import datetime
import gzip
import ipaddress
import json
import os
import subprocess
import sys
import tempfile


def records(text):
    """The exact texts of the records."""
    start = text.lstrip()
    if not start.startswith('{"Records"'):
        return [line for line in text.split("\n") if line.strip()]
    decoder, found = json.JSONDecoder(), []
    position = text.index("[") + 1
    while True:
        while text[position] in " \t\r\n,":
            position += 1
        if text[position] == "]":
            return found
        _, end = decoder.raw_decode(text, position)
        found.append(text[position:end].replace("\n", " "))
        position = end


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode()


def files(path):
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(base, name) for base, _, names in os.walk(path) for name in names)


def value(record, path):
    for key in path.split("."):
        record = record.get(key) if isinstance(record, dict) else None
    return record


def kind(record):
    kinds = {"Root": "root", "IAMUser": "user", "AssumedRole": "role", "Role": "role", "AWSService": "service", "AWSAccount": "account"}
    federated = ("FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser", "Directory")
    found = value(record, "userIdentity.type")
    return None if found is None else "federated" if found in federated else kinds.get(found, "other")


def is_time(text):
    """Samples hold `...` and `redacted`, too; they are kept, and are no times."""
    try:
        datetime.datetime.fromisoformat(text)
        return "T" in text
    except (TypeError, ValueError):
        return False


def address(record):
    try:
        return str(ipaddress.ip_address(record.get("sourceIPAddress", "")))
    except ValueError:
        return None


def user_name(record):
    parts = (value(record, "userIdentity.arn") or "").split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[5]:
        return None
    return (parts[5].split("/", 1)[1] or None) if "/" in parts[5] else parts[5]


FIELDS = {path: (lambda record, path=path: value(record, path)) for path in (
    "eventName", "eventSource", "errorCode", "userIdentity.type", "userIdentity.arn", "awsRegion", "readOnly",
    "requestParameters.bucketName", "additionalEventData.MFAUsed", "userIdentity.sessionContext.attributes.mfaAuthenticated",
    "userIdentity.sessionContext.sessionIssuer.userName")}
FIELDS |= {
    "user.kind": kind, "user.name": user_name, "remoteIP": address,
    "service": lambda r: r["eventSource"].removesuffix(".amazonaws.com") if r.get("eventSource") else None,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--auditstore", required=True)
    parser.add_argument("inputs", nargs="+")
    arguments = parser.parse_args()
    passed = failed = 0

    def check(name, expected, found):
        nonlocal passed, failed
        if expected == found:
            passed += 1
        else:
            failed += 1
            print(f"FAIL {name}\n  expected: {str(expected)[:400]}\n  found:    {str(found)[:400]}")

    for path in arguments.inputs:
        with tempfile.TemporaryDirectory() as store:
            def run(*command):
                result = subprocess.run([arguments.auditstore, *command, "--store", store + "/s"], capture_output=True)
                if result.returncode:
                    raise SystemExit(f"{command}: {result.stderr.decode()}")
                return result.stdout

            texts = [text for file in files(path) for text in records(read(file))]
            all_records = [json.loads(text) for text in texts]
            run("ingest", "--schema", "cloudtrail", "--quiet", path)
            for when in ("young", "compacted"):
                if when == "compacted":
                    run("compact", "--quiet")
                check(f"{path}, {when}: byte for byte", "".join(text + "\n" for text in texts).encode(), run("events"))
                for field, of in FIELDS.items():
                    expected = collections.Counter(json.dumps(of(record)) for record in all_records)
                    rows = json.loads(run("query", "--by", field, "--format", "json"))
                    found = collections.Counter({json.dumps(row[field]): row["count"] for row in rows})
                    check(f"{path}, {when}: {field}", expected, found)
                times = [record["eventTime"] for record in all_records if is_time(record.get("eventTime"))]
                rows = json.loads(run("query", "--agg", "min(eventTime),max(eventTime)", "--format", "json"))
                check(f"{path}, {when}: times", [min(times)[:19], max(times)[:19]], [text[:19] for text in rows[0].values()])
                middle = sorted(times)[len(times) // 2]
                rows = json.loads(run("query", "--since", middle, "--format", "json"))
                check(f"{path}, {when}: since", sum(time >= middle for time in times), rows[0]["count"] if rows else 0)
            run("verify")
    print(f"{passed} passed, {failed} failed")
    sys.exit(0 if failed == 0 and passed else 1)


if __name__ == "__main__":
    main()
