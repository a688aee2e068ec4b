#!/usr/bin/env python3
"""Asks AuditStore and DuckDB the same questions about the same audit logs; the answers must be equal.

    compare_with_duckdb.py --auditstore PATH [--keep DIR] FILE.ndjson[.zst] …

For each file (one event a line): loads it into a new store, checks that the store gives back every byte, asks
the queries below through the command line, compacts the store and asks again. DuckDB answers from the text of the
events, with nothing in common with AuditStore. Prints a line for each check; exit status 1 if any failed.

Needs Python 3.9 or later and the `duckdb` module, 1.3 or later; for .zst files the `zstandard` module or
the zstd command.
"""
import argparse
import collections
import decimal
import functools
import json
import math
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import duckdb

# ---- The fields, and where DuckDB finds them. The columns of DuckDB's table have the names of the fields. ----

DECISION = 'annotations["authorization.k8s.io/decision"]'
PATHS = {
    "auditID": "$.auditID",
    "stage": "$.stage",
    "level": "$.level",
    "verb": "$.verb",
    "requestURI": "$.requestURI",
    "userAgent": "$.userAgent",
    "user.username": "$.user.username",
    "user.groups": "$.user.groups",
    "impersonatedUser.username": "$.impersonatedUser.username",
    "sourceIPs": "$.sourceIPs",
    "remoteIP": "$.sourceIPs[#-1]",
    "objectRef.resource": "$.objectRef.resource",
    "objectRef.namespace": "$.objectRef.namespace",
    "objectRef.subresource": "$.objectRef.subresource",
    "responseStatus.code": "$.responseStatus.code",
    "responseStatus.reason": "$.responseStatus.reason",
    "requestReceivedTimestamp": "$.requestReceivedTimestamp",
    "stageTimestamp": "$.stageTimestamp",
    DECISION: '$.annotations."authorization.k8s.io/decision"',
    "requestObject.kind": "$.requestObject.kind",
    "requestObject.spec.replicas": "$.requestObject.spec.replicas",
}
LISTS = {"user.groups", "sourceIPs"}
INTEGERS = {"responseStatus.code", "requestObject.spec.replicas"}


def column(name):
    return '"' + name.replace('"', '""') + '"'


def literal(value):
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


# ---- Conditions: each is written once and says itself in CEL and in SQL. ----

class Condition(collections.namedtuple("Condition", "cel sql")):
    def __and__(self, other):
        return Condition(f"({self.cel} && {other.cel})", f"({self.sql} AND {other.sql})")

    def __or__(self, other):
        return Condition(f"({self.cel} || {other.cel})", f"({self.sql} OR {other.sql})")

    def __invert__(self):
        return Condition(f"!({self.cel})", f"(NOT {self.sql})")


def cel(value):
    return json.dumps(value, ensure_ascii=False)


def test(cel_text, sql_text):
    """A single comparison. With an absent field it is false, not unknown: then its negation is true."""
    return Condition(cel_text, f"coalesce({sql_text}, false)")


def compare(name, operator, value):
    sql_operator = {"==": "=", "!=": "<>"}.get(operator, operator)
    return test(f"{name} {operator} {cel(value)}", f"{column(name)} {sql_operator} {literal(value)}")


def one_of(name, values):
    return test(f"{name} in {cel(values)}", f"{column(name)} IN ({', '.join(map(literal, values))})")


def call(name, function, value):
    sql_function = {"startsWith": "starts_with", "endsWith": "ends_with", "contains": "contains",
                    "matches": "regexp_matches"}[function]
    return test(f"{name}.{function}({cel(value)})", f"{sql_function}({column(name)}, {literal(value)})")


def has(name):
    return Condition(f"has({name})", f"({column(name)} IS NOT NULL)")


def holds(name, value):
    return test(f"{cel(value)} in {name}", f"list_contains({column(name)}, {literal(value)})")


# ---- The queries ----

# `having` is a pair of texts, CEL and SQL; `body` is for queries that look into bodies, which DuckDB cannot read in every file.
Query = collections.namedtuple("Query", "name where by every aggregates top order window zone having limit body",
                               defaults=[None, (), None, ("count",), None, None, False, None, None, None, False])

