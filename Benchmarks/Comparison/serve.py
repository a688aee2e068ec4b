#!/usr/bin/env python3
"""Events per CPU second through the webhook, beside `ingest` and `append` of the same events.

    serve.py --auditstore .build/release/auditstore --batch 400 metadata.ndjson
    serve.py --auditstore .build/release/auditstore --as-they-are eventlists.ndjson

The bodies are made before the clock runs; the CPU time is that of the server alone, until it is stopped and all is sealed. Each
event is sent once, over HTTPS, by so many connections.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Tests", "Conformance"))
from serving import INGEST, Server, event_list, workplace  # noqa: E402


def bodies_of(path, batch, as_they_are):
    with open(path, "rb") as file:
        lines = [line.rstrip(b"\n") for line in file]
    if as_they_are:
        return lines
    return [event_list(lines[start:start + batch]) for start in range(0, len(lines), batch)]


def child_cpu(command, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - begin, done.stdout


def webhook(tool, directory, bodies, connections, options, tls):
    server = Server(tool, directory, *options, tls=tls, tokens=tls)
    server.start()
    while server.ask("GET", "/readyz", token=None)[0] != 200:
        pass
    queue = list(enumerate(bodies))
    lock = threading.Lock()
    totals = {"events": 0, "bytes": 0, "slowest": 0.0}

    def send():
        connection = server.connect()
        while True:
            with lock:
                if not queue:
                    return
                _, body = queue.pop()
            begin = time.monotonic()
            status, _, answer = server.ask(
                "POST", "/v1/clusters/c1/events", body, INGEST["c1"], {"Content-Type": "application/json"}, connection)
            if status != 200:
                raise RuntimeError(answer)
            with lock:
                totals["events"] += json.loads(answer)["events"]
                totals["bytes"] += len(body)
                totals["slowest"] = max(totals["slowest"], time.monotonic() - begin)

    threads = [threading.Thread(target=send) for _ in range(connections)]
    begin = time.monotonic()
    before = server.cpu()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begin
    acknowledged = server.cpu() - before
    memory = server.memory()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    server.stop(120)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime - before
    return totals, seconds, acknowledged, cpu, memory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--auditstore", default=".build/release/auditstore")
    parser.add_argument("--batch", type=int, default=400)
    parser.add_argument("--as-they-are", action="store_true", help="each line is a body")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--plain", action="store_true", help="HTTP, and no tokens")
    parser.add_argument("--compaction", action="store_true", help="beside it; then it costs time of the same processors")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    directory = workplace("auditstore-throughput-")
    bodies = bodies_of(arguments.log, arguments.batch, arguments.as_they_are)
    totals, seconds, acknowledged, cpu, memory = webhook(
        tool, directory, bodies, arguments.connections, [] if arguments.compaction else ["--no-compaction"],
        not arguments.plain)
    events = totals["events"]
    print(
        f"webhook: {events} events, {totals['bytes'] / 1e6:.0f} MB in {len(bodies)} bodies over {arguments.connections} connections: "
        f"{seconds:.2f} s, {acknowledged:.2f} CPU s until the last acknowledgement ({events / acknowledged:,.0f} events per CPU s), "
        f"{cpu:.2f} with the stop ({events / cpu:,.0f}); slowest batch {totals['slowest']:.2f} s; peak memory {memory:.0f} MB")
    lines = os.path.join(directory, "events.ndjson")
    with open(lines, "wb") as file:
        subprocess.run([tool, "events", "--store", os.path.join(directory, "store")], check=True, stdout=file)
    cpu, seconds, answer = child_cpu(
        [tool, "ingest", "--quiet", "--store", os.path.join(directory, "ingested"), "--format", "json", lines])
    print(f"ingest:  {json.loads(answer)['events']} events: {seconds:.2f} s, {cpu:.2f} CPU s ({events / cpu:,.0f} events per CPU s)")
    with open(lines, "rb") as file:
        cpu, seconds, _ = child_cpu(
            [tool, "append", "--quiet", "--no-compaction", "--store", os.path.join(directory, "appended")], stdin=file)
    print(f"append:  {seconds:.2f} s, {cpu:.2f} CPU s ({events / cpu:,.0f} events per CPU s)")
    shutil.rmtree(directory)


if __name__ == "__main__":
    main()
