#!/usr/bin/env python3
"""Asks the twelve questions of the query suite from the command line; the answers must be those of DuckDB.

    query_suite.py --auditstore PATH FILE.ndjson[.zst] …

For each file (one event a line): loads it into a new store, asks the questions, compacts the store and asks again, each time
on one thread and on two. DuckDB answers from the text of the events. Rows are compared with their order, events byte for
byte. Prints a line for each check; exit status 1 if any failed.

Needs what compare_with_duckdb.py needs.
"""
import argparse
import collections
import json
import os
import shutil
import sys
import tempfile

from compare_with_duckdb import Failure, Reference, Report, Store, check_ingest, equal, file_contents, plain, shortened

# `arguments` as on the command line; `sql` gives the rows of `query`, or the lines of `events`, in their order.
Question = collections.namedtuple("Question", "name arguments sql")

FORBIDDEN = '"responseStatus.code" = 403'
# DuckDB knows no networks without an extension; for IPv4 the text of the address tells as well.
OUTSIDE = ("starts_with(\"user.username\", 'system:serviceaccount:') AND NOT coalesce(regexp_matches(remoteIP, "
           r"'^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)'), false)")
CHANGES = "verb IN ('create', 'update', 'patch', 'delete') AND \"objectRef.resource\" = 'deployments'"
SECRETS = "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def grouped(keys, aggregates, where="true", top=None):
    """In the order of the contract: by the first aggregate downwards, then by the keys upwards."""
    keys = [f'"{key}"' for key in keys]
    upwards = ", ".join(f"{key} ASC NULLS LAST" for key in keys)
    return (f"SELECT {', '.join(keys + aggregates)} FROM events WHERE {where} GROUP BY {', '.join(keys)} "
            f"ORDER BY {len(keys) + 1} DESC NULLS LAST, {upwards}" + (f" LIMIT {top}" if top else ""))


def bucketed(unit, aggregates, where="true"):
    return (f"SELECT strftime(date_trunc('{unit}', moment), '%Y-%m-%dT%H:%M:%SZ') AS time, {aggregates} FROM events "
            f"WHERE {where} GROUP BY time ORDER BY time")


def found(where):
    return f"SELECT line FROM events WHERE coalesce({where}, false) ORDER BY line"


