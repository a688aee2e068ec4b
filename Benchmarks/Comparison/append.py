#!/usr/bin/env python3
"""Compares the appending rate of AuditStore, SQLite and DuckDB: every append on the disk before the next one of its task.

    append.py --append-rate Benchmarks/.build/release/append-rate [--repeat 3] [--json FILE] FILE.ndjson

For 1, 8 and 64 tasks and appends of 1 and of 400 events, in turn and several times over, on the same disk; medians of events a
second. SQLite: journal_mode=WAL, synchronous=FULL, one table with one column, the event's text, no index; one connection that the
threads take in turn under a lock (with a connection a thread they would sleep in its busy handler), BEGIN … COMMIT an append. DuckDB: one table with one column, a cursor a thread, BEGIN … COMMIT an append;
its write-ahead log is synced at each commit. Both keep only the text, which is the least that they can do. AuditStore
recognises duplicates, and seals into columns beside (within the time, if so many bytes come). Opening, closing, and
reading the file are counted for none. Threads of Python share one lock, which SQLite and DuckDB give back while they work;
with one thread it costs nothing.
"""
import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

CASES = [(1, 1), (8, 1), (64, 1), (1, 400), (8, 400), (64, 400)]


def divide(lines, tasks):
    per_task = -(-len(lines) // tasks)
    return [lines[i * per_task:(i + 1) * per_task] for i in range(tasks)]


def timed(workers):
    """Seconds that the workers take together."""
    barrier = threading.Barrier(len(workers) + 1)
    failures = []

    def run(worker):
        barrier.wait()
        try:
            worker()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.monotonic()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return time.monotonic() - start


def append_sqlite(directory, lines, tasks, batch):
    path = os.path.join(directory, "events.sqlite")

    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    assert connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal"
    lock = threading.Lock()
    connection.execute("CREATE TABLE events (event TEXT)")

    def worker(own):
        def run():
            for i in range(0, len(own), batch):
                with lock:
                    connection.execute("BEGIN")
                    connection.executemany("INSERT INTO events VALUES (?)", own[i:i + batch])
                    connection.execute("COMMIT")
        return run

    rows = [(line,) for line in lines]
    seconds = timed([worker(own) for own in divide(rows, tasks)])
    assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == len(lines)
    return seconds


def append_duckdb(directory, lines, tasks, batch):
    import duckdb
    import pyarrow
    connection = duckdb.connect(os.path.join(directory, "events.duckdb"))
    connection.execute("SET threads=2")
    connection.execute("CREATE TABLE events (event VARCHAR)")

    def worker(cursor, own):
        # The fastest way in for many rows is an Arrow table; for one, a prepared statement.
        parts = [own[i:i + batch] for i in range(0, len(own), batch)]
        tables = [pyarrow.table({"event": part}) for part in parts] if batch > 1 else None

        def run():
            for i, part in enumerate(parts):
                cursor.execute("BEGIN")
                if tables:
                    cursor.register("batch", tables[i])
                    cursor.execute("INSERT INTO events SELECT event FROM batch")
                else:
                    cursor.execute("INSERT INTO events VALUES (?)", [part[0]])
                cursor.execute("COMMIT")
        return run

    seconds = timed([worker(connection.cursor(), own) for own in divide(lines, tasks)])
    assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == len(lines)
    connection.close()
    return seconds


def append_auditstore(program, directory, file, tasks, batch, count):
    result = subprocess.run(
        [program, os.path.join(directory, "store"), file, str(tasks), str(batch), str(count)],
        stdout=subprocess.PIPE, check=True)
    return json.loads(result.stdout)["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--append-rate", required=True, help="the program of the benchmarks' package")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--directory", help="where the stores are made; on the disk that is to be measured")
    parser.add_argument("--json", help="writes the figures there")
    parser.add_argument("file", help="NDJSON, no two lines equal")
    arguments = parser.parse_args()
    with open(arguments.file, "rb") as file:
        lines = [line.decode() for line in file.read().split(b"\n") if line]
    results = []
    print(f"{'tasks':>5} {'batch':>5} {'events':>7}   {'AuditStore':>11} {'SQLite':>11} {'DuckDB':>11}   events a second")
    for tasks, batch in CASES:
        count = min(len(lines), {1: 1000, 400: 40_000}[batch] * (4 if tasks > 1 and batch == 1 else 1))
        part = lines[:count]
        rates = {"auditstore": [], "sqlite": [], "duckdb": []}
        for _ in range(arguments.repeat):
            for name in rates:
                directory = tempfile.mkdtemp(prefix="append-", dir=arguments.directory)
                try:
                    os.sync()
                    if name == "auditstore":
                        seconds = append_auditstore(
                            arguments.append_rate, directory, arguments.file, tasks, batch, count)
                    elif name == "sqlite":
                        seconds = append_sqlite(directory, part, tasks, batch)
                    else:
                        seconds = append_duckdb(directory, part, tasks, batch)
                finally:
                    shutil.rmtree(directory, ignore_errors=True)
                rates[name].append(count / seconds)
        medians = {name: statistics.median(values) for name, values in rates.items()}
        results.append({"tasks": tasks, "batch": batch, "events": count, "median": medians, "all": rates})
        print(f"{tasks:>5} {batch:>5} {count:>7}   {medians['auditstore']:>11,.0f} {medians['sqlite']:>11,.0f} "
              f"{medians['duckdb']:>11,.0f}", flush=True)
    if arguments.json:
        with open(arguments.json, "w") as output:
            json.dump(results, output, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
