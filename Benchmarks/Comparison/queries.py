#!/usr/bin/env python3
"""Times the twelve questions of the query suite: AuditStore against DuckDB, in one run and side by side.

    queries.py --auditstore PATH --ask-suite PATH [--repeat 9] [--json FILE] FILE.ndjson …

For each file: loads it into a store and compacts it; loads it into a DuckDB file, with a column for each field that the suite
asks of, sorted by time, and the text of the event. Then asks each question of both engines, in turn and several times over, on
one thread and on two, warm: AuditStore in one process (ask-suite, see README.md) with a snapshot that was asked before, DuckDB in
this one. `new store` is AuditStore opened for the question, with nothing decoded: opening counts.

Answers have to be equal. Medians are printed: of the time in milliseconds, which suffers where other programs share the machine,
and of processor time, which hardly does. The ratio is DuckDB's time by AuditStore's. DuckDB's time includes making Python's rows of
the answer, AuditStore's making Swift's.
"""
import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import duckdb

SECRETS = "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)"
QUERIES = {
    "Q1": "SELECT epoch_us(date_trunc('hour', stage_time)) AS hour, count(*) FROM events WHERE code = 403 GROUP BY hour",
    "Q2": "SELECT user_name, remote_ip, count(*) FROM events WHERE code IN (401, 403) GROUP BY ALL "
          "ORDER BY 3 DESC, 1 NULLS LAST, 2 NULLS LAST LIMIT 20",
    "Q3": "SELECT user_name, remote_ip, count(*) FROM events WHERE starts_with(user_name, 'system:serviceaccount:') "
          r"AND NOT regexp_matches(remote_ip, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)') GROUP BY ALL",
    "Q4": "SELECT raw FROM events WHERE verb IN ('create', 'update', 'patch', 'delete') AND resource = 'deployments' "
          "AND namespace = $namespace AND stage_time >= $since::TIMESTAMP AND stage_time < $until::TIMESTAMP "
          "ORDER BY stage_time DESC, line DESC LIMIT 100",
    "Q5": "SELECT user_agent, remote_ip, code, count(*) FROM events GROUP BY ALL "
          "ORDER BY 4 DESC, 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST LIMIT 100",
    "Q6": "SELECT epoch_us(date_trunc('day', stage_time)) AS day, count(DISTINCT user_name), count(DISTINCT remote_ip) "
          "FROM events GROUP BY day",
    "Q7": "SELECT verb, resource, q[1], q[2], q[3] FROM (SELECT verb, resource, "
          "quantile_disc(latency, [0.5, 0.95, 0.99]) AS q FROM events GROUP BY ALL)",
    "Q8": "SELECT raw FROM events WHERE audit_id = $auditID",
    "Q9": f"SELECT count(*) FROM events WHERE contains(user_agent, 'curl') OR regexp_matches(request_uri, '{SECRETS}')",
    "Q10": "SELECT raw FROM events WHERE contains(raw, 'xmr-miners/xmrig') ORDER BY line",
    "Q11": "SELECT remote_ip, epoch_us(min(stage_time)) FROM events WHERE remote_ip IS NOT NULL GROUP BY remote_ip "
           "HAVING min(stage_time) >= $lastDay::TIMESTAMP",
    "Q12": "SELECT code, count(*), sum(latency)::BIGINT, avg(latency) / 1e6 FROM events GROUP BY code",
}
ORDERED = {"Q2", "Q4", "Q5", "Q8", "Q10"}


class DuckDB:
    def __init__(self, path, directory):
        self.connection = duckdb.connect(os.path.join(directory, "events.duckdb"))
        run = self.connection.execute
        size = os.path.getsize(path)
        run("CREATE TEMP TABLE lines AS SELECT raw FROM read_csv(?, columns = {'raw': 'VARCHAR'}, header = false, "
            "auto_detect = false, delim = '\x01', quote = '', escape = '', new_line = '\\n', max_line_size = "
            f"{min(size, 16 << 20)})", [path])
        paths = ["auditID", "stageTimestamp", "requestReceivedTimestamp", "verb", "user.username", "sourceIPs[#-1]",
                 "userAgent", "requestURI", "objectRef.resource", "objectRef.namespace", "responseStatus.code"]
        found = ", ".join(f"'$.{path}'" for path in paths)
        text = [f"found[{i + 1}] ->> '$'" for i in range(len(paths))]
        run(f"""CREATE TABLE events AS SELECT line, {text[0]} AS audit_id, ({text[1]})::TIMESTAMP AS stage_time,
                date_diff('microsecond', ({text[2]})::TIMESTAMP, ({text[1]})::TIMESTAMP) AS latency, {text[3]} AS verb,
                {text[4]} AS user_name, {text[5]} AS remote_ip, {text[6]} AS user_agent, {text[7]} AS request_uri,
                {text[8]} AS resource, {text[9]} AS namespace, ({text[10]})::SMALLINT AS code, raw
                FROM (SELECT rowid AS line, raw, json_extract(raw, [{found}]) AS found FROM lines)
                ORDER BY stage_time""")
        run("DROP TABLE lines")
        run("CHECKPOINT")

    def parameters(self):
        """What the suite leaves open, from the events."""
        run = self.connection.execute
        namespace, since, until = run(
            "SELECT namespace, quantile_disc(stage_time, 0.25) AS since, since + INTERVAL 1 HOUR FROM events WHERE "
            "resource = 'deployments' AND verb IN ('create', 'update', 'patch', 'delete') AND namespace IS NOT NULL "
            "GROUP BY namespace ORDER BY count(*) DESC, namespace LIMIT 1").fetchone()
        last_day, = run("SELECT max(stage_time) - INTERVAL 1 DAY FROM events").fetchone()
        audit_id, = run("SELECT audit_id FROM events WHERE line = (SELECT count(*) // 2 FROM events)").fetchone()
        as_text = lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"namespace": namespace, "since": as_text(since), "until": as_text(until), "auditID": audit_id,
                "lastDay": as_text(last_day)}

    def ask(self, query, threads, parameters):
        sql = QUERIES[query]
        self.connection.execute(f"SET threads = {threads}")
        values = {name: value for name, value in parameters.items() if "$" + name in sql}
        start, cpu_start = time.perf_counter(), time.process_time()
        rows = self.connection.execute(sql, values).fetchall()
        taken = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu_start}
        return taken, [list(row) for row in rows]


