#!/usr/bin/env python3
"""Makes a page with tables and charts of what compare.py measured.

    report.py RESULTS.json --page Docs/Benchmarks.md [--charts Docs/Benchmarks]
"""
import argparse
import json
import math
import os
from xml.sax.saxutils import escape

COLOURS = {"AuditStore": "#d9480f", "DuckDB": "#868e96", "ClickHouse": "#1971c2", "ClickHouse JSON": "#74c0fc",
           "Polars on Parquet": "#2f9e44", "SQLite": "#9c36b5"}
FONT = 'font-family="Helvetica, Arial, sans-serif"'
WHAT = {
    "Q1": "forbidden requests per hour", "Q2": "who is refused from where, top 20", "Q3": "service accounts from outside",
    "Q4": "newest 100 changes of deployments, whole", "Q5": "userAgent × remoteIP × code, top 100", "Q6": "distinct users, addresses per day",
    "Q7": "latency quantiles by verb, resource", "Q8": "the event with this auditID", "Q9": "curl users, secrets by path (regex)",
    "Q10": "a rare text anywhere", "Q11": "addresses first seen in the last day", "Q12": "count, sum, mean of latency by code",
}


def milliseconds(seconds):
    value = seconds * 1e3
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def down(value, digits=2):
    """A ratio with its digits cut, so that none is rounded up."""
    scale = 10 ** digits
    return f"{math.floor(value * scale) / scale:.{digits}f}"


def up(value, digits=2):
    scale = 10 ** digits
    return f"{math.ceil(value * scale) / scale:.{digits}f}"


def table(rows):
    head, *body = rows
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in body:
        yield "| " + " | ".join(row) + " |"


class Log:
    def __init__(self, result):
        self.result = result
        self.name = result["log"]
        self.events, self.bytes = result["events"], result["bytes"]
        self.ours, *self.peers = result["engines"]
        self.asked = [engine for engine in self.peers if engine["warm"]]

    def rate(self, engine, cores):
        return self.events / engine["load"][cores]["cpuSeconds"]

    def best_rate(self, cores):
        return max((self.rate(peer, cores), peer["engine"]) for peer in self.peers)

    def smallest(self):
        return min((peer["storedBytes"], peer["engine"]) for peer in self.peers)

    def best_time(self, kind, query, cores):
        return min((peer[kind][query][cores]["seconds"], peer["engine"]) for peer in self.asked)

    def gain(self, kind, query, cores):
        return self.best_time(kind, query, cores)[0] / self.ours[kind][query][cores]["seconds"]

    def gains(self, kind, cores):
        return {query: self.gain(kind, query, cores) for query in self.ours[kind]}


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


# MARK: charts

