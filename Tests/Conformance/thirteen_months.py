#!/usr/bin/env python3
"""Makes a store of thirteen months, measures how it opens, and lets a month expire while it is read.

    thirteen_months.py --auditstore .build/release/auditstore metadata.ndjson
    thirteen_months.py --auditstore .build/release/auditstore --without-retain metadata.ndjson     opening alone

Each of 400 days up to today gets five segments of a few real events each, with the date of their day and an auditID of their
own. Opening is measured as whole processes: `stats`, and a question about one day, with the medians of their wall and CPU
time and the most memory any of them took.
While readers count events by day over and over, `retain --months` lets the oldest month expire, and then another. Each
answer has to have of each day all events or none, none of them of a day before one that is there, and never a day that the
same reader has missed before.
The last line is `N answers, N failed`.
"""

import argparse
import datetime
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

AUDIT_ID = re.compile(rb'"auditID":"[^"]*"')
DATE = re.compile(rb'\d{4}-\d\d-\d\d(?=T\d\d:\d\d:\d\d)')


def generate(directory, lines, days, segments, events):
    number = 0
    for index, day in enumerate(days):
        date = day.isoformat().encode()
        for segment in range(segments):
            text = []
            for _ in range(events):
                line = DATE.sub(date, lines[number % len(lines)])
                text.append(AUDIT_ID.sub(b'"auditID":"%08x-0000-4000-8000-%012x"' % (index, number), line, count=1))
                number += 1
            with open(os.path.join(directory, f"{index:04d}-{segment}.ndjson"), "wb") as file:
                file.write(b"".join(text))
    return number


def run(tool, store, *command):
    result = subprocess.run(
        [tool, command[0], "--quiet", "--store", store, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        raise SystemExit(f"{command} exits with {result.returncode}: {result.stderr.decode(errors='replace')[-400:]}")
    return result.stdout


def measure(tool, store, command, repeat):
    """Medians of wall and CPU time in milliseconds, and the peak memory of a process in MB."""
    wall, cpu, memory = [], [], 0
    for _ in range(repeat):
        start = time.perf_counter()
        process = subprocess.Popen(
            [tool, command[0], "--quiet", "--store", store, *command[1:]], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((usage.ru_utime + usage.ru_stime) * 1000)
        memory = max(memory, usage.ru_maxrss / 1024)
        if status:
            raise SystemExit(f"{command} fails")
    return statistics.median(wall), statistics.median(cpu), memory


class Reader(threading.Thread):
    def __init__(self, tool, store, days, per_day, is_over):
        super().__init__()
        self.tool, self.store, self.days, self.per_day, self.is_over = tool, store, days, per_day, is_over
        self.answers = 0
        self.failure = None

    def run(self):
        first = 0
        while not self.is_over.is_set() and self.failure is None:
            rows = json.loads(run(self.tool, self.store, "query", "--every", "1d", "--agg", "count", "--format", "json"))
            counts = {row["time"][:10]: row["count"] for row in rows}
            found = [counts.pop(day.isoformat(), 0) for day in self.days]
            there = next((i for i, count in enumerate(found) if count), len(found))
            if counts or found[there:] != [self.per_day] * (len(found) - there):
                self.failure = f"an answer that no state gives: {there} days are missing, then {found[there:there + 40]}"
            elif there < first:
                self.failure = f"{first} days had expired, and then {there}"
            first = there
            self.answers += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--segments", type=int, default=5, help="of each day")
    parser.add_argument("--events", type=int, default=40, help="of each segment")
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--without-retain", action="store_true", help="only measures opening")
    parser.add_argument("file", help="NDJSON, every line an event with an auditID and times")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    # Few, since the memory of this process would count as that of those it starts.
    with open(arguments.file, "rb") as file:
        lines = [line for line in itertools.islice(file, 2000) if line.endswith(b"\n") and AUDIT_ID.search(line)]
    today = datetime.datetime.now(datetime.timezone.utc).date()
    days = [today - datetime.timedelta(days=n) for n in reversed(range(arguments.days))]
    with tempfile.TemporaryDirectory(prefix="auditstore-months-") as directory:
        logs = os.path.join(directory, "logs")
        os.mkdir(logs)
        store = os.path.join(directory, "store")
        events = generate(logs, lines, days, arguments.segments, arguments.events)
        start = time.perf_counter()
        run(tool, store, "ingest", logs)
        seconds = time.perf_counter() - start
        stats = json.loads(run(tool, store, "stats", "--format", "json"))
        print(f"{stats['events']} events, {stats['partitions']} partitions, {stats['segments']} segments, "
              f"{stats['storedBytes']} bytes; loading {arguments.days * arguments.segments} files took {seconds:.1f} s; "
              f"the manifest has {os.path.getsize(os.path.join(store, 'manifest'))} bytes")
        if (stats["events"], stats["partitions"]) != (events, arguments.days):
            raise SystemExit(f"{events} events of {arguments.days} days were loaded")
        middle = days[len(days) // 2].isoformat()
        for what, command in [
            ("the process alone", ("--version",)), ("stats", ("stats",)),
            ("count of one day", ("query", "--where", 'verb == "list"', "--since", middle, "--until",
                                  (days[len(days) // 2] + datetime.timedelta(days=1)).isoformat())),
            ("count of all", ("query", "--by", "verb")),
        ]:
            if what == "the process alone":
                start = time.perf_counter()
                walls = []
                for _ in range(arguments.repeat):
                    start = time.perf_counter()
                    subprocess.run([tool, "--help"], stdout=subprocess.DEVNULL, check=True)
                    walls.append((time.perf_counter() - start) * 1000)
                print(f"{what}: {statistics.median(walls):.1f} ms")
                continue
            wall, cpu, memory = measure(tool, store, command, arguments.repeat)
            print(f"{what}: {wall:.1f} ms, {cpu:.1f} ms CPU, {memory:.1f} MB")
        if arguments.without_retain:
            return 0
        is_over = threading.Event()
        per_day = arguments.segments * arguments.events
        readers = [Reader(tool, store, days, per_day, is_over) for _ in range(arguments.readers)]
        for reader in readers:
            reader.start()
        try:
            for months in [12, 11]:
                time.sleep(1)
                start = time.perf_counter()
                run(tool, store, "retain", "--months", str(months))
                milliseconds = (time.perf_counter() - start) * 1000
                stats = json.loads(run(tool, store, "stats", "--format", "json"))
                print(f"retain --months {months}: {milliseconds:.1f} ms; {stats['partitions']} partitions are left")
                if stats["partitions"] >= arguments.days or stats["events"] != stats["partitions"] * per_day:
                    readers[0].failure = f"after retain --months {months}: {stats}"
            time.sleep(1)
        finally:
            is_over.set()
            for reader in readers:
                reader.join()
        run(tool, store, "verify")
        failures = [reader.failure for reader in readers if reader.failure]
        for failure in failures:
            print(failure)
        answers = sum(reader.answers for reader in readers)
        print(f"{answers} answers, {len(failures)} failed")
        return 1 if failures or not answers else 0


if __name__ == "__main__":
    sys.exit(main())
