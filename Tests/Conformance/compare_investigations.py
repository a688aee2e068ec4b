#!/usr/bin/env python3
"""Asks AuditStore's investigations, and answers them again from the text of the same audit logs; the answers must be equal.

    compare_investigations.py --auditstore PATH FILE.ndjson[.zst] …

For each file (one event a line): loads it into a new store, asks the investigations through the command line, compacts the
store and asks again, with one worker and with several. This script reads the lines by itself, with nothing in common with
AuditStore. Prints a line for each check; exit status 1 if any failed.

Needs Python 3.9 or later; for .zst files the `zstandard` module or the zstd command.
"""
import argparse
import bisect
import collections
import copy
import datetime
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
DAY = 86_400_000_000
passed = failed = 0


def check(name, is_right, detail=""):
    global passed, failed
    if is_right:
        passed += 1
    else:
        failed += 1
        print(f"FAIL {name} {detail}"[:2000])


# ---- Events ----

def microseconds(text):
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text):
        return None
    time = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return (time - EPOCH) // datetime.timedelta(microseconds=1)


def written(time):
    return (EPOCH + datetime.timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def first_wins(pairs):
    members = {}
    for key, value in pairs:
        members.setdefault(scalar(key), value)
    return members


def scalar(value):
    """Lone surrogates are no characters."""
    if isinstance(value, str) and any(0xD800 <= ord(c) < 0xE000 for c in value):
        return "".join("\ufffd" if 0xD800 <= ord(c) < 0xE000 else c for c in value)
    return value


def lines(path):
    if not path.endswith(".zst"):
        with open(path, "rb") as file:
            return file.read().splitlines()
    try:
        import zstandard
        with open(path, "rb") as file:
            return zstandard.ZstdDecompressor().stream_reader(file).read().split(b"\n")[:-1]
    except ImportError:
        return subprocess.run(["zstd", "-dcq", path], check=True, capture_output=True).stdout.split(b"\n")[:-1]


def get(event, *keys):
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    return event


FIELDS = {
    "user.username": lambda e: get(e, "user", "username"),
    "userAgent": lambda e: e.get("userAgent"),
    "verb": lambda e: e.get("verb"),
    "objectRef.resource": lambda e: get(e, "objectRef", "resource"),
    "objectRef.namespace": lambda e: get(e, "objectRef", "namespace"),
    "objectRef.name": lambda e: get(e, "objectRef", "name"),
    "responseStatus.code": lambda e: get(e, "responseStatus", "code"),
    "remoteIP": lambda e: (e.get("sourceIPs") or [None])[-1],
    "user.groups": lambda e: get(e, "user", "groups"),
}


def keys(event, fields):
    """Each combination of values: of a list each element, None where there is none."""
    all_keys = [()]
    for field in fields:
        value = FIELDS[field](event)
        values = ([scalar(v) for v in value] or [None]) if isinstance(value, list) else [scalar(value)]
        all_keys = [key + (v,) for key in all_keys for v in values]
    return all_keys


def images(event):
    body = event.get("requestObject")
    found = []
    if get(event, "objectRef", "subresource") == "status":
        return found
    for path in (["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"], ["template", "spec"]):
        for kind in ("containers", "initContainers", "ephemeralContainers"):
            containers = get(body, *path, kind)
            for container in containers if isinstance(containers, list) else []:
                image = get(container, "image")
                if isinstance(image, str):
                    name = image.split("@")[0]
                    head, slash, tail = name.rpartition("/")
                    name = head + slash + tail.split(":")[0] if ":" in tail else name
                    if name not in found:
                        found.append(name)
    return found


def is_outcome(event):
    code = get(event, "responseStatus", "code")
    return event.get("stage") in ("ResponseComplete", "Panic") or (
        event.get("stage") == "ResponseStarted" and isinstance(code, int) and code >= 400)


# ---- The tool ----

class Store:
    def __init__(self, tool, directory):
        self.tool, self.directory = tool, directory

    def text(self, *arguments):
        result = subprocess.run([self.tool, *arguments, "--store", self.directory, "--quiet"], capture_output=True)
        if result.returncode != 0:
            raise SystemExit(f"{arguments}: {result.stderr.decode()}")
        return result.stdout

    def rows(self, *arguments):
        """The rows, which must not depend on the number of workers."""
        one = self.text(*arguments, "--format", "ndjson", "--threads", "1")
        many = self.text(*arguments, "--format", "ndjson", "--threads", "5")
        check(f"{arguments[0]} with 1 and 5 workers", one == many)
        document = json.loads(self.text(*arguments, "--format", "json"))
        found = [json.loads(line, object_pairs_hook=first_wins) for line in one.decode().split("\n")[:-1]]
        if isinstance(document, list):
            check(f"{arguments[0]} as JSON and as lines", len(document) == len(found))
        return found


def summary(prefix, event):
    ref = event.get("objectRef")
    if isinstance(ref, dict):
        what = "/".join(ref[k] for k in ("resource", "subresource") if ref.get(k) is not None)
        which = "/".join(ref[k] for k in ("namespace", "name") if ref.get(k) is not None)
        what = what + " " + which if which else what
    else:
        what = (event.get("requestURI") or "").split("?")[0] if event.get("requestURI") is not None else None
    row = {
        "user": get(event, "user", "username"), "remoteIP": FIELDS["remoteIP"](event), "verb": event.get("verb"),
        "object": what, "code": get(event, "responseStatus", "code"), "auditID": event.get("auditID"),
    }
    return {f"{prefix}.{k}": scalar(v) for k, v in row.items()}


# ---- The investigations ----

def groups(events, key_of):
    found = {}
    for time, event in events:
        for key in key_of(event):
            group = found.setdefault(key, [0, time, time, event])
            group[0] += 1
            if time < group[1]:
                group[1], group[3] = time, event
            group[2] = max(group[2], time)
    return found


def sort_key(key):
    return tuple((v is None, isinstance(v, str), v if not isinstance(v, str) else v.encode()) if v is not None else (True, False, 0) for v in key)


def first_seen(store, events, rng):
    times = sorted(t for t, _ in events)
    for share in (0.3, 0.8):
        since = times[int(len(times) * share)]
        for fields in (["user.username"], ["remoteIP", "userAgent"], ["user.groups", "verb"], ["objectRef.namespace"]):
            found = store.rows("first-seen", "--since", written(since), "--by", ",".join(fields), "--limit", "1000000")
            expected = [(k, g) for k, g in groups(events, lambda e: keys(e, fields)).items() if g[1] >= since]
            expected.sort(key=lambda item: (item[1][1], sort_key(item[0])))
            expected = [
                {**dict(zip(fields, k)), "firstTime": written(g[1]), "count": g[0], **summary("first", g[3])}
                for k, g in expected]
            check(f"first-seen by {fields} since {written(since)}", found == expected,
                  f"{len(found)} rows, expected {len(expected)}")
        found = store.rows("first-seen", "--since", written(since), "--limit", "1000000")
        expected = []
        for kind, key_of in (
                ("user", lambda e: [FIELDS["user.username"](e)]), ("address", lambda e: [FIELDS["remoteIP"](e)]),
                ("userAgent", lambda e: [e.get("userAgent")]), ("image", images)):
            new = [(k, g) for k, g in groups(events, key_of).items() if k is not None and g[1] >= since]
            expected += [(kind, scalar(k), written(g[1]), g[0]) for k, g in new]
        found = [(r["kind"], r["value"], r["firstTime"], r["count"]) for r in found]
        check(f"first-seen since {written(since)}", sorted(found) == sorted(expected),
              f"{set(found) ^ set(expected)}")


def rare(store, events, rng):
    for fields, fewer in ((["user.username", "verb", "objectRef.resource"], 3), (["userAgent"], 10), (["user.groups"], 50)):
        found = store.rows("rare", "--by", ",".join(fields), "--fewer-than", str(fewer), "--limit", "1000000")
        expected = [(k, g) for k, g in groups(events, lambda e: keys(e, fields)).items() if g[0] < fewer]
        expected.sort(key=lambda item: (item[1][0], -item[1][2], sort_key(item[0])))
        expected = [
            {**dict(zip(fields, k)), "count": g[0], "firstTime": written(g[1]), "lastTime": written(g[2]),
             **summary("first", g[3])} for k, g in expected]
        check(f"rare by {fields}", found == expected, f"{len(found)} rows, expected {len(expected)}")


def spikes(store, events, rng):
    for width, seconds, fields in (("5s", 5, ["user.username"]), ("2s", 2, []), ("10s", 10, ["verb", "objectRef.resource"])):
        size = seconds * 1_000_000
        start = min(t for t, _ in events)
        covered = sorted({t // size * size for t, _ in events} - {start // size * size})
        series = collections.defaultdict(collections.Counter)
        for time, event in events:
            for key in keys(event, fields):
                series[key][time // size * size] += 1
        expected = {}
        for key, counts in series.items():
            for bucket, count in counts.items():
                before = covered[max(0, bisect.bisect_left(covered, bucket) - 28):bisect.bisect_left(covered, bucket)]
                if count < 5 or len(before) < 4:
                    continue
                history = [counts[b] for b in before]
                median = statistics.median(history)
                spread = statistics.median(abs(h - median) for h in history) / 0.6745
                deviation = max(spread, max(median, 1) ** 0.5)
                score = (count - median) / deviation
                if score >= 3.5:
                    expected[(bucket,) + key] = (count, median, round(deviation, 3), round(score, 3), len(history))
        found = store.rows("spikes", "--every", width, "--min-count", "5", "--limit", "1000000",
                           *(["--by", ",".join(fields)] if fields else []))
        check(f"order of spikes by {fields}", all(a["score"] >= b["score"] for a, b in zip(found, found[1:])))
        given = {}
        for r in found:
            bucket = microseconds(r["time"].replace("Z", ".000000Z"))
            given[(bucket,) + tuple(r[f] for f in fields)] = (
                r["count"], r["expected"], r["deviation"], r["score"], r["history"])
            check("baseline of a spike", r["baseline"] == "preceding")
        close = given.keys() == expected.keys() and all(
            a == e or all(abs(x - y) <= 0.0011 for x, y in zip(a, e)) for a, e in ((given[k], expected[k]) for k in given))
        check(f"spikes by {fields}", close, f"{len(given)} rows, expected {len(expected)}")


def sequence(store, events, rng):
    refused = lambda e: get(e, "responseStatus", "code") == 403
    secret = lambda e: get(e, "objectRef", "resource") == "secrets" and get(e, "responseStatus", "code") == 200
    created = lambda e: e.get("verb") == "create"
    deleted = lambda e: e.get("verb") == "delete"
    questions = [
        ("responseStatus.code == 403", refused, 'objectRef.resource == "secrets" && responseStatus.code == 200', secret,
         ["user.username"], 10),
        ('verb == "create"', created, 'verb == "delete"', deleted, ["objectRef.resource", "objectRef.namespace"], 2),
        ("responseStatus.code == 403", refused, "responseStatus.code == 403", refused, ["remoteIP"], 5),
        ('verb == "create"', created, "responseStatus.code == 403", refused, ["user.groups"], 1),
    ]
    ordered = sorted(enumerate(events), key=lambda item: (item[1][0], item[0]))
    for first_text, first, then_text, then, fields, seconds in questions:
        runs, expected = {}, []
        for _, (time, event) in ordered:
            a, b = first(event), then(event)
            if not a and not b:
                continue
            for key in dict.fromkeys(keys(event, fields)):
                if None in key:
                    continue
                run = runs.get(key)
                if run and time - run[-1][0] > seconds * 1_000_000:
                    run = runs[key] = None
                if b and run:
                    expected.append({
                        **dict(zip(fields, key)), "firstCount": len(run), "first.time": written(run[0][0]),
                        "then.time": written(time), "gap": (time - run[-1][0]) / 1_000_000,
                        **summary("first", run[0][1]), **summary("then", event)})
                    run = runs[key] = None
                if a:
                    runs[key] = (run or []) + [(time, event)]
        found = store.rows("sequence", "--first", first_text, "--then", then_text, "--by", ",".join(fields),
                           "--within", f"{seconds}s")
        check(f"sequence of {first_text} and {then_text}", found == expected,
              f"{len(found)} rows, expected {len(expected)}")


EXCLUDED = (("metadata", "managedFields"), ("metadata", "resourceVersion"))


def without_excluded(body):
    body = copy.deepcopy(body)
    for outer, inner in EXCLUDED:
        if isinstance(body.get(outer), dict):
            body[outer].pop(inner, None)
    return body


def steps(path):
    """The steps of a path: a member, a position, or the element whose member has a value."""
    for member, name, value, quoted, position in re.findall(
            r'(?:^|\.)([A-Za-z_]\w*)|\[([a-zA-Z]+)=((?:[^\]])*)\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]', path):
        if member:
            yield ("member", member)
        elif name:
            yield ("element", name, value)
        elif position:
            yield ("position", int(position))
        else:
            yield ("member", re.sub(r"\\(.)", r"\1", quoted))


MISSING = object()


def child(value, step):
    if step[0] == "member":
        return value.get(step[1], MISSING) if isinstance(value, dict) else MISSING
    if not isinstance(value, list):
        return MISSING
    if step[0] == "position":
        return value[step[1]] if step[1] < len(value) else MISSING
    named = [e for e in value if isinstance(e, dict) and step[1] in e and
             (e[step[1]] if isinstance(e[step[1]], str) else json.dumps(e[step[1]])) == step[2]]
    return named[0] if len(named) == 1 else MISSING


def at(body, path):
    for step in steps(path):
        body = child(body, step)
        if body is MISSING:
            return MISSING
    return body


def apply(body, changes):
    """The old body with the changes made to it."""
    for change in sorted(changes, key=lambda c: c["kind"] != "changed"):
        *way, last = list(steps(change["path"]))
        parent = body
        for step in way:
            below = child(parent, step)
            if below is MISSING:
                below = {}
                parent[step[1]] = below
            parent = below
        if last[0] == "member":
            if change["kind"] == "removed":
                parent.pop(last[1])
            else:
                parent[last[1]] = change["new"]
        elif change["kind"] == "added":
            parent.append(change["new"])
        else:
            index = next(i for i, e in enumerate(parent) if e is child(parent, last))
            if change["kind"] == "removed":
                parent[index] = MISSING
            else:
                parent[index] = change["new"]
    return body


def unordered(value):
    """Elements that are told apart by name have no order, and what was removed is gone."""
    if isinstance(value, dict):
        return {k: unordered(v) for k, v in value.items()}
    if isinstance(value, list):
        value = [unordered(v) for v in value if v is not MISSING]
        if value and all(isinstance(v, dict) for v in value):
            return sorted(value, key=lambda v: json.dumps(v, sort_keys=True))
    return value


def history(store, events, rng):
    verbs = ("create", "update", "patch", "delete")
    objects = collections.Counter()
    for _, event in events:
        ref = event.get("objectRef")
        if event.get("verb") in verbs and is_outcome(event) and isinstance(ref, dict) and ref.get("name"):
            if re.fullmatch(r"[a-z.]+", ref.get("resource", "")) and re.fullmatch(r"[A-Za-z0-9.:-]+", ref["name"]):
                objects[(ref["resource"], ref.get("namespace"), ref["name"])] += 1
    chosen = [o for o, _ in objects.most_common(12)]
    chosen += rng.sample(sorted(objects, key=str), min(12, len(objects)))
    for preferred in ("deployments", "configmaps", "pods", "clusterroles"):
        chosen += [o for o, _ in objects.most_common() if o[0] == preferred][:3]
    differences = 0
    for resource, namespace, name in dict.fromkeys(chosen):
        expected = []
        for number, (time, event) in enumerate(events):
            ref = event.get("objectRef")
            if not isinstance(ref, dict) or ref.get("resource") != resource or ref.get("namespace") != namespace:
                continue
            if not is_outcome(event):
                continue
            verb = event.get("verb")
            created = verb == "create" and "name" not in ref and get(event, "responseObject", "metadata", "name") == name
            if (ref.get("name") == name and verb in verbs) or created or (verb == "deletecollection" and "name" not in ref):
                expected.append((time, number, event))
        expected.sort(key=lambda item: item[:2])
        found = store.rows("history", f"{resource}/{name}", *(["-n", namespace] if namespace else []))
        label = f"history of {resource} {namespace}/{name}"
        check(label, [(r["auditID"], r["time"]) for r in found] == [
            (e.get("auditID"), e["stageTimestamp"]) for _, _, e in expected], f"{len(found)}, expected {len(expected)}")
        if len(found) != len(expected):
            continue
        last = {}
        if len(found) > 4:
            # A part of the history says the same of its changes, unless there is more before it than is looked at.
            middle = len(found) // 2
            part = store.rows("history", f"{resource}/{name}", *(["-n", namespace] if namespace else []),
                              "--since", found[middle]["time"], "--where", 'verb != "update"')
            whole = [r for r in found if r["time"] >= found[middle]["time"] and r["verb"] != "update"]
            check(label + ": a part", part == whole or middle > 100)
        for row, (_, _, event) in zip(found, expected):
            code = get(event, "responseStatus", "code") or 0
            dry = "dryRun=All" in (event.get("requestURI") or "")
            check(label + ": done", row["done"] == (code < 400 and not dry))
            check(label + ": who", (row["user"], row["verb"], row["code"], row["remoteIP"]) == (
                get(event, "user", "username"), event.get("verb"), get(event, "responseStatus", "code"),
                FIELDS["remoteIP"](event)))
            is_it = lambda b: isinstance(b, dict) and b.get("kind") != "Status" and get(b, "metadata", "name") == name
            body, basis = None, "none"
            if code < 400 and is_it(event.get("responseObject")):
                body, basis = event["responseObject"], "response"
            elif code < 400 and event["verb"] in ("create", "update") and is_it(event.get("requestObject")):
                body, basis = event["requestObject"], "request"
            elif event["verb"] == "patch" and event.get("requestObject") is not None:
                basis = "patch"
                check(label + ": patch", row["patch"] == event["requestObject"])
            check(label + ": basis", row["basis"] == basis, f"{row['basis']} for {basis}")
            if body is None:
                check(label + ": no changes", row["changes"] == [])
                continue
            kind = (basis, body.get("kind"))
            old, new = without_excluded(last.get(kind, {})), without_excluded(body)
            check(label + ": first", row["first"] == (kind not in last))
            for change in row["changes"]:
                differences += 1
                if change["kind"] != "added":
                    check(label + ": old of " + change["path"], at(old, change["path"]) == change["old"])
                if change["kind"] != "removed":
                    check(label + ": new of " + change["path"], at(new, change["path"]) == change["new"])
            check(label + ": all changes", unordered(apply(old, row["changes"])) == unordered(new) or row["omittedChanges"] > 0,
                  f"{row['auditID']}")
            if code < 400 and not dry:
                last[kind] = body
    return differences


def profile(store, events, rng):
    users = collections.Counter(get(e, "user", "username") for _, e in events if is_outcome(e))
    users.pop(None, None)
    users.pop("", None)
    times = sorted(t for t, _ in events)
    middle = times[len(times) // 2]
    chosen = [u for u, _ in users.most_common(3)] + rng.sample(sorted(users), min(3, len(users)))
    for user in chosen:
        if user.startswith("-"):
            continue
        found = json.loads(store.text(
            "profile", user, "--since", written(middle), "--baseline-since", written(times[0]), "--top", "100000",
            "--format", "json"))
        sections = collections.defaultdict(collections.Counter)
        before = collections.defaultdict(collections.Counter)
        mine = [(t, e) for t, e in events if get(e, "user", "username") == user and is_outcome(e)]
        now = [(t, e) for t, e in mine if t >= middle]
        for time, event in mine:
            target = sections if time >= middle else before
            ref = event.get("objectRef") if isinstance(event.get("objectRef"), dict) else {}
            resource = ref.get("resource")
            if resource is not None and ref.get("subresource") is not None:
                resource += "/" + ref["subresource"]
            code = get(event, "responseStatus", "code")
            values = {
                "verbs": event.get("verb"), "resources": resource, "namespaces": ref.get("namespace"),
                "addresses": FIELDS["remoteIP"](event), "userAgents": event.get("userAgent"),
                "codes": None if code is None else str(code), "hours": event["stageTimestamp"][11:13],
                "impersonated": get(event, "impersonatedUser", "username"),
                "refusals": " ".join(v for v in (event.get("verb"), resource) if v is not None) if code in (401, 403) else None,
            }
            for section, value in values.items():
                if value is not None:
                    target[section][value] += 1
        check(f"profile of {user}: requests", (found["requests"], found["baselineRequests"]) == (len(now), len(mine) - len(now)))
        check(f"profile of {user}: refusals", found["refusedRequests"] == sum(
            get(e, "responseStatus", "code") in (401, 403) for _, e in now))
        check(f"profile of {user}: times", (found["firstTime"], found["lastTime"]) == (
            (written(min(t for t, _ in now)), written(max(t for t, _ in now))) if now else (None, None)))
        for section in ("verbs", "resources", "namespaces", "addresses", "userAgents", "codes", "hours", "impersonated", "refusals"):
            values = found[section]["values"]
            check(f"profile of {user}: {section}", {v["value"]: (v["count"], v["baselineCount"], v["new"]) for v in values} == {
                v: (n, before[section][v], before[section][v] == 0) for v, n in sections[section].items()}, str(values))
            check(f"profile of {user}: distinct {section}", found[section]["distinct"] == len(sections[section]))


def context(store, events, rng):
    ids = collections.Counter(e.get("auditID") for _, e in events)
    order = sorted(range(len(events)), key=lambda i: (events[i][0], i))
    candidates = [p for p, i in enumerate(order) if ids[events[i][1].get("auditID")] == 1 and
                  re.fullmatch(r"[0-9a-f-]{36}", events[i][1]["auditID"])]
    same = {
        "user": lambda e: get(e, "user", "username"), "any": lambda e: None, "address": lambda e: FIELDS["remoteIP"](e),
        "object": lambda e: tuple(get(e, "objectRef", k) for k in ("resource", "apiGroup", "namespace", "name")),
    }
    for position in rng.sample(candidates, min(4, len(candidates))):
        event = events[order[position]][1]
        for relation, fact in same.items():
            related = [p for p in range(len(order)) if fact(events[order[p]][1]) == fact(event)]
            place = related.index(position)
            expected = [events[order[p]][1]["auditID"] for p in related[max(0, place - 5):place + 8]]
            found = store.rows("context", event["auditID"], "--same", relation, "--before", "5", "--after", "7")
            check(f"context of {event['auditID']} by {relation}", [r["auditID"] for r in found] == expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--auditstore", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    for path in arguments.files:
        events = []
        for line in lines(path):
            event = json.loads(line, object_pairs_hook=first_wins)
            time = microseconds(event.get("stageTimestamp"))
            if time is not None:
                events.append((time, event))
        directory = tempfile.mkdtemp()
        try:
            store = Store(os.path.abspath(arguments.auditstore), os.path.join(directory, "store"))
            store.text("ingest", path)
            for state in ("young", "compacted"):
                if state == "compacted":
                    store.text("compact")
                rng = random.Random(arguments.seed)
                before = passed, failed
                for investigation in (first_seen, rare, spikes, sequence, history, profile, context):
                    investigation(store, events, rng)
                print(f"{os.path.basename(path)}, {state}: {passed - before[0]} passed, {failed - before[1]} failed")
        finally:
            shutil.rmtree(directory)
    print(f"{passed} passed, {failed} failed")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    # Bodies of the edge log are thousands of levels deep.
    sys.setrecursionlimit(200_000)
    threading.stack_size(512 << 20)
    status = []

    def run():
        try:
            main()
            status.append(0)
        except SystemExit as exit:
            status.append(exit.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    sys.exit(status[0] if status else 1)
