#!/usr/bin/env python3
"""Makes a page with a chart of what measure.py measured.

    page.py RESULTS.json --page Docs/ThirteenMonths.md --chart Docs/Benchmarks/thirteen-months.svg
"""
import argparse
import json
import math
import os
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Comparison"))
from report import FONT, WHAT, milliseconds, table, up  # noqa: E402

# What a gigabyte of ordinary block storage costs a month, in dollars: the list price of AWS gp3 in us-east-1.
DOLLARS_A_GIGABYTE = 0.08
COLOURS = ["#d9480f", "#1971c2", "#2f9e44", "#9c36b5", "#868e96"]


def lines(title, runs, values, path):
    """Times in milliseconds over numbers of events, both logarithmic."""
    every = [value for series in values.values() for value in series]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    first, last = math.log10(runs[0]["events"]), math.log10(runs[-1]["events"])
    left, top, width, height = 90, 60, 560, 320
    x = lambda events: left + (math.log10(events) - first) / max(last - first, 1e-9) * width
    y = lambda value: top + height - (math.log10(value) - low) / (high - low) * height
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 440" width="900" height="440">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="16" y="28" {FONT} font-size="17" font-weight="bold" fill="#212529">{escape(title)}</text>']
    for power in range(low, high + 1):
        out += [f'<line x1="{left}" y1="{y(10 ** power):.1f}" x2="{left + width}" y2="{y(10 ** power):.1f}" stroke="#e9ecef"/>',
                f'<text x="{left - 8}" y="{y(10 ** power) + 4:.1f}" {FONT} font-size="11" text-anchor="end" fill="#868e96">{10.0 ** power:g} ms</text>']
    for run in runs:
        out.append(f'<text x="{x(run["events"]):.1f}" y="{top + height + 20}" {FONT} font-size="11" text-anchor="middle" '
                   f'fill="#868e96">{run["events"]:,} events</text>')
    for (name, series), colour in zip(values.items(), COLOURS):
        points = " ".join(f'{x(run["events"]):.1f},{y(value):.1f}' for run, value in zip(runs, series))
        out += [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
                *(f'<circle cx="{x(run["events"]):.1f}" cy="{y(value):.1f}" r="4" fill="{colour}"/>' for run, value in zip(runs, series)),
                f'<text x="{left + width + 12}" y="{y(series[-1]) + 4:.1f}" {FONT} font-size="12" fill="{colour}">{escape(name)}</text>']
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def page(document, chart):
    runs, machine = document["runs"], document["machine"]
    largest = runs[-1]
    stored = largest["storedBytes"] / 1e9
    yield "# Thirteen months"
    yield ""
    yield (f"Made by `make thirteen-months`: 396 days of a synthetic cluster of 200 nodes ([Generator.md](Generator.md), seed 1, level mixed), streamed "
           f"from the generator into a store; nothing raw ever lay on the disk. {machine['processor']}, {machine['cores']} cores, "
           f"{machine['memoryBytes'] / 2**30:.0f} GiB, {document['date']}.")
    yield ""
    yield (f"**{largest['events']:,} events of {largest['load']['rawBytes'] / 1e9:,.1f} GB are {stored:,.2f} GB on disk.** At ${DOLLARS_A_GIGABYTE:.2f} a gigabyte and month (AWS gp3, us-east-1) "
           f"that is **${math.ceil(stored * DOLLARS_A_GIGABYTE * 100) / 100:.2f} a month**, and every combination of userAgent × remoteIP × node × code is a question "
           "away: the custom metrics for it, 1.8 million series, are about $68,000 a month at a vendor.")
    yield ""
    yield f"![Time over number of events](Benchmarks/{os.path.basename(chart)})"
    yield ""
    head = [f"{run['events']:,} events" for run in runs]
    row = lambda name, value: [name, *(value(run) for run in runs)]
    yield from table([
        ["", *head],
        row("raw", lambda run: f"{run['load']['rawBytes'] / 1e9:,.2f} GB"),
        row("stored, as loaded", lambda run: f"{run['youngBytes'] / 1e9:,.3f} GB"),
        row("stored, compacted", lambda run: f"{run['storedBytes'] / 1e9:,.3f} GB, {up(run['storedBytes'] / run['events'], 1)} B an event"),
        row("loading, wall / CPU", lambda run: f"{run['load']['seconds']:,.1f} / {run['load']['cpuSeconds']:,.1f} s"),
        row("events a CPU second", lambda run: f"{run['events'] / run['load']['cpuSeconds']:,.0f}"),
        row("peak memory of loading", lambda run: f"{up(run['load']['peakRSSBytes'] / 1e6, 0)} MB"),
        row("compaction, wall / CPU", lambda run: f"{run['compact']['seconds']:,.1f} / {run['compact']['cpuSeconds']:,.1f} s"),
        row("peak memory of compaction", lambda run: f"{up(run['compact']['peakRSSBytes'] / 1e6, 0)} MB"),
        row("segments in partitions", lambda run: f"{run['open']['segments']:,} in {run['open']['partitions']:,}"),
        row("`stats`, a whole process", lambda run: f"{milliseconds(run['open']['seconds'])} ms, {up(run['open']['peakRSSBytes'] / 1e6, 0)} MB"),
        row("series of userAgent × remoteIP × node × code that occur", lambda run: f"{run['series']['series']:,}"),
        row("all of them, printed", lambda run: f"{milliseconds(run['series']['all']['seconds'])} ms, {up(run['series']['all']['peakRSSBytes'] / 1e6, 0)} MB"),
        row("the 20 largest", lambda run: f"{milliseconds(run['series']['top20']['seconds'])} ms"),
    ])
    yield ""
    yield "The query suite on two cores, milliseconds: warm (median of three) / first of a new process with nothing in the cache:"
    yield ""
    yield from table([["", *head]] + [
        [f"{query} {text}", *(f"{milliseconds(run['suite']['warm'][query]['seconds'])} / {milliseconds(run['suite']['first'][query]['seconds'])}"
                              for run in runs)] for query, text in WHAT.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results")
    parser.add_argument("--page", required=True, metavar="FILE")
    parser.add_argument("--chart", required=True, metavar="FILE")
    arguments = parser.parse_args()
    with open(arguments.results) as file:
        document = json.load(file)
    runs = document["runs"]
    warm = lambda query: [run["suite"]["warm"][query]["seconds"] * 1e3 for run in runs]
    lines("Time over number of events, two cores", runs, {
        "the 20 largest series": [run["series"]["top20"]["seconds"] * 1e3 for run in runs],
        "Q7 latency quantiles": warm("Q7"), "Q1 refused per hour": warm("Q1"), "Q8 one event by auditID": warm("Q8"),
        "opening (stats)": [run["open"]["seconds"] * 1e3 for run in runs]}, arguments.chart)
    with open(arguments.page, "w") as file:
        file.write("\n".join(page(document, arguments.chart)) + "\n")


if __name__ == "__main__":
    main()