FORBIDDEN = compare("responseStatus.code", "==", 403)
REFUSED = one_of("responseStatus.code", [401, 403])
CURL = call("userAgent", "contains", "curl")
# DuckDB knows no networks without an extension; for IPv4 the text of the address tells as well.
OUTSIDE = Condition(
    'user.kind == "serviceaccount" && '
    '!["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"].exists(n, cidr(n).containsIP(remoteIP))',
    "coalesce(starts_with(\"user.username\", 'system:serviceaccount:'), false) AND NOT coalesce("
    r"regexp_matches(remoteIP, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)'), false)")

QUERIES = [
    Query("Q1: 403 by hour", FORBIDDEN, every="1h"),
    Query("Q1 by minute", FORBIDDEN, every="1m"),
    Query("Q2: refused, by user and address, top 20", REFUSED, ("user.username", "remoteIP"), top=20),
    Query("Q3: service accounts from outside", OUTSIDE, ("user.username", "remoteIP")),
    Query("Q5: by agent, address, code", None, ("userAgent", "remoteIP", "responseStatus.code"), top=100),
    Query("Q6: distinct users and addresses by day", every="1d",
          aggregates=("distinct(user.username)", "distinct(remoteIP)")),
    Query("distinct users and addresses by hour", every="1h",
          aggregates=("distinct(user.username)", "distinct(remoteIP)")),
    Query("Q7: latency by verb and resource", None, ("verb", "objectRef.resource"),
          aggregates=("p50(latency)", "p95(latency)", "p99(latency)")),
    Query("Q9: curl, and secrets read by path", CURL | call(
        "requestURI", "matches", "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)")),
    Query("Q12: latency by code", None, ("responseStatus.code",),
          aggregates=("count", "sum(latency)", "avg(latency)")),
    Query("all"),
    Query("no event matches", compare("verb", "==", "no such verb"), ("verb",)),
    Query("by verb and resource", None, ("verb", "objectRef.resource")),
    Query("by verb, in the order of the key", None, ("verb",), order="verb:asc"),
    Query("by minute and verb, top 3", None, ("verb",), every="1m", top=3),
    Query("by minute, verb and code", None, ("verb", "responseStatus.code"), every="1m"),
    Query("by groups, a list", None, ("user.groups",)),
    Query("by groups and address list", FORBIDDEN, ("user.groups", "sourceIPs")),
    Query("by decision, an annotation", None, (DECISION,)),
    Query("where the decision is absent", ~has(DECISION), (DECISION, "stage")),
    Query("where a user is impersonated", has("impersonatedUser.username"),
          ("impersonatedUser.username", "user.username")),
    Query("by an absent field: null", ~has("responseStatus.code"), ("responseStatus.code", "stage", "verb")),
    Query("!= is false where the field is absent", compare("responseStatus.code", "!=", 200),
          ("responseStatus.code",)),
    Query("not == is true where the field is absent", ~compare("responseStatus.code", "==", 200),
          ("responseStatus.code",)),
    Query("a range of codes", compare("responseStatus.code", ">=", 400) & compare("responseStatus.code", "<", 500),
          ("responseStatus.code", "responseStatus.reason")),
    Query("order of texts", compare("userAgent", "<", "k") | compare("userAgent", ">=", "prom"), ("userAgent",)),
    Query("&& binds closer than ||", Condition(
        'userAgent.contains("curl") || userAgent.startsWith("kubectl/") && !requestURI.contains("watch=true")',
        (CURL | call("userAgent", "startsWith", "kubectl/") & ~call("requestURI", "contains", "watch=true")).sql),
        ("userAgent",)),
    Query("a group in a list", holds("user.groups", "system:masters"), ("user.username",)),
    Query("exists on a list", test(
        'user.groups.exists(g, g.startsWith("system:serviceaccounts:"))',
        "len(list_filter(\"user.groups\", lambda g: starts_with(g, 'system:serviceaccounts:'))) > 0"),
        ("user.username",)),
    Query("text anywhere in the event", call("_raw", "contains", "kube-system"), ("verb",)),
    Query("an escaped text", call("requestURI", "contains", "&"), ("verb",)),
    Query("codes of resources", has("responseStatus.code"), ("objectRef.resource",), aggregates=(
        "min(responseStatus.code)", "max(responseStatus.code)", "sum(responseStatus.code)", "count")),
    Query("earliest time by address", None, ("remoteIP",), aggregates=("min(stageTimestamp)",)),
    Query("between two times", None, ("verb", "stage"), window=True),
    Query("field against field: texts", test("user.username == impersonatedUser.username || verb < stage",
                                             '"user.username" = "impersonatedUser.username" OR verb < stage'), ("verb",)),
    Query("field against field: texts, not equal", test("objectRef.resource != objectRef.subresource",
                                                        '"objectRef.resource" <> "objectRef.subresource"'),
          ("objectRef.subresource",)),
    Query("field against field: times", test("requestReceivedTimestamp < stageTimestamp",
                                             '"requestReceivedTimestamp" < "stageTimestamp"'), ("stage",)),
    Query("a list is a list", test('user.groups == ["system:masters", "system:authenticated"]',
                                   "\"user.groups\" = ['system:masters', 'system:authenticated']"), ("user.username",)),
    Query("exists within exists", test(
        'user.groups.exists(g, ["system:masters", "system:nodes"].exists(x, x == g))',
        "list_has_any(\"user.groups\", ['system:masters', 'system:nodes'])"), ("user.username",)),
    Query("distinct values, approximately", None, ("verb",), aggregates=(
        "approxDistinct(requestURI)", "approxDistinct(user.username)", "approxDistinct(latency)")),
    Query("distinct values of all, approximately", aggregates=("approxDistinct(auditID)", "approxDistinct(remoteIP)")),
    Query("quantiles, approximately", None, ("verb", "objectRef.resource"), aggregates=(
        "approxQuantile(latency,0.5)", "approxQuantile(latency,0.99)", "approxQuantile(latency,0)")),
    Query("standard deviation", None, ("verb",), aggregates=("stddev(latency)", "stddev(responseStatus.code)")),
    Query("most frequent values", None, ("verb",), aggregates=(
        "topK(user.username,3)", "topK(responseStatus.code,2)", "topK(latency,2)", "count"), order="verb:asc"),
    Query("histograms", None, ("stage",), aggregates=(
        "histogram(latency,0.005)", "histogram(latency,[0.001,0.01,0.1,1])", "histogram(responseStatus.code,100)"),
          order="stage:asc"),
    Query("having", None, ("user.username",), aggregates=("count", "distinct(userAgent)"), having=(
        "count > 10 && distinct(userAgent) <= 2", 'count(*) > 10 AND count(DISTINCT "userAgent") <= 2')),
    Query("having a key", None, ("user.username", "verb"), aggregates=("max(latency)",), limit=7, having=(
        'user.username.startsWith("system:") && max(latency) > 0.01',
        'starts_with("user.username", \'system:\') AND max(latency) > 0.01')),
    Query("limit", None, ("requestURI",), limit=25),
    Query("days in Kolkata", every="1d", zone="Asia/Kolkata", by=("verb",)),
    Query("hours in Kolkata", every="1h", zone="Asia/Kolkata"),
    Query("weeks", every="1w"), Query("months in Chatham", every="1month", zone="Pacific/Chatham"),
    Query("kinds of bodies", None, ("requestObject.kind",), body=True),
    Query("replicas", has("requestObject.spec.replicas"), ("requestObject.spec.replicas", "objectRef.resource"), body=True),
]

