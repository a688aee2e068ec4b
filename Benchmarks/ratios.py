#!/usr/bin/env python3
"""Compares micro benchmarks with what they took before, on whatever machine.

    ratios.py RESULTS.jmh.json --thresholds Benchmarks/thresholds.json [--tolerance 0.6] [--update]

A benchmark's figure is its shortest wall-clock time divided by that of `yardstick` in the same run: processors differ by a factor of three in
speed, and by much less in what they are good at. A figure above the recorded one by more than the tolerance is a failure, as is a benchmark
without a record. With --update the records become this run's figures.
"""
import argparse
import json
import sys

PREFIX = "package.benchmark.Micro."


def figures(path):
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    times = {}
    for result in results:
        if result["benchmark"].startswith(PREFIX):
            wall = next(value for name, value in result["secondaryMetrics"].items() if "wall clock" in name)
            times[result["benchmark"][len(PREFIX):].replace("_", " ")] = wall["scorePercentiles"]["0.0"]
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results")
    parser.add_argument("--thresholds", required=True)
    parser.add_argument("--tolerance", type=float, default=0.6)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    times = figures(arguments.results)
    yardstick = times.pop("yardstick")
    ratios = {name: round(time / yardstick, 4) for name, time in sorted(times.items())}
    if arguments.update:
        with open(arguments.thresholds, "w", encoding="utf-8") as file:
            json.dump(ratios, file, indent=2)
            file.write("\n")
        print(f"{len(ratios)} figures recorded")
        return
    with open(arguments.thresholds, encoding="utf-8") as file:
        recorded = json.load(file)
    failed = 0
    print(f"{'benchmark':60} {'µs':>10} {'of yardstick':>13} {'recorded':>9}")
    for name in sorted(recorded.keys() | ratios.keys()):
        now, before = ratios.get(name), recorded.get(name)
        is_wrong = now is None or before is None or now > before * (1 + arguments.tolerance)
        failed += is_wrong
        print(f"{name:60} {times.get(name, float('nan')):10.1f} {now if now is not None else 'missing':>13} "
              f"{before if before is not None else 'missing':>9}{'  FAIL' if is_wrong else ''}")
    print(f"{len(ratios) - failed} passed, {failed} failed (yardstick: {yardstick} µs)")
    sys.exit(0 if failed == 0 and ratios else 1)


if __name__ == "__main__":
    main()
