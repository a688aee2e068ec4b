#!/usr/bin/env python3
"""AuditStore beside its peers, in one run: ingest, size, the twelve questions of the query suite.

    compare.py --auditstore PATH --ask-suite PATH [--engines NAME,…] [--repeat N] [--work DIR] --json FILE LOG.ndjson …

The peers are in `peers/`, each set up as its experts would and each keeping the full event. For each log and engine, in turn:
loading on one core and on two (the medians of `--loads` runs); the bytes stored once the engine has made them as small as it does (AuditStore: `compact`);
each question warm, on one core and on two (the median of `--repeat` runs after one that warms up); and the first question of a new
process, with nothing of the store in the cache of the file system (the median of three).

All answers have to be equal, or the run ends. What is measured of a question is from the call of the engine to the rows of the
answer; the start of a process and the loading of its library are left out, opening the store for a first question is not. Of AuditStore's
loading the whole process counts. Linux only: processes are pinned to cores, and files dropped from the cache by posix_fadvise.
"""
import argparse
import collections
import datetime
import json
import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PEERS = {name: os.path.join(HERE, "peers", f"{name}_peer.py")
         for name in ("duckdb", "clickhouse", "clickhouse_json", "polars", "sqlite")}
# Kept for its size: it holds the event, and not its text.
NOT_ASKED = {"clickhouse_json"}
QUERIES = [f"Q{number}" for number in range(1, 13)]
CHANGES = 'verb in ["create","update","patch","delete"] && objectRef.resource == "deployments"'
STAGE_TIME = re.compile(r'"stageTimestamp":"([^"]*)"')


