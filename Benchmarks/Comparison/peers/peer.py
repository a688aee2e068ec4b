"""What every peer shares: how it is started, how its work is measured, and how questions and answers look.

    PEER.py load FILE DIRECTORY --threads N     loads a log, and prints what that took, as a JSON object
    PEER.py ask DIRECTORY                       answers the questions on standard input, a JSON object a line each

Questions and answers have the form of `ask-suite` (Sources/AskSuite/Question.swift), so that the driver treats all engines
alike. Times in rows are microseconds since 1970, durations microseconds. The process says `ready` once it has loaded its
library; what a question of a new process takes begins there.
"""
import argparse
import json
import os
import resource
import sys
import time

SECRETS = "/namespaces/[a-z]+-prod/(secrets|configmaps)/[a-z]+-(api|web)"
RARE = "xmr-miners/xmrig"


def cpu_seconds():
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Timer:
    """What passes between the beginning and the end of a `with`."""

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), cpu_seconds()
        self.stored_bytes = self.events = None
        return self

    def __exit__(self, *_):
        self.wall, self.cpu = time.perf_counter() - self.wall, cpu_seconds() - self.cpu
        self.peak = peak_bytes()


def peak_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def microseconds(text):
    """Of an RFC 3339 time in UTC with six digits."""
    import calendar
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1_000_000 + int(text[20:26])


def run(name, version, load, open_store):
    """
    - load(file, directory, threads): loads, and returns when the data is as small as it gets; gives the Timer of what is ingest,
      without what makes it smaller afterwards.
    - open_store(directory): gives a function (query, question) -> rows.
    """
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    loading = commands.add_parser("load")
    loading.add_argument("file")
    loading.add_argument("directory")
    loading.add_argument("--threads", type=int, default=1)
    asking = commands.add_parser("ask")
    asking.add_argument("directory")
    arguments = parser.parse_args()
    # Some have a file for each column open at once.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if arguments.command == "load":
        os.makedirs(arguments.directory, exist_ok=True)
        with Timer() as whole:
            taken = load(os.path.abspath(arguments.file), arguments.directory, arguments.threads)
        json.dump({"engine": name, "version": version, "seconds": taken.wall, "cpuSeconds": taken.cpu,
                   "wholeSeconds": whole.wall, "wholeCPUSeconds": whole.cpu, "peakRSSBytes": taken.peak,
                   "storedBytes": taken.stored_bytes, "events": taken.events}, sys.stdout)
        print()
        return
    print("ready", flush=True)
    ask = None
    for line in sys.stdin:
        question = json.loads(line)
        with Timer() as taken:
            if ask is None or question["isFresh"]:
                ask = open_store(arguments.directory, question["threads"])
            rows = ask(question["query"], question)
        print(json.dumps({"seconds": taken.wall, "cpuSeconds": taken.cpu, "rows": [list(row) for row in rows]}), flush=True)
