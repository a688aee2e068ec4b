#!/usr/bin/env python3
"""Compares generated logs with real ones: how large the shares are, and how many distinct values there are.

    compare_generated.py --auditstore PATH [--events 100000] [--seed 1] LEVEL=REAL.ndjson[.zst] …

For each level (metadata, mixed, requestresponse): generates a log, reads it and the real one with Python's parser, and prints
both side by side: shares of verbs, resources, codes, stages and kinds of user, the lengths of events, the bodies, and the
distinct values of each field in 100,000 events (or as many as both have). Real logs of a test cluster differ from those of a
managed one in what they were made for: the table is to be read, and not to be equal.

What must hold of any log is checked, exit status 1 if it does not: the generated events are JSON, each has the fields that
every real event has, no field and no order of fields that no real one has (but for those named in `KNOWN`), no identity occurs
twice, and none is out of order by more than a second. Needs zstandard where a log is compressed.
"""
import argparse
import collections
import datetime
import json
import subprocess
import sys

# Fields of audit.k8s.io/v1 that the real logs at hand lack, or have in other clusters only.
KNOWN = {"user.extra.authentication.kubernetes.io/node-name", "user.extra.authentication.kubernetes.io/node-uid",
         "user.extra.authentication.kubernetes.io/pod-name", "user.extra.authentication.kubernetes.io/pod-uid",
         "annotations.authentication.kubernetes.io/issued-credential-id"}


def lines(path):
    if path.endswith(".zst"):
        import zstandard
        import io
        with open(path, "rb") as file:
            yield from io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(file))
    else:
        with open(path, "rb") as file:
            yield from file


def user_kind(user):
    name = user.get("username", "")
    if not name:
        return "none"
    for prefix, kind in (("system:serviceaccount:", "serviceaccount"), ("system:node:", "node"),
                         ("system:anonymous", "anonymous"), ("system:", "system")):
        if name.startswith(prefix):
            return kind
    return "user"


class Log:
    """What there is to know about a log."""

    def __init__(self, source, limit):
        self.shares = collections.defaultdict(collections.Counter)
        self.values = collections.defaultdict(set)
        self.fields = set()
        self.orders = set()
        self.lengths = []
        self.bodies = 0
        self.identities = collections.Counter()
        self.furthest_back = 0
        latest = None
        for line in source:
            if len(self.lengths) == limit:
                break
            event = json.loads(line)
            self.lengths.append(len(line))
            self.orders.add(tuple(event))
            reference = event.get("objectRef") or {}
            status = event.get("responseStatus") or {}
            self.bodies += "requestObject" in event or "responseObject" in event
            self.identities[event["auditID"], event["stage"]] += 1
            for field, value in (("verb", event["verb"]), ("stage", event["stage"]), ("resource", reference.get("resource")),
                                 ("code", status.get("code")), ("user.kind", user_kind(event["user"]))):
                self.shares[field][value] += 1
            self.collect(event)
            time = datetime.datetime.fromisoformat(event["stageTimestamp"].replace("Z", "+00:00"))
            if latest is not None and time < latest:
                self.furthest_back = max(self.furthest_back, (latest - time).total_seconds())
            latest = max(latest, time) if latest else time
        self.lengths.sort()

    def collect(self, event):
        for name, value in event.items():
            if name in ("requestObject", "responseObject"):
                continue
            if name in ("user", "objectRef", "responseStatus", "annotations") and isinstance(value, dict):
                for key, inner in value.items():
                    if key == "extra":
                        for extra, texts in inner.items():
                            self.add(f"user.extra.{extra}", texts)
                    else:
                        self.add(f"{name}.{key}", inner)
            else:
                self.add(name, value)

    def add(self, field, value):
        self.fields.add(field)
        self.values[field].add(hash(json.dumps(value, sort_keys=True)))

    @property
    def events(self):
        return len(self.lengths)

    def length(self, share):
        return self.lengths[min(self.events - 1, int(share * self.events))]


def table(title, rows):
    print(f"\n  {title:44} {'generated':>12} {'real':>12}")
    for name, one, other in rows:
        print(f"  {str(name)[:44]:44} {one:>12} {other:>12}")


def compare(level, made, real):
    print(f"\n{level}: {made.events:,} generated events, {real.events:,} real ones")
    percent = lambda log, count: f"{100 * count / log.events:.2f} %"
    table("length and bodies", [
        ("bytes an event", f"{sum(made.lengths) / made.events:.0f}", f"{sum(real.lengths) / real.events:.0f}"),
        *((f"{int(share * 100)} % are no longer than", made.length(share), real.length(share)) for share in (0.5, 0.95, 0.99)),
        ("with a body", percent(made, made.bodies), percent(real, real.bodies)),
        ("furthest back in time, seconds", f"{made.furthest_back:.2f}", f"{real.furthest_back:.2f}")])
    for field in ("verb", "stage", "code", "user.kind", "resource"):
        one, other = made.shares[field], real.shares[field]
        keys = sorted(one | other, key=lambda key: -(one[key] / made.events + other[key] / real.events))[:16]
        table(field, [(key, percent(made, one[key]), percent(real, other[key])) for key in keys])
    fields = sorted(made.fields | real.fields, key=lambda field: -len(made.values[field]))
    table("distinct values", [(field, f"{len(made.values[field]):,}", f"{len(real.values[field]):,}") for field in fields[:40]])


def check(level, made, real):
    problems = []
    # What Kubernetes writes in every event of every log.
    for field in ("kind", "apiVersion", "level", "auditID", "stage", "requestURI", "verb", "sourceIPs", "userAgent",
                  "requestReceivedTimestamp", "stageTimestamp"):
        if field not in made.fields:
            problems.append(f"no event has {field}")
    for field in sorted(made.fields - real.fields - KNOWN):
        problems.append(f"no real event has {field}")
    for order in made.orders:
        if not any(is_part(order, other) for other in real.orders):
            problems.append(f"no real event has its fields in this order: {order}")
    twice = sum(count > 1 for count in made.identities.values())
    if twice:
        problems.append(f"{twice} identities occur twice")
    if made.furthest_back > 1:
        problems.append(f"an event is {made.furthest_back} s late")
    for problem in problems:
        print(f"FAIL {level}: {problem}")
    if not problems:
        print(f"\nok   {level}: the fields and their order are those of real events; identities are unique")
    return not problems


def is_part(order, other):
    """Whether `order` is `other` with some fields left out."""
    rest = iter(other)
    return all(field in rest for field in order)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auditstore", required=True)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("logs", nargs="+", metavar="LEVEL=FILE")
    arguments = parser.parse_args()
    passed = True
    for log in arguments.logs:
        level, _, path = log.partition("=")
        real = Log(lines(path), arguments.events)
        command = [arguments.auditstore, "generate", "--quiet", "--seed", arguments.seed, "--level", level,
                   "--events", str(min(arguments.events, real.events))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            made = Log(process.stdout, arguments.events)
        if process.returncode != 0 or made.events != min(arguments.events, real.events):
            print(f"FAIL {level}: status {process.returncode}, {made.events} events")
            passed = False
        compare(level, made, real)
        passed = check(level, made, real) and passed
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