class AuditStore:
    def __init__(self, program, ask_suite, path, directory):
        store = os.path.join(directory, "store")
        for command in (["ingest", "--quiet", "--store", store, path], ["compact", "--quiet", "--store", store]):
            subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen([ask_suite, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, query, threads, parameters, is_fresh=False):
        question = {"query": query, "threads": threads, "isFresh": is_fresh, **parameters}
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("ask-suite ended")
        answer = json.loads(line)
        return {"wall": answer["seconds"], "cpu": answer["cpuSeconds"]}, answer["rows"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def check_equal(query, ours, theirs):
    if query not in ORDERED:
        ours, theirs = (sorted(rows, key=lambda row: json.dumps(row[:3])) for rows in (ours, theirs))
        if query == "Q12":
            ours, theirs = (sorted(rows, key=lambda row: row[0] or 0) for rows in (ours, theirs))
    same = len(ours) == len(theirs) and all(
        a == b or isinstance(a, float) and math.isclose(a, b, rel_tol=1e-9)
        for one, other in zip(ours, theirs) for a, b in zip(one, other))
    if not same:
        sys.exit(f"{query}: the answers differ: {len(ours)} rows, {str(ours)[:300]}, and {len(theirs)}, {str(theirs)[:300]}")


def measure(arguments, path):
    directory = tempfile.mkdtemp()
    try:
        theirs = DuckDB(path, directory)
        ours = AuditStore(arguments.auditstore, arguments.ask_suite, path, directory)
        parameters = theirs.parameters()
        events, = theirs.connection.execute("SELECT count(*) FROM events").fetchone()
        engines = {"auditstore": ours.ask, "auditstoreNewSnapshot": lambda *a: ours.ask(*a, is_fresh=True),
                   "duckdb": theirs.ask}
        queries = {}
        for query in QUERIES:
            runs = {engine: {1: [], 2: []} for engine in engines}
            for number in range(arguments.repeat + 1):
                for threads in (1, 2):
                    answers = {}
                    for engine, ask in engines.items():
                        taken, answers[engine] = ask(query, threads, parameters)
                        if number > 0:  # the first run is the one that warms up
                            runs[engine][threads].append(taken)
                    for engine in engines:
                        check_equal(query, answers[engine], answers["duckdb"])
            queries[query] = {"rows": len(answers["duckdb"]), "seconds": runs}
        ours.close()
        return {"file": os.path.basename(path), "events": events, "parameters": parameters, "queries": queries}
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def print_table(result):
    events = result["events"]
    print(f"\n{result['file']}, {events:,} events; medians in milliseconds, one thread / two; processor time in ns an event, one thread")
    rows = [["", "rows", "AuditStore", "new store", "DuckDB", "DuckDB : AuditStore", "CPU", "CPU, new store", "CPU, DuckDB",
             "DuckDB : AuditStore"]]
    for query, measured in result["queries"].items():
        def median(engine, kind, threads):
            return statistics.median(run[kind] for run in measured["seconds"][engine][threads])

        wall = {engine: [median(engine, "wall", threads) for threads in (1, 2)] for engine in measured["seconds"]}
        cpu = {engine: median(engine, "cpu", 1) for engine in measured["seconds"]}
        rows.append([query, str(measured["rows"]),
                     *(" / ".join(f"{seconds * 1e3:.2f}" for seconds in times) for times in wall.values()),
                     " / ".join(f"{b / a:.1f}" for a, b in zip(wall["auditstore"], wall["duckdb"])),
                     *(f"{seconds * 1e9 / events:.1f}" for seconds in cpu.values()),
                     f"{cpu['duckdb'] / cpu['auditstore']:.1f}"])
    widths = [max(map(len, cells)) for cells in zip(*rows)]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH", help="the program")
    parser.add_argument("--ask-suite", required=True, metavar="PATH", help="the program of the package in Benchmarks")
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--json", metavar="FILE", help="write the results there, with every run")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()

    results = []
    for path in arguments.files:
        results.append(measure(arguments, path))
        print_table(results[-1])
    if arguments.json:
        with open(arguments.json, "w") as output:
            json.dump(results, output, indent=2)
            output.write("\n")


if __name__ == "__main__":
    main()
