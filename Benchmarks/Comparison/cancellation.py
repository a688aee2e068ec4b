#!/usr/bin/env python3
"""How long a question goes on after it was cancelled.

    cancellation.py --ask-suite PATH [--times 40] [--seed 1] STORE

Asks questions that take long, cancels each at random moments of its run, and prints the longest and the median time from the
cancellation to its end, in milliseconds. A question that was done before is not counted. The processor time of all threads from the
cancellation on suffers less where other programs share the machine; it has what is freed behind the caller's back, too.
"""
import argparse
import json
import random
import statistics
import subprocess
import time

QUESTIONS = ["Q5", "Q7", "Q9", "Q10", "by auditID", "all by auditID", "stream by auditID", "by requestURI", "distinct",
             "rare", "first seen", "regular expression", "events"]
EVENT = {"namespace": "default", "since": "1970-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "auditID": "",
         "lastDay": "1970-01-01T00:00:00Z"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ask-suite", required=True)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("store")
    options = parser.parse_args()
    choose = random.Random(options.seed)
    process = subprocess.Popen([options.ask_suite, options.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    process.stdout.readline()  # it is ready

    def ask(query, threads, cancel_after=None):
        question = {"query": query, "threads": threads, "isFresh": True, "cancelAfter": cancel_after, **EVENT}
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    print(f"{'question':20} {'whole':>8} {'cancelled':>9} {'median':>7} {'longest':>8} "
          f"{'CPU median':>11} {'longest':>8}   milliseconds")
    for query in QUESTIONS:
        for threads in (1, 2):
            start = time.monotonic()
            ask(query, threads)
            whole = (time.monotonic() - start) * 1000
            latencies, cpu = [], []
            for _ in range(options.times):
                answer = ask(query, threads, choose.uniform(0, whole))
                if answer.get("wasCancelled"):
                    latencies.append(answer["seconds"] * 1000)
                    cpu.append(answer["cpuSeconds"] * 1000)
            if latencies:
                print(f"{query:18} {threads} {whole:8.0f} {len(latencies):9} {statistics.median(latencies):7.1f} "
                      f"{max(latencies):8.1f} {statistics.median(cpu):11.1f} {max(cpu):8.1f}", flush=True)


main()