ATOMS = [
    CURL, FORBIDDEN, REFUSED, has("objectRef.namespace"), has("userAgent"), holds("user.groups", "system:nodes"),
    call("userAgent", "startsWith", "kube"), call("userAgent", "endsWith", ")"), compare("userAgent", "<", "j"),
    call("requestURI", "contains", "secrets"), call("requestURI", "startsWith", "/apis/"),
    compare("requestURI", "!=", "/readyz"), compare("stage", "==", "ResponseComplete"),
    compare("stage", "!=", "RequestReceived"), one_of("verb", ["get", "list", "watch"]), compare("verb", "!=", "get"),
    compare("responseStatus.code", ">", 299), compare("objectRef.subresource", "!=", "status"),
    call("user.username", "startsWith", "system:serviceaccount:"), compare(DECISION, "==", "allow"),
]
GROUPINGS = [(), ("verb",), ("stage", "responseStatus.code"), ("objectRef.namespace",), ("user.groups",)]


def random_queries(count):
    """Mixtures of the conditions that nobody thought of; the seed is fixed, so a failure can be repeated."""
    generator = random.Random(2024)

    def mixture(depth):
        if depth == 0:
            condition = generator.choice(ATOMS)
        elif generator.random() < 0.5:
            condition = mixture(depth - 1) & mixture(depth - 1)
        else:
            condition = mixture(depth - 1) | mixture(depth - 1)
        return ~condition if generator.random() < 0.3 else condition

    return [Query(f"random {index}", mixture(generator.choice([1, 2, 2, 3])), generator.choice(GROUPINGS))
            for index in range(1, count + 1)]


