#!/usr/bin/env python3
"""Loads one NDJSON audit log into ClickHouse (chDB) and reports, as one JSON document, what that took.

    ingest_clickhouse.py [--threads N] [--directory DIR] FILE.ndjson[.zst]

The table is one an expert would make: the envelope of an audit event as typed columns, the event's text beside
them, ZSTD(3), MergeTree ordered by time. Of the ways tried this loads fastest: read lines (LineAsString), and let
one JSONExtract take the whole envelope of a line into a tuple, so that each event is parsed once. On real logs,
in CPU time: JSONAsString is up to 15 % slower (it finds the ends of the objects by itself), a JSONExtractString
for each column 3 times (it parses the event 25 times over), a cast to the JSON type with typed paths 2.5 to 4 times.
JSONEachRow cannot keep the text of the event, so it does not qualify.

Whether the tuple has LowCardinality members or the columns are converted later makes no measurable difference;
neither do smaller blocks, mmap or optimize_on_insert=0.
"""
import argparse
import json
import os
import resource
import sys
import tempfile
import time

WORD = "LowCardinality(String)"
TEXT = "String"
TIME = "DateTime64(6,'UTC')"

# The path in the event and its type; the column is named by the path.
COLUMNS = [
    ("stageTimestamp", TIME),
    ("requestReceivedTimestamp", TIME),
    ("auditID", TEXT),
    ("stage", WORD),
    ("level", WORD),
    ("verb", WORD),
    ("requestURI", TEXT),
    ("userAgent", WORD),
    ("user.username", WORD),
    ("user.uid", WORD),
    ("user.groups", f"Array({WORD})"),
    ("impersonatedUser.username", WORD),
    ("sourceIPs", f"Array({WORD})"),
    ("objectRef.apiGroup", WORD),
    ("objectRef.apiVersion", WORD),
    ("objectRef.resource", WORD),
    ("objectRef.subresource", WORD),
    ("objectRef.namespace", WORD),
    ("objectRef.name", TEXT),
    ("objectRef.uid", TEXT),
    ("objectRef.resourceVersion", TEXT),
    ("responseStatus.code", "UInt16"),
    ("responseStatus.status", WORD),
    ("responseStatus.reason", WORD),
    ("responseStatus.message", TEXT),
    ("annotations.authorization.k8s.io/decision", WORD),
    ("annotations.authorization.k8s.io/reason", WORD),
]


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def members(path):
    """The steps of a path; annotation keys hold dots themselves, so only the first dot parts anything."""
    return path.split(".", 1)


def envelope_type():
    """The type of the tuple that JSONExtract fills: the columns, nested as they are in the event."""
    fields, nested = [], {}
    for path, kind in COLUMNS:
        first, *rest = members(path)
        if rest:
            nested.setdefault(first, []).append(f"`{rest[0]}` {kind}")
        else:
            fields.append(f"{first} {kind}")
    fields += [f"{name} Tuple({', '.join(parts)})" for name, parts in nested.items()]
    return f"Tuple({', '.join(fields)})"


def create_statement():
    # Times follow each other closely, so their differences are stored; for all else ZSTD alone is the usual choice.
    columns = [f"`{path}` {kind}" + (" CODEC(Delta, ZSTD(3))" if kind == TIME else "") for path, kind in COLUMNS]
    columns += [f"remoteIP {WORD}", "raw String"]
    return (f"CREATE TABLE audit.events ({', '.join(columns)}) ENGINE = MergeTree ORDER BY stageTimestamp "
            "SETTINGS default_compression_codec = 'ZSTD(3)'")


def insert_statement(path, threads):
    values = ["event." + ".".join(f"`{step}`" for step in members(column)) for column, _ in COLUMNS]
    values += ["event.sourceIPs[-1]", "line"]
    settings = {
        "max_threads": threads,
        "max_insert_threads": threads,
        "max_parsing_threads": threads,
        "input_format_parallel_parsing": int(threads > 1),
        # Without it, a DateTime64 is not read from text that ends in Z.
        "date_time_input_format": "'best_effort'",
    }
    return (f"INSERT INTO audit.events SELECT {', '.join(values)} FROM ("
            f"SELECT line, JSONExtract(line, {quoted(envelope_type())}) AS event "
            f"FROM file({quoted(path)}, 'LineAsString', 'line String')) "
            "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items()))


def cpu_seconds():
    usages = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--directory", help="where to make the database (default: a temporary directory)")
    parser.add_argument("file")
    arguments = parser.parse_args()

    from chdb import session  # here, so that --help works without it

    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        database = session.Session(os.path.join(directory, "clickhouse"))
        database.query("CREATE DATABASE audit")
        database.query(create_statement())

        # Loading the library and making the table are left out: a server would have done so long ago.
        cpu, wall = cpu_seconds(), time.monotonic()
        database.query(insert_statement(os.path.abspath(arguments.file), arguments.threads))
        wall, cpu = time.monotonic() - wall, cpu_seconds() - cpu

        def number(query):
            return int(str(database.query(query, "CSV")))

        events = number("SELECT count() FROM audit.events")
        # To show that the text is all there: with the line ends it is as long as the (plain) file.
        raw_bytes = number("SELECT sum(length(raw) + 1) FROM audit.events")
        stored = number("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'audit'")
        database.close()

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({
        "events": events,
        "seconds": round(wall, 3),
        "cpuSeconds": round(cpu, 3),
        "eventsPerCPUSecond": round(events / cpu),
        "peakRSSBytes": peak if sys.platform == "darwin" else peak * 1024,
        "storedBytes": stored,
        "rawBytes": raw_bytes,
    }, sys.stdout)
    print()


if __name__ == "__main__":
    main()