def bars(title, groups, unit, path, is_logarithmic=False):
    """Groups of (name, value) as horizontal bars, each group with a title."""
    height = 60 + sum(26 + 22 * len(items) for _, items in groups)
    most = max(value for _, items in groups for _, value in items)
    least = min(value for _, items in groups for _, value in items)
    left, width = 170, 520

    def extent(value):
        if not is_logarithmic:
            return value / most * width
        low = math.floor(math.log10(least))
        return max(2, (math.log10(value) - low) / (math.log10(most) - low) * width)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 {height}" width="820" height="{height}">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="16" y="28" {FONT} font-size="17" font-weight="bold" fill="#212529">{escape(title)}</text>']
    y = 52
    for group, items in groups:
        out.append(f'<text x="16" y="{y + 12}" {FONT} font-size="13" font-weight="bold" fill="#495057">{escape(group)}</text>')
        y += 22
        for name, value in items:
            label = f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
            out += [f'<text x="{left - 8}" y="{y + 13}" {FONT} font-size="12" text-anchor="end" fill="#212529">{escape(name)}</text>',
                    f'<rect x="{left}" y="{y + 2}" width="{extent(value):.1f}" height="15" rx="2" fill="{COLOURS.get(name, "#adb5bd")}"/>',
                    f'<text x="{left + extent(value) + 6:.1f}" y="{y + 14}" {FONT} font-size="12" fill="#495057">{label} {unit}</text>']
            y += 22
        y += 4
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def dots(title, log, kind, cores, path):
    """Every engine's time for each question, on a logarithmic scale."""
    engines = [log.ours, *log.asked]
    times = {engine["engine"]: {query: engine[kind][query][cores]["seconds"] * 1e3 for query in engine[kind]} for engine in engines}
    values = [value for row in times.values() for value in row.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    left, width, height = 290, 560, 96 + 26 * len(WHAT)
    x = lambda value: left + (math.log10(value) - low) / (high - low) * width
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" width="900" height="{height}">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="16" y="28" {FONT} font-size="17" font-weight="bold" fill="#212529">{escape(title)}</text>']
    at = 16
    for engine in times:
        out += [f'<circle cx="{at + 6}" cy="48" r="5" fill="{COLOURS[engine]}"/>',
                f'<text x="{at + 16}" y="52" {FONT} font-size="12" fill="#212529">{escape(engine)}</text>']
        at += 30 + 8 * len(engine)
    bottom = 66 + 26 * len(WHAT)
    for power in range(low, high + 1):
        out += [f'<line x1="{x(10 ** power):.1f}" y1="62" x2="{x(10 ** power):.1f}" y2="{bottom}" stroke="#e9ecef"/>',
                f'<text x="{x(10 ** power):.1f}" y="{bottom + 16}" {FONT} font-size="11" text-anchor="middle" fill="#868e96">'
                f'{10.0 ** power:g} ms</text>']
    for row, (query, text) in enumerate(WHAT.items()):
        y = 78 + 26 * row
        out += [f'<text x="16" y="{y + 4}" {FONT} font-size="12" fill="#212529"><tspan font-weight="bold">{query}</tspan> {escape(text)}</text>',
                f'<line x1="{left}" y1="{y}" x2="{left + width}" y2="{y}" stroke="#f1f3f5"/>']
        for engine in reversed(times):
            radius = 6 if engine == log.ours["engine"] else 5
            out.append(f'<circle cx="{x(times[engine][query]):.1f}" cy="{y}" r="{radius}" fill="{COLOURS[engine]}" fill-opacity="0.9">'
                       f'<title>{escape(engine)}: {milliseconds(times[engine][query] / 1e3)} ms</title></circle>')
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


# MARK: the page

def verdict(reached):
    return "yes" if reached else "**no**"


def targets(logs):
    rows = [["target", *(log.name for log in logs)]]

    def row(name, cells):
        rows.append([name, *cells])

    def size(log):
        bytes_, engine = log.smallest()
        ratio = log.ours["storedBytes"] / bytes_
        return f"{verdict(ratio <= 0.65)}: {up(ratio)} of {engine}"

    def text(log):
        if not log.result["zstd19"]:
            return "not run"
        ratio, limit = log.ours["storedBytes"] / log.result["zstd19"], 0.6 if "metadata" in log.name else 0.75
        return f"{verdict(ratio <= limit)}: {up(ratio)} (aim {limit})"

    def ingest(log, cores):
        best, engine = log.best_rate(cores)
        ratio = log.rate(log.ours, cores) / best
        return f"{verdict(ratio >= 5)}: {down(ratio)} × {engine}"

    def faster(log, kind, cores):
        slow = [query for query, gain in log.gains(kind, cores).items() if gain < 1]
        return verdict(not slow) + (": slower in " + ", ".join(slow) if slow else ": all 12")

    def mean(log, kind, cores):
        value = geometric_mean(list(log.gains(kind, cores).values()))
        return f"{verdict(value >= 8)}: {down(value)}"

    row("stored size ≤ 0.65 of the smallest peer", [size(log) for log in logs])
    row("≤ 0.6 (bodies: 0.75) of `zstd -19 --long=27`", [text(log) for log in logs])
    for cores in ("1", "2"):
        row(f"ingest ≥ 5 × the best peer, events a CPU second, {cores} core{'s' if cores == '2' else ''}",
            [ingest(log, cores) for log in logs])
    row("peak memory of ingest ≤ 300 MB", [
        f"{verdict(peak <= 300e6)}: {up(peak / 1e6, 0)} MB" for log in logs
        for peak in [max(load["peakRSSBytes"] for load in log.ours["load"].values())]])
    for kind, words in (("warm", "warm"), ("first", "first in a new process, nothing cached")):
        for cores in ("1", "2"):
            row(f"faster than every peer, {words}, {cores} core{'s' if cores == '2' else ''}",
                [faster(log, kind, cores) for log in logs])
            row(f"geometric mean of the best peer's time over ours ≥ 8, {words}, {cores} core{'s' if cores == '2' else ''}",
                [mean(log, kind, cores) for log in logs])
    return rows


def page(document, charts):
    logs = [Log(result) for result in document["logs"]]
    machine = document["machine"]
    yield "# Benchmarks"
    yield ""
    yield ("Made by `make benchmark`: AuditStore beside its peers in one run, each set up as its experts would (`Benchmarks/Comparison/peers`), each "
           "keeping the full event. All answers were checked to be equal. ClickHouse JSON keeps events, but not as they came; it is there for its size.")
    yield ""
    yield (f"Machine: {machine['processor']}, {machine['cores']} cores, {machine['memoryBytes'] / 2**30:.0f} GiB, {machine['system']}; "
           f"{document['date']}. Times suffer where other programs share the machine; peers and AuditStore suffer alike.")
    versions = {engine["engine"]: engine["version"] for log in logs for engine in log.result["engines"]}
    yield ""
    yield "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + "."
    yield ""
    yield "## Targets"
    yield ""
    yield from table(targets(logs))
    yield ""
    yield "Ratios are cut, not rounded, to the side that is worse for AuditStore."
    yield ""
    yield "## Size"
    yield ""
    yield f"![Stored bytes an event]({charts}/size.svg)"
    yield ""
    engines = list(dict.fromkeys(engine["engine"] for log in logs for engine in log.result["engines"]))
    stored = lambda log: {engine["engine"]: f"{engine['storedBytes'] / log.events:.1f}" for engine in log.result["engines"]}
    yield from table([["bytes an event", "raw", *engines, "`zstd -19 --long=27`"]] + [
        [f"{log.name}, {log.events:,} events", f"{log.bytes / log.events:,.0f}",
         *(stored(log).get(engine, "–") for engine in engines),
         f"{log.result['zstd19'] / log.events:.1f}" if log.result["zstd19"] else "–"] for log in logs])
    yield ""
    yield "After each engine's compaction; AuditStore gives every byte back as it came."
    for log in logs:
        for failure in log.result.get("failures", []):
            yield f"\n`{failure}` could not load {log.name}."
    yield ""
    yield "## Ingest"
    yield ""
    yield f"![Events a CPU second]({charts}/ingest.svg)"
    yield ""
    for log in logs:
        yield f"{log.name}:"
        yield ""
        rows = [["", "events a CPU second, one core", "two", "seconds, one core", "two", "peak MB, one core", "two"]]
        for engine in log.result["engines"]:
            loads = [engine["load"][cores] for cores in ("1", "2")]
            rows.append([engine["engine"], *(f"{log.events / load['cpuSeconds']:,.0f}" for load in loads),
                         *(f"{load['seconds']:.2f}" for load in loads), *(f"{load['peakRSSBytes'] / 1e6:,.0f}" for load in loads)])
        yield from table(rows)
        yield ""
    yield "Of AuditStore the whole process, with every sync; of the peers the loading alone, without starting and without merging parts."
    yield ""
    yield "## Questions"
    for log in logs:
        yield ""
        yield f"### {log.name}"
        yield ""
        yield f"![Warm, one core]({charts}/{log.name}-warm.svg)"
        yield ""
        yield f"![First of a new process, one core]({charts}/{log.name}-first.svg)"
        for kind, words in (("warm", "Warm"), ("first", "First of a new process, files not in the cache")):
            yield ""
            yield f"{words}; milliseconds, one core / two:"
            yield ""
            rows = [["", "rows", log.ours["engine"], *(peer["engine"] for peer in log.asked), "best peer : AuditStore"]]
            for query, text in WHAT.items():
                rows.append([f"{query} {text}", f"{log.result['rows'][query]:,}", *(
                    " / ".join(milliseconds(engine[kind][query][cores]["seconds"]) for cores in ("1", "2"))
                    for engine in [log.ours, *log.asked]),
                    " / ".join(down(log.gain(kind, query, cores), 1) for cores in ("1", "2"))])
            yield from table(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results")
    parser.add_argument("--page", required=True, metavar="FILE")
    parser.add_argument("--charts", metavar="DIR", help="default: the page's name without its suffix")
    arguments = parser.parse_args()
    with open(arguments.results) as file:
        document = json.load(file)
    charts = arguments.charts or os.path.splitext(arguments.page)[0]
    os.makedirs(charts, exist_ok=True)
    logs = [Log(result) for result in document["logs"]]
    bars("Stored bytes an event, the whole event kept (less is better)",
         [(log.name, [(engine["engine"], engine["storedBytes"] / log.events) for engine in log.result["engines"]]) for log in logs],
         "B", os.path.join(charts, "size.svg"))
    bars("Events loaded in a second of one core (more is better)",
         [(log.name, [(engine["engine"], log.rate(engine, "1")) for engine in log.result["engines"]]) for log in logs],
         "", os.path.join(charts, "ingest.svg"))
    for log in logs:
        for kind, words in (("warm", "warm"), ("first", "first of a new process")):
            dots(f"{log.name}: {words}, one core (left is better)", log, kind, "1", os.path.join(charts, f"{log.name}-{kind}.svg"))
    with open(arguments.page, "w") as file:
        for line in page(document, os.path.basename(charts)):
            file.write(line + "\n")


if __name__ == "__main__":
    main()