# Filters of `events`; what they give back is compared byte for byte, in the order of the file.
EVENT_FILTERS = [
    ("forbidden", FORBIDDEN),
    ("Q10: a text anywhere", call("_raw", "contains", "secrets")),
    ("changes of deployments", one_of("verb", ["create", "update", "patch", "delete"])
        & compare("objectRef.resource", "==", "deployments")),
    ("without user agent", ~has("userAgent")),
]


# ---- DuckDB's side ----

def file_contents(path):
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b"\x28\xb5\x2f\xfd"):
        return data
    try:
        import zstandard
    except ImportError:
        return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()


class Reference:
    """The events of one file in DuckDB."""

    def __init__(self, lines, directory):
        self.lines = lines
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        # Read as one column of text: a JSON reader would stop at, or drop, what it holds to be malformed. DuckDB
        # takes only UTF-8; the few lines with other bytes in a body are given to it with replacement characters.
        path = os.path.join(directory, "lines.txt")
        with open(path, "wb") as file:
            for line in lines:
                file.write(line.decode("utf-8", "replace").encode() + b"\n")
        self.connection.execute(
            "CREATE TABLE lines AS SELECT _raw, NULL::VARCHAR AS envelope FROM read_csv(?, "
            "columns = {'_raw': 'VARCHAR'}, header = false, auto_detect = false, delim = '\x01', quote = '', "
            f"escape = '', new_line = '\\n', max_line_size = {max(map(len, lines), default=0) + 1024})", [path])
        os.remove(path)
        loaded, = self.connection.execute("SELECT count(*) FROM lines").fetchone()
        if loaded != len(lines):
            raise RuntimeError(f"DuckDB read {loaded} of {len(lines)} lines")
        self.replace_malformed()

        paths = ", ".join(literal(path) for path in PATHS.values())
        columns = []
        for index, name in enumerate(PATHS, start=1):
            value = f"(found[{index}] ->> '$')"
            if name in LISTS:
                value = f"(found[{index}] ->> '$[*]')"
            elif name in INTEGERS:
                value = f"TRY_CAST({value} AS BIGINT)"
            columns.append(f"{value} AS {column(name)}")
        self.connection.execute(
            f"CREATE TABLE events AS SELECT *, {column('stageTimestamp')}::TIMESTAMP AS moment, "
            # Decimal, so that sums of it are exact.
            "(date_diff('microsecond', \"requestReceivedTimestamp\"::TIMESTAMP, moment) / 1e6)::DECIMAL(18, 6) "
            "AS latency "
            f"FROM (SELECT line, _raw, {', '.join(columns)} FROM (SELECT rowid AS line, _raw, "
            f"json_extract(coalesce(envelope, _raw), [{paths}]) AS found FROM lines))")

    def replace_malformed(self):
        """Bodies may hold what DuckDB's parser refuses (deep nesting, lone surrogates); the queries do not look
        into bodies, so such events are read by Python's parser, which is more patient, and lose them."""
        refused = self.connection.execute("SELECT rowid FROM lines WHERE NOT json_valid(_raw)").fetchall()
        self.has_bodies = not refused
        for line, in refused:
            event = json.loads(self.lines[line].decode("utf-8", "replace"), parse_int=str, parse_float=str)
            code = event.get("responseStatus", {}).get("code")
            if code is not None:
                event["responseStatus"]["code"] = int(code)
            kept = {name: value for name, value in event.items() if name not in ("requestObject", "responseObject")}
            self.connection.execute("UPDATE lines SET envelope = ? WHERE rowid = ?", [json.dumps(kept), line])

    @functools.cached_property
    def window(self):
        """Two times that no event has, as the contract does not say whether --since and --until are inclusive."""
        gaps = ("SELECT strftime(moment + INTERVAL 1 MICROSECOND, '%Y-%m-%dT%H:%M:%S.%fZ') FROM events WHERE "
                "moment + INTERVAL 1 MICROSECOND NOT IN (SELECT moment FROM events) ORDER BY moment LIMIT 1 OFFSET ?")
        return [self.connection.execute(gaps, [len(self.lines) * part // 4]).fetchone()[0] for part in (1, 3)]

    def matching_lines(self, condition):
        return self.connection.execute(f"SELECT line FROM events WHERE {condition.sql} ORDER BY line").fetchall()

    def answer(self, query):
        """The rows, by key: what `query` prints, before --top."""
        keys, inner = list(query.by), ["*"]
        if query.every:
            unit = {"1m": "minute", "1h": "hour", "1d": "day", "1w": "week", "1month": "month"}[query.every]
            zone = query.zone or "UTC"
            local = f"date_trunc('{unit}', timezone('{zone}', timezone('UTC', moment)))"
            inner.append(f"strftime(timezone('UTC', timezone('{zone}', {local})), '%Y-%m-%dT%H:%M:%SZ') AS time")
            keys.insert(0, "time")
        # A list groups by each of its elements; without any, the event is in the group null.
        expanded = [f"unnest(if(len({column(key)}) > 0, {column(key)}, [NULL])) AS {column(key)}"
                    for key in query.by if key in LISTS]
        conditions = [query.where.sql] if query.where else []
        if query.window:
            since, until = self.window
            conditions.append(f"moment BETWEEN '{since}'::TIMESTAMP AND '{until}'::TIMESTAMP")
        source = f"SELECT {', '.join(inner)} FROM events WHERE {' AND '.join(f'({c})' for c in conditions) or 'true'}"
        for expansion in expanded:
            # One after the other: unnesting two lists at once would pair their elements instead of combining them.
            source = f"SELECT * REPLACE ({expansion}) FROM ({source})"
        grouping = ", ".join(map(column, keys))
        values = ", ".join(self.aggregate(text) for text in query.aggregates)
        rows = self.connection.execute(
            f"SELECT {grouping + ', ' if keys else ''}{values} FROM ({source})"
            + (f" GROUP BY {grouping}" if keys else "")
            + (f" HAVING {query.having[1]}" if query.having else "")).fetchall()
        return {row[:len(keys)]: tuple(map(self.value, query.aggregates, row[len(keys):])) for row in rows}

    @staticmethod
    def aggregate(text):
        name, field, _, argument = re.fullmatch(r"(\w+)(?:\(([^,]*)(,(.*))?\))?", text).groups()
        if name == "count":
            return "count(*)"
        if name in ("distinct", "approxDistinct"):
            return f"count(DISTINCT {column(field)})"
        if name == "approxQuantile":
            return f"quantile_disc({column(field)}, {argument})"
        if name == "stddev":
            return f"stddev_samp({column(field)})"
        if name in ("topK", "histogram"):
            return f"list({column(field)}) FILTER (WHERE {column(field)} IS NOT NULL)"
        if name[0] == "p":
            return f"quantile_disc({column(field)}, 0.{name[1:]})"
        return f"{name}({column(field)})"


    @staticmethod
    def value(aggregate, found):
        name, _, argument = re.fullmatch(r"(\w+)(?:\(([^,]*),?(.*)\))?", aggregate).groups()
        if name == "topK":
            counts = collections.Counter(found or [])
            best = sorted(counts, key=lambda value: (-counts[value], value))[:int(argument)]
            return [{"value": plain(value), "count": counts[value]} for value in best]
        if name == "histogram":
            return histogram(found or [], json.loads(argument, parse_float=decimal.Decimal))
        return plain(found)


def histogram(values, rule):
    if isinstance(rule, list):
        ends = [None, *rule, None]
        return [{"from": plain(low), "to": plain(high),
                 "count": sum((low is None or value >= low) and (high is None or value < high) for value in values)}
                for low, high in zip(ends, ends[1:])]
    # Not //, which rounds decimals towards zero.
    buckets = collections.Counter(math.floor(value / rule) for value in values)
    return [{"from": plain(number * rule), "to": plain((number + 1) * rule), "count": buckets[number]}
            for number in sorted(buckets)]


def plain(value):
    """DuckDB's decimals as JSON's numbers; both sides then round the same decimal to the same double."""
    return value if value is None or isinstance(value, (int, str)) else float(value)


# ---- AuditStore's side, and the comparison ----

class Failure(Exception):
    pass


def shortened(value):
    """User agents and URIs can fill a screen."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"


class Store:
    def __init__(self, program, directory):
        self.program, self.store = program, os.path.join(directory, "store")

    def command(self, *arguments):
        return [self.program, arguments[0], "--store", self.store, *arguments[1:]]

    def run(self, *arguments, output=subprocess.PIPE):
        command = self.command(*arguments)
        result = subprocess.run(command, stdout=output, stderr=subprocess.PIPE)
        if result.returncode != 0:
            message = result.stderr.decode("utf-8", "replace").strip()[-300:]
            raise Failure(f"exit status {result.returncode}: {message}\n     {shlex.join(command)}")
        return result.stdout

    def query(self, *arguments):
        text = self.run("query", "--format", "json", *arguments)
        try:
            return json.loads(text.decode("utf-8", "replace"))
        except ValueError as error:
            raise Failure(f"not JSON: {error}: {text[:200]!r}") from None


def equal(aggregate, one, other):
    # Everything but a mean is a decimal of at most six digits, so it has to be the same; a mean may be rounded to that.
    if aggregate.startswith("avg(") and None not in (one, other):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=5.1e-7)
    if aggregate.startswith("stddev(") and None not in (one, other):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    # What their documentation promises: exact up to 1,024 values, then five times the standard error; 1/129 of the value.
    if aggregate.startswith("approxDistinct(") and other > 1024:
        return abs(one - other) <= 5 * 0.0081 * other
    if aggregate.startswith("approxQuantile(") and None not in (one, other):
        return abs(one - other) <= abs(other) / 129 + 1e-6
    return one == other


def check_order(rows, keys, query, fail):
    """By time, then the first aggregate downwards, then the keys upwards; the place of null is left open."""
    if query.order:
        name, direction = query.order.split(":")
        values = [row[name] for row in rows]
        if values != sorted(values, reverse=direction == "desc"):
            fail(f"not in the order of {query.order}")
        return
    first = query.aggregates[0]
    for before, after in zip(rows, rows[1:]):
        if query.every and before["time"] != after["time"]:
            in_order = before["time"] < after["time"]
        elif before[first] != after[first]:
            in_order = None in (before[first], after[first]) or before[first] > after[first]
        else:
            differing = next(key for key in keys if before[key] != after[key])
            in_order = None in (before[differing], after[differing]) or before[differing] < after[differing]
        if not in_order:
            fail(f"out of order: {shortened(before)} before {shortened(after)}")


def first_rows(rows, query):
    """What --top has to keep of all the rows."""
    if not query.every:
        return rows[:query.top]
    totals = collections.Counter()
    for row in rows:
        totals[tuple(row[key] for key in query.by)] += row[query.aggregates[0]]
    kept = sorted(totals, key=lambda group: (-totals[group], group))[:query.top]
    return [row for row in rows if tuple(row[key] for key in query.by) in kept]


def check_query(store, reference, query, expected):
    keys = (["time"] if query.every else []) + list(query.by)
    arguments = ["--agg", ",".join(query.aggregates)]
    if query.where:
        arguments += ["--where", query.where.cel]
    if query.by:
        arguments += ["--by", ",".join(query.by)]
    if query.every:
        arguments += ["--every", query.every]
    if query.order:
        arguments += ["--order", query.order]
    if query.zone:
        arguments += ["--time-zone", query.zone]
    if query.having:
        arguments += ["--having", query.having[0]]
    if query.window:
        since, until = reference.window
        arguments += ["--since", since, "--until", until]

    def fail(why):
        raise Failure(f"{why}\n     {shlex.join(store.command('query', '--format', 'json', *arguments))}")

    rows = store.query(*arguments)
    found = {}
    for row in rows:
        if list(row) != keys + list(query.aggregates):
            fail(f"the keys are {list(row)}")
        key = tuple(row[name] for name in keys)
        if key in found:
            fail(f"two rows for {shortened(key)}")
        found[key] = tuple(row[name] for name in query.aggregates)
    for key in expected.keys() - found.keys():
        fail(f"{len(found)} rows for {len(expected)}: {shortened(key)} {expected[key]} is missing")
    for key in found.keys() - expected.keys():
        fail(f"{len(found)} rows for {len(expected)}: {shortened(key)} {found[key]} is too much")
    for key, values in found.items():
        if not all(map(equal, query.aggregates, values, expected[key])):
            fail(f"{shortened(key)}: {values}, DuckDB has {expected[key]}")
    check_order(rows, keys, query, fail)
    # All rows are right by now, so the truncated ones need no second opinion.
    if query.limit and store.query(*arguments, "--limit", str(query.limit)) != rows[:query.limit]:
        fail(f"--limit {query.limit} does not give the first {query.limit}")
    if query.top and store.query(*arguments, "--top", str(query.top)) != first_rows(rows, query):
        fail(f"--top {query.top} does not give the first {query.top}")


def check_ingest(store, path, read, duplicates):
    result = json.loads(store.run("ingest", "--quiet", "--format", "json", path))
    wanted = {"events": read - duplicates, "quarantined": 0, "duplicates": duplicates}
    # Whether `events` counts the duplicates is not in the contract.
    if result["events"] == read:
        wanted["events"] = read
    if {name: result[name] for name in wanted} != wanted:
        raise Failure(f"{result}, expected {wanted}")


def check_events(store, lines, condition=None):
    """Compared line by line as it comes, so that no second copy of the file is in memory."""
    arguments = ["--where", condition.cel] if condition else []
    with tempfile.TemporaryFile() as output:
        store.run("events", *arguments, output=output)
        output.seek(0)
        for number, line in enumerate(lines, start=1):
            found = output.readline()
            if found != line + b"\n":
                raise Failure(f"line {number} of {len(lines)} is {found[:200]!r}, not {line[:200]!r}")
        if output.read(1):
            raise Failure(f"more than the {len(lines)} lines expected")


class Report:
    passed = failed = 0

    def check(self, name, function, *arguments):
        try:
            function(*arguments)
        # Whatever goes wrong with one check (a missing key, a broken store) must not keep the others from running.
        except Exception as error:
            self.failed += 1
            print(f"FAIL {name}: {error if isinstance(error, Failure) else repr(error)}", flush=True)
            return False
        self.passed += 1
        print(f"ok   {name}", flush=True)
        return True


def check_file(program, path, directory, report):
    file = os.path.basename(path)
    all_lines = file_contents(path).split(b"\n")
    if all_lines[-1] == b"":
        all_lines.pop()
    # Identical events are kept once.
    lines = list(dict.fromkeys(all_lines))

    store = Store(program, directory)
    if not report.check(f"{file}: ingest", check_ingest, store, path, len(all_lines), len(all_lines) - len(lines)):
        return
    reference = Reference(lines, directory)
    queries = [query for query in QUERIES if reference.has_bodies or not query.body] + random_queries(30)
    expected = [reference.answer(query) for query in queries]
    filters = [(name, condition, [lines[line] for line, in reference.matching_lines(condition)])
               for name, condition in EVENT_FILTERS]
    one_event = compare("auditID", "==", reference.connection.execute(
        "SELECT auditID FROM events WHERE line = ?", [len(lines) // 2]).fetchone()[0])
    filters.append(("Q8: one auditID", one_event, [lines[line] for line, in reference.matching_lines(one_event)]))

    for state in ("", " (compacted)"):
        if state:
            report.check(f"{file}: compact", store.run, "compact", "--quiet")
        report.check(f"{file}{state}: events, byte for byte", check_events, store, lines)
        for name, condition, matching in filters:
            report.check(f"{file}{state}: events: {name} ({len(matching)})", check_events, store, matching, condition)
        for query, answer in zip(queries, expected):
            report.check(f"{file}{state}: {query.name} ({len(answer)} rows)",
                         check_query, store, reference, query, answer)
        report.check(f"{file}{state}: verify", store.run, "verify", "--quiet")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH", help="the program")
    parser.add_argument("--keep", metavar="DIR", help="make the stores there and keep them")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()

    report = Report()
    for path in arguments.files:
        if arguments.keep:
            os.makedirs(arguments.keep, exist_ok=True)
        directory = tempfile.mkdtemp(prefix=os.path.basename(path) + "-", dir=arguments.keep)
        try:
            check_file(os.path.abspath(arguments.auditstore), os.path.abspath(path), directory, report)
        finally:
            if not arguments.keep:
                shutil.rmtree(directory, ignore_errors=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
