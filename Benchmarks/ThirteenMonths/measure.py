#!/usr/bin/env python3
"""Thirteen months of a cluster of 200 nodes, streamed from the generator into a store, and what they cost.

    measure.py --auditstore PATH --ask-suite PATH --events N[,N…] [--work DIR] --json FILE

For each number of events: `generate | ingest` (nothing raw on the disk), then `compact`, then the size, opening the store, the
query suite (warm, and first of a new process with nothing in the cache of the file system) and the groups of the metric that vendors
charge for: userAgent × remoteIP × node × code. One run is told as it was; questions are medians. Linux only.
"""
import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Comparison"))
import compare  # noqa: E402

DAYS, NODES, SEED = 396, 200, 1
SERIES = ["userAgent", "remoteIP", 'user.extra["authentication.kubernetes.io/node-name"]', "responseStatus.code"]


class Tool:
    """The program on a store: runs a subcommand, and tells what it printed and what it took."""

    def __init__(self, program, store):
        self.program, self.store = program, store

    def __call__(self, subcommand, *arguments, stdin=None):
        command = [self.program, subcommand, "--store", self.store, *arguments]
        with tempfile.TemporaryFile() as output:
            start = time.monotonic()
            process = subprocess.Popen(command, stdin=stdin, stdout=output)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - start
            if process.returncode != 0:
                sys.exit(f"exit status {process.returncode}: {' '.join(command)}")
            output.seek(0)
            text = output.read()
        return text, {"seconds": seconds, "cpuSeconds": usage.ru_utime + usage.ru_stime,
                      "peakRSSBytes": usage.ru_maxrss * 1024}


def median(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def load(tool, events):
    """Streams the events from the generator: what the load took, and the processor time of the generator."""
    generator = subprocess.Popen(
        [tool.program, "generate", "--events", str(events), "--nodes", str(NODES), "--days", str(DAYS), "--seed", str(SEED), "--quiet"],
        stdout=subprocess.PIPE)
    text, taken = tool("ingest", "--cluster", "synthetic", "--quiet", "--format", "json", "-", stdin=generator.stdout)
    generator.stdout.close()
    _, status, usage = os.wait4(generator.pid, 0)
    generator.returncode = os.waitstatus_to_exitcode(status)
    report = json.loads(text)
    if generator.returncode != 0 or report["events"] != events or report["quarantined"] != 0:
        sys.exit(f"the generator ended with {generator.returncode}, {report} were loaded")
    return {**taken, "rawBytes": report["bytes"], "generatorCPUSeconds": usage.ru_utime + usage.ru_stime}


def open_store(tool):
    runs = []
    for _ in range(5):
        text, taken = tool("stats", "--format", "json")
        runs.append(taken)
    stats = json.loads(text)
    return {**median(runs), "segments": stats["segments"], "partitions": stats["partitions"]}


def series(tool):
    """The metric that costs $68,000 a month: how many series there are, and the largest of them."""
    text, taken = tool("query", "--by", ",".join(SERIES), "--format", "ndjson", "--quiet")
    _, top = tool("query", "--by", ",".join(SERIES), "--top", "20", "--format", "ndjson", "--quiet")
    return {"all": taken, "top20": top, "series": text.count(b"\n")}


def suite(arguments, tool):
    parameters = compare.parameters(compare.AuditStore(arguments), tool.store)
    cores = sorted(os.sched_getaffinity(0))[:2]
    warm, first, rows = {}, {}, {}
    with compare.Asking([arguments.ask_suite, tool.store], cores) as asking:
        for query in compare.QUERIES:
            asking.ask(query, parameters)
            runs = [asking.ask(query, parameters) for _ in range(3)]
            warm[query], rows[query] = median([taken for taken, _ in runs]), len(runs[0][1])
    for query in compare.QUERIES:
        compare.drop_from_cache(tool.store)
        with compare.Asking([arguments.ask_suite, tool.store], cores) as asking:
            first[query], _ = asking.ask(query, parameters, is_fresh=True)
    return {"warm": warm, "first": first, "rows": rows}


def measure(events, arguments):
    directory = tempfile.mkdtemp(dir=arguments.work)
    tool = Tool(arguments.auditstore, os.path.join(directory, "store"))
    try:
        result = {"events": events, "load": load(tool, events), "youngBytes": compare.apparent_bytes(tool.store)}
        compare.say(f"{events:,} events: loaded, {result['youngBytes']:,} bytes")
        _, result["compact"] = tool("compact", "--quiet")
        result["storedBytes"] = compare.apparent_bytes(tool.store)
        compare.say(f"compacted, {result['storedBytes']:,} bytes")
        result["open"] = open_store(tool)
        result["series"] = series(tool)
        result["suite"] = suite(arguments, tool)
        compare.say("asked")
        return result
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH")
    parser.add_argument("--ask-suite", required=True, metavar="PATH", help="the program of the package in Benchmarks")
    parser.add_argument("--events", required=True, help="numbers of events, with commas between")
    parser.add_argument("--work", metavar="DIR", help="where stores are made (default: the temporary directory)")
    parser.add_argument("--json", required=True, metavar="FILE", help="results are added to it, a number of events each")
    arguments = parser.parse_args()
    document = {"machine": compare.machine(), "date": datetime.date.today().isoformat(), "runs": []}
    if os.path.exists(arguments.json):
        with open(arguments.json) as file:
            document["runs"] = json.load(file)["runs"]
    for events in map(int, arguments.events.split(",")):
        result = measure(events, arguments)
        document["runs"] = sorted([old for old in document["runs"] if old["events"] != events] + [result],
                                  key=lambda run: run["events"])
        with open(arguments.json, "w") as output:
            json.dump(document, output, indent=1)
            output.write("\n")


if __name__ == "__main__":
    main()