class Failed(Exception):
    """An engine could not do what it was asked for."""


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def run(command, cores):
    """Runs a command on these cores: what it printed (JSON, or nothing), and what it took as a whole."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, preexec_fn=pinned(cores))
        # wait4 tells of this child alone; getrusage(RUSAGE_CHILDREN) would add up all of them.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise Failed(f"exit status {process.returncode}: {' '.join(command)}")
        output.seek(0)
        text = output.read()
    return (json.loads(text) if text.strip() else {}), {
        "seconds": wall, "cpuSeconds": usage.ru_utime + usage.ru_stime, "peakRSSBytes": usage.ru_maxrss * 1024}


def apparent_bytes(directory):
    return sum(os.path.getsize(os.path.join(parent, name)) for parent, _, names in os.walk(directory) for name in names)


def drop_from_cache(directory):
    os.sync()
    for parent, _, names in os.walk(directory):
        for name in names:
            descriptor = os.open(os.path.join(parent, name), os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


class AuditStore:
    name = "AuditStore"
    is_asked = True

    def __init__(self, arguments):
        self.program, self.ask_suite = arguments.auditstore, arguments.ask_suite
        self.version = subprocess.run(["git", "-C", HERE, "rev-parse", "--short", "HEAD"], capture_output=True,
                                      text=True).stdout.strip()

    def load(self, log, directory, cores):
        _, taken = run([self.program, "ingest", "--quiet", "--format", "json", "--store", directory, log], cores)
        return taken

    def settle(self, log, directory, cores):
        """What it does once, after loading: the bytes stored then."""
        subprocess.run([self.program, "compact", "--quiet", "--store", directory], check=True, stdout=subprocess.DEVNULL)
        return apparent_bytes(directory)

    def asking(self, directory):
        return [self.ask_suite, directory]


class Peer:
    def __init__(self, key):
        self.program = PEERS[key]
        self.is_asked = key not in NOT_ASKED
        self.name = self.version = None
        self.stored = None

    def load(self, log, directory, cores):
        result, _ = run([sys.executable, self.program, "load", log, directory, "--threads", str(len(cores))], cores)
        self.name, self.version = result["engine"], result["version"]
        self.stored = result["storedBytes"]
        return {"seconds": result["seconds"], "cpuSeconds": result["cpuSeconds"], "peakRSSBytes": result["peakRSSBytes"]}

    def settle(self, log, directory, cores):
        return self.stored or apparent_bytes(directory)

    def asking(self, directory):
        return [sys.executable, self.program, "ask", directory]


class Asking:
    """A process that answers questions."""

    def __init__(self, command, cores):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=pinned(cores))
        self.threads = len(cores)
        if self.process.stdout.readline().strip() != b"ready":
            sys.exit(f"no answer: {' '.join(command)}")

    def ask(self, query, parameters, is_fresh=False):
        question = {"query": query, "threads": self.threads, "isFresh": is_fresh, **parameters}
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{query}: the process ended")
        answer = json.loads(line)
        return {"seconds": answer["seconds"], "cpuSeconds": answer["cpuSeconds"]}, answer["rows"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def parameters(auditstore, directory):
    """What the suite leaves open, from the events."""
    def query(*arguments):
        return json.loads(subprocess.run([auditstore.program, "query", "--store", directory, "--format", "json", *arguments],
                                         check=True, capture_output=True).stdout)

    namespaces = query("--where", CHANGES, "--by", "objectRef.namespace", "--agg", "count,p50(stageTimestamp)")
    found = [row for row in namespaces if row["objectRef.namespace"]]
    span = query("--agg", "max(stageTimestamp),p50(stageTimestamp)")[0]
    last, middle = span["max(stageTimestamp)"], span["p50(stageTimestamp)"]
    since = found[0]["p50(stageTimestamp)"] if found else middle
    identity = query("--where", f'stageTimestamp == timestamp("{middle}")', "--by", "auditID", "--top", "1")[0]["auditID"]
    moved = lambda text, delta: (datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") + delta).strftime(
        "%Y-%m-%dT%H:%M:%S.%fZ")
    return {"namespace": found[0]["objectRef.namespace"] if found else "none", "since": since,
            "until": moved(since, datetime.timedelta(hours=1)), "auditID": identity,
            "lastDay": moved(last, datetime.timedelta(days=-1))}


def same(query, ours, theirs):
    if query == "Q4":
        # Events of the same moment may be cut at the limit in any order: all that are newer have to be there.
        times = [[STAGE_TIME.search(row[0])[1] for row in rows] for rows in (ours, theirs)]
        newer = [collections.Counter(row[0] for row, at in zip(rows, at_all) if at != at_all[-1])
                 for rows, at_all in zip((ours, theirs), times)]
        return times[0] == times[1] and newer[0] == newer[1]
    if query not in ("Q2", "Q5"):
        ours, theirs = (sorted(rows, key=lambda row: json.dumps(row[:3])) for rows in (ours, theirs))
    return len(ours) == len(theirs) and all(
        len(one) == len(other) and all(a == b or isinstance(a, (int, float)) and isinstance(b, (int, float))
                                       and math.isclose(a, b, rel_tol=1e-9) for a, b in zip(one, other))
        for one, other in zip(ours, theirs))


def check(query, engine, rows, expected):
    if query in expected and not same(query, rows, expected[query]):
        sys.exit(f"{query}: {engine} gives {len(rows)} rows, {str(rows)[:400]}\nnot {len(expected[query])}, "
                 f"{str(expected[query])[:400]}")
    expected.setdefault(query, rows)


def median(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def measure_engine(engine, log, directory, arguments, state):
    one, two = arguments.cores[:1], arguments.cores
    store = os.path.join(directory, "store")
    result = {"load": {}, "warm": {}, "first": {}}
    for cores in (one, two):
        runs = []
        for _ in range(arguments.loads):
            shutil.rmtree(store, ignore_errors=True)
            runs.append(engine.load(log, store, cores))
        result["load"][str(len(cores))] = {**median(runs), "peakRSSBytes": max(run["peakRSSBytes"] for run in runs)}
    result["storedBytes"] = engine.settle(log, store, two)
    say(f"{engine.name}: loaded, {result['storedBytes']:,} bytes")
    if state["parameters"] is None:
        state["parameters"] = parameters(engine, store)
    for cores in (one, two) if engine.is_asked else ():
        with Asking(engine.asking(store), cores) as asking:
            for query in QUERIES:
                _, rows = asking.ask(query, state["parameters"])
                check(query, engine.name, rows, state["answers"])
                runs = []
                for _ in range(arguments.repeat):
                    taken, rows = asking.ask(query, state["parameters"])
                    runs.append(taken)
                    if runs[0]["seconds"] > 5:
                        break
                check(query, engine.name, rows, state["answers"])
                result["warm"].setdefault(query, {})[str(len(cores))] = median(runs)
        for query in QUERIES:
            runs = []
            for _ in range(3):
                drop_from_cache(store)
                with Asking(engine.asking(store), cores) as asking:
                    taken, rows = asking.ask(query, state["parameters"], is_fresh=True)
                check(query, engine.name, rows, state["answers"])
                runs.append(taken)
                if taken["seconds"] > 5:
                    break
            result["first"].setdefault(query, {})[str(len(cores))] = median(runs)
    say(f"{engine.name}: asked")
    shutil.rmtree(store, ignore_errors=True)
    return {"engine": engine.name, "version": engine.version, **result}


def text_compressed(log):
    """Bytes of the log under `zstd -19 --long=27`."""
    done = subprocess.run(f"zstd -19 --long=27 -T{os.cpu_count()} -q -c '{log}' | wc -c", shell=True, check=True, capture_output=True)
    return int(done.stdout)


def measure(log, engines, arguments):
    say(f"{log}")
    with open(log, "rb") as data:  # into the cache, so that the first engine is not the one that reads the disk
        events = sum(block.count(b"\n") for block in iter(lambda: data.read(1 << 20), b""))
    directory = tempfile.mkdtemp(dir=arguments.work)
    state = {"parameters": None, "answers": {}}
    results, failures = [], []
    try:
        for engine in engines:
            try:
                results.append(measure_engine(engine, log, directory, arguments, state))
            except Failed as failure:
                if isinstance(engine, AuditStore):
                    raise
                say(f"{failure}")
                failures.append(os.path.basename(engine.program))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return {"log": os.path.basename(log), "events": events, "bytes": os.path.getsize(log),
            "zstd19": text_compressed(log) if arguments.zstd else None, "parameters": state["parameters"],
            "rows": {query: len(rows) for query, rows in state["answers"].items()}, "engines": results, "failures": failures}


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "unknown")
    with open("/proc/meminfo") as lines:
        memory = int(next(lines).split()[1]) * 1024
    return {"processor": model, "cores": os.cpu_count(), "memoryBytes": memory, "system": f"{platform.system()} {platform.release()}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH", help="the program")
    parser.add_argument("--ask-suite", required=True, metavar="PATH", help="the program of the package in Benchmarks")
    parser.add_argument("--engines", default=",".join(PEERS), help="the peers (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--loads", type=int, default=1, help="loads on one core and on two, each (default: 1)")
    parser.add_argument("--zstd", action="store_true", help="also what zstd -19 --long=27 makes of the log")
    parser.add_argument("--work", metavar="DIR", help="where stores are made (default: the temporary directory)")
    parser.add_argument("--json", required=True, metavar="FILE", help="results are added to it, a log each")
    parser.add_argument("logs", nargs="+", metavar="LOG")
    arguments = parser.parse_args()
    arguments.cores = sorted(os.sched_getaffinity(0))[:2]

    document = {"machine": machine(), "date": datetime.date.today().isoformat(), "logs": []}
    if os.path.exists(arguments.json):
        with open(arguments.json) as file:
            document["logs"] = json.load(file)["logs"]
    engines = [AuditStore(arguments)] + [Peer(name) for name in arguments.engines.split(",") if name]
    for log in arguments.logs:
        result = measure(log, engines, arguments)
        document["logs"] = [old for old in document["logs"] if old["log"] != result["log"]] + [result]
        with open(arguments.json, "w") as output:
            json.dump(document, output, indent=1)
            output.write("\n")


if __name__ == "__main__":
    main()
