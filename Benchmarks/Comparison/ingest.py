#!/usr/bin/env python3
"""Compares the ingest of AuditStore with that of ClickHouse, event for event and side by side.

    ingest.py --auditstore PATH [--python PATH] [--repeat 3] [--json FILE] FILE.ndjson …

For each file, in turn and several times over: `auditstore ingest` on one core and ClickHouse (peers/clickhouse_peer.py) on the same
core; then `auditstore ingest` on one core and on two. They alternate because a shared machine has slow minutes, which
then meet both alike; the medians are printed. What counts is events per second of CPU time, all threads together.

Of ClickHouse only the INSERT counts (`cpuSeconds`), as a server need not load its library and make its table each time.
Of auditstore two figures are told: the load alone, likewise (the tool's `cpuSeconds`: a program that links the library
starts once), and the whole process from start to exit, as the kernel accounts it.
Peak memory is that of the process until the events are loaded. Linux only, for the pinning.

How much faster two cores load is told twice: of the load, as `auditstore` reports it (as for ClickHouse, without the
start of the process), and of the whole process as it is seen from outside, which this script's fork makes longer.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CLICKHOUSE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "clickhouse_peer.py")


def run(command, cores):
    """Runs a command on these cores: what it printed (JSON), and what it took."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        # wait4 tells of this child alone; getrusage(RUSAGE_CHILDREN) would add up all of them. Peak memory starts
        # from that of the forked parent, which is why this script keeps no data and imports little.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"exit status {process.returncode}: {' '.join(command)}")
        output.seek(0)
        result = json.load(output)
    return result, {"wallSeconds": wall, "cpuSeconds": usage.ru_utime + usage.ru_stime,
                    "peakRSSBytes": usage.ru_maxrss * 1024}


def run_auditstore(program, file, cores):
    directory = tempfile.mkdtemp()
    try:
        store = os.path.join(directory, "store")
        result, taken = run([program, "ingest", "--quiet", "--format", "json", "--store", store, file], cores)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return {"events": result["events"], "loadSeconds": result["seconds"], "loadCPUSeconds": result["cpuSeconds"], **taken}


def run_clickhouse(python, file, cores):
    directory = tempfile.mkdtemp()
    try:
        result, _ = run([python, CLICKHOUSE, "load", file, directory, "--threads", str(len(cores))], cores)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return {"events": result["events"], "wallSeconds": result["seconds"], "cpuSeconds": result["cpuSeconds"],
            "peakRSSBytes": result["peakRSSBytes"]}


def median(runs, value):
    return statistics.median(map(value, runs))


def measure(arguments, file, one_core, two_cores):
    with open(file, "rb") as data:  # into the cache, so that the first run is not the one that reads the disk
        while data.read(1 << 20):
            pass
    runs = {"auditstore": [], "clickhouse": [], "auditstoreOneCore": [], "auditstoreTwoCores": []}
    for _ in range(arguments.repeat):
        runs["auditstore"].append(run_auditstore(arguments.auditstore, file, one_core))
        runs["clickhouse"].append(run_clickhouse(arguments.python, file, one_core))
    # Apart from ClickHouse, whose 700 MB leave cold memory to whichever run comes next.
    for _ in range(arguments.repeat):
        runs["auditstoreOneCore"].append(run_auditstore(arguments.auditstore, file, one_core))
        runs["auditstoreTwoCores"].append(run_auditstore(arguments.auditstore, file, two_cores))
    counts = {run["events"] for engine in runs.values() for run in engine}
    if len(counts) != 1:
        sys.exit(f"{file}: the engines loaded different numbers of events: {sorted(counts)}")

    rate = {engine: median(runs[engine], lambda run: run["events"] / run["cpuSeconds"]) for engine in runs}
    load_rate = median(runs["auditstore"], lambda run: run["events"] / run["loadCPUSeconds"])
    wall = {engine: median(runs[engine], lambda run: run["wallSeconds"]) for engine in runs}
    load = {engine: median(runs[engine], lambda run: run["loadSeconds"])
            for engine in ("auditstoreOneCore", "auditstoreTwoCores")}
    return {
        "file": os.path.basename(file),
        "events": counts.pop(),
        "eventsPerCPUSecond": {engine: round(value) for engine, value in rate.items()},
        "loadEventsPerCPUSecond": round(load_rate),
        "ratio": round(load_rate / rate["clickhouse"], 2),
        "processRatio": round(rate["auditstore"] / rate["clickhouse"], 2),
        "twoCoreSpeedUp": round(load["auditstoreOneCore"] / load["auditstoreTwoCores"], 2),
        "twoCoreProcessSpeedUp": round(wall["auditstoreOneCore"] / wall["auditstoreTwoCores"], 2),
        "peakRSSBytes": {engine: max(run["peakRSSBytes"] for run in runs[engine]) for engine in runs},
        "runs": runs,
    }


def print_table(results):
    titles = ["file", "events", "load ev/CPU s", "process", "ClickHouse ev/CPU s", "ratio", "process", "2 cores : 1, load", "process",
              "auditstore peak MB", "on 2 cores", "ClickHouse peak MB"]
    rows = [titles]
    for result in results:
        rate, peak = result["eventsPerCPUSecond"], result["peakRSSBytes"]
        rows.append([result["file"], f"{result['events']:,}", f"{result['loadEventsPerCPUSecond']:,}",
                     f"{rate['auditstore']:,}", f"{rate['clickhouse']:,}", f"{result['ratio']:.2f}",
                     f"{result['processRatio']:.2f}", f"{result['twoCoreSpeedUp']:.2f}", f"{result['twoCoreProcessSpeedUp']:.2f}",
                     *(f"{peak[engine] / 1e6:.0f}" for engine in ("auditstore", "auditstoreTwoCores", "clickhouse"))])
    widths = [max(map(len, cells)) for cells in zip(*rows)]
    for row in rows:
        first, *rest = (cell.rjust(width) for cell, width in zip(row, widths))
        print("  ".join([first.strip().ljust(widths[0]), *rest]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--auditstore", required=True, metavar="PATH", help="the program")
    parser.add_argument("--python", default=sys.executable, metavar="PATH", help="a Python that has chdb")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="write the results there, with every run")
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()

    cores = sorted(os.sched_getaffinity(0))[:2]
    if len(cores) < 2:
        sys.exit("two cores are needed")
    results = [measure(arguments, file, {cores[0]}, set(cores)) for file in arguments.files]
    print_table(results)
    if arguments.json:
        with open(arguments.json, "w") as output:
            json.dump(results, output, indent=2)
            output.write("\n")


if __name__ == "__main__":
    main()