def questions(reference):
    """The suite as it is written, with real values where it leaves them open. Where real logs have nothing to find, or all of
    it is found, another question of the same kind follows."""
    ask = reference.connection.execute
    # The namespace whose deployments change most, in an hour that begins amid the changes.
    namespace, since = ask(
        'SELECT "objectRef.namespace", quantile_disc(moment, 0.25) FROM events '
        f'WHERE {CHANGES} AND "objectRef.namespace" IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1'
    ).fetchone() or ("none", ask("SELECT min(moment) FROM events").fetchone()[0])
    until, = ask("SELECT ?::TIMESTAMP + INTERVAL 1 HOUR", [since]).fetchone()
    audit_id, = ask("SELECT auditID FROM events WHERE line = ?", [len(reference.lines) // 2]).fetchone()
    # Half of the addresses are seen for the first time after `later`.
    last_day, later = ask("SELECT strftime(max(last) - INTERVAL 1 DAY, $f), strftime(quantile_disc(first, 0.5), $f) FROM "
                          "(SELECT min(moment) AS first, max(moment) AS last FROM events GROUP BY remoteIP)",
                          {"f": TIME}).fetchone()
    count, by_user = ["count(*)"], ["user.username", "remoteIP"]
    first = 'min("stageTimestamp")'

    def by_path(name, pattern):
        condition = f'userAgent.contains("curl") || requestURI.matches("{pattern}")'
        return Question(name, ["query", "--where", condition, "--agg", "count"], (
            "SELECT count(*) FROM events WHERE coalesce(contains(\"userAgent\", 'curl'), false) "
            f"OR coalesce(regexp_matches(\"requestURI\", '{pattern}'), false)"))

    def anywhere(name, text):
        return Question(name, ["events", "--where", f'_raw.contains("{text}")'], found(f"contains(_raw, '{text}')"))

    def first_seen(name, since=None):
        sql = grouped(["remoteIP"], [first])
        having = ["--having", f'first(stageTimestamp) >= timestamp("{since}")'] if since else []
        return Question(name, ["query", "--by", "remoteIP", "--agg", "first(stageTimestamp)", *having],
                        sql.replace("ORDER", f"HAVING {first} >= '{since}' ORDER") if since else sql)

    return [
        Question("Q1", ["query", "--where", "responseStatus.code == 403", "--every", "1h", "--agg", "count"],
                 bucketed("hour", "count(*)", FORBIDDEN)),
        Question("Q2", ["query", "--where", "responseStatus.code in [401, 403]", "--by", "user.username,remoteIP", "--agg",
                        "count", "--top", "20"], grouped(by_user, count, '"responseStatus.code" IN (401, 403)', top=20)),
        Question("Q3", ["query", "--where", 'user.kind == "serviceaccount" && !["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16"]'
                        ".exists(n, cidr(n).containsIP(remoteIP))", "--by", "user.username,remoteIP", "--agg", "count"],
                 grouped(by_user, count, OUTSIDE)),
        Question("Q4", ["events", "--where", 'verb in ["create","update","patch","delete"] && objectRef.resource == "deployments" '
                        f'&& objectRef.namespace == "{namespace}"', "--since", since.strftime(TIME), "--until",
                        until.strftime(TIME), "--order", "newest", "--limit", "100"],
                 f"SELECT line FROM events WHERE {CHANGES} AND \"objectRef.namespace\" = '{namespace}' "
                 f"AND moment >= '{since}' AND moment < '{until}' ORDER BY moment DESC, line DESC LIMIT 100"),
        Question("Q5", ["query", "--by", "userAgent,remoteIP,responseStatus.code", "--agg", "count", "--top", "100"],
                 grouped(["userAgent", "remoteIP", "responseStatus.code"], count, top=100)),
        Question("Q6", ["query", "--every", "1d", "--agg", "distinct(user.username),distinct(remoteIP)"],
                 bucketed("day", 'count(DISTINCT "user.username"), count(DISTINCT remoteIP)')),
        Question("Q7", ["query", "--by", "verb,objectRef.resource", "--agg", "p50(latency),p95(latency),p99(latency)"],
                 grouped(["verb", "objectRef.resource"], [f"quantile_disc(latency, {q})" for q in (0.5, 0.95, 0.99)])),
        Question("Q8", ["events", "--where", f"auditID == {json.dumps(audit_id)}"],
                 found("auditID = '{}'".format(audit_id.replace("'", "''")))),
        by_path("Q9", SECRETS),
        by_path("Q9, a path that occurs", "/namespaces/[a-z]+-prod/(secrets|configmaps)/([a-z]+-)?(state|token)"),
        anywhere("Q10", "xmr-miners/xmrig"),
        anywhere("Q10, a text that occurs", "/configmaps/leader-state"),
        first_seen("Q11"), first_seen("Q11, of the last day", last_day),
        first_seen("Q11, of the later half", later),
        Question("Q12", ["query", "--by", "responseStatus.code", "--agg", "count,sum(latency),avg(latency)"],
                 grouped(["responseStatus.code"], ["count(*)", "sum(latency)", "avg(latency)"])),
    ]


def check_rows(store, question, threads, expected):
    rows = store.query(*question.arguments[1:], "--threads", str(threads))
    aggregates = question.arguments[question.arguments.index("--agg") + 1].split(",")
    for number, (row, wanted) in enumerate(zip(rows, expected)):
        names = [""] * (len(wanted) - len(aggregates)) + aggregates
        values = list(row.values())
        if len(values) != len(wanted) or not all(map(equal, names, values, wanted)):
            raise Failure(f"row {number} is {shortened(values)}, DuckDB has {shortened(wanted)}")
    if len(rows) != len(expected):
        raise Failure(f"{len(rows)} rows, DuckDB has {len(expected)}")


def check_lines(store, question, expected):
    lines = store.run(*question.arguments).split(b"\n")[:-1]
    if lines != expected:
        raise Failure(f"{len(lines)} events, DuckDB has {len(expected)}; or they differ, or their order does")


def check_file(program, path, directory, report):
    file = os.path.basename(path)
    all_lines = file_contents(path).rstrip(b"\n").split(b"\n")
    # Identical events are kept once.
    lines = list(dict.fromkeys(all_lines))
    store = Store(program, directory)
    if not report.check(f"{file}: ingest", check_ingest, store, path, len(all_lines), len(all_lines) - len(lines)):
        return
    reference = Reference(lines, directory)
    asked = [(question, reference.connection.execute(question.sql).fetchall()) for question in questions(reference)]
    for state in ("young", "compacted"):
        if state == "compacted":
            report.check(f"{file}: compact", store.run, "compact", "--quiet")
        for question, rows in asked:
            name = f"{file}, {state}: {question.name} ({len(rows)} rows)"
            if question.arguments[0] == "events":
                report.check(name, check_lines, store, question, [lines[line] for line, in rows])
                continue
            for threads in (1, 2):
                report.check(f"{name}, {threads} thread{'s' * (threads > 1)}", check_rows, store, question, threads,
                             [list(map(plain, row)) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH", help="the program")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()

    report = Report()
    for path in arguments.files:
        directory = tempfile.mkdtemp()
        try:
            check_file(os.path.abspath(arguments.auditstore), os.path.abspath(path), directory, report)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
