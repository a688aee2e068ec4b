#!/usr/bin/env python3
"""Many apiservers send batches over HTTPS while the server is killed and restarted: every acknowledged event is there, once.

    kill_during_serve.py --auditstore .build/release/auditstore --kills 50 --connections 64 --seed 1 metadata.ndjson

Each connection sends batches of events that nobody else sends: in any order, some of them again after they were acknowledged, some with an
item that is no event, some gzipped, some broken off half-way and sent again. A batch that is not answered by 200 is sent again. The
server dies by SIGKILL at random moments and is started again, on the same port. At the end it is stopped, and the store has
to hold each event once, byte for byte, with the cluster it was sent for, and each item that is no event once in the quarantine.
"""

import argparse
import collections
import http.client
import json
import os
import random
import shutil
import ssl
import subprocess
import sys
import threading
import time

from serving import INGEST, Checks, Server, event_list, lines_of, workplace


class Sender(threading.Thread):
    """One apiserver and its connection."""

    def __init__(self, server, number, lines, seed, stopping):
        super().__init__(daemon=True)
        self.server, self.number, self.lines = server, number, lines
        self.random = random.Random(f"{seed}-{number}")
        self.stopping = stopping
        self.cluster = ("c1", "c2")[number % 2]
        self.events, self.broken = [], []
        self.batches = self.retries = self.repeats = 0
        self.statuses = collections.Counter()
        self.connection = None
        self.error = None

    def batch(self):
        events = []
        for i in range(self.random.choice([1, 2, 20, 100, 400])):
            # Unique by its auditID; the rest is a real event.
            name = f"{self.number:04x}{self.batches:08x}{i:04x}".rjust(32, "0")
            line = self.random.choice(self.lines)
            at = line.index(b'"auditID":"') + 11
            events.append(line[:at] + name.encode() + line[at + 36:])
        self.batches += 1
        items = list(events)
        if self.random.random() < 0.2:
            broken = f'{{"broken":{self.number}-{self.batches},}}'.encode()
            items.insert(self.random.randrange(len(items) + 1), broken)
            self.broken.append(broken)
        self.events += events
        return items

    def post(self, items):
        """Whether the batch is acknowledged."""
        try:
            if self.connection is None:
                self.connection = self.server.connect(timeout=30)
            if self.random.random() < 0.05:
                self.break_off(items)
                return False
            status, answer = self.server.send(
                items, self.cluster, self.connection, compressed=self.random.random() < 0.3)
            self.statuses[status] += 1
            if status != 200:
                return False
            receipt = json.loads(answer)
            if receipt["events"] + receipt["duplicates"] != len(items):
                raise AssertionError(f"{receipt} for {len(items)} items")
            return True
        except (OSError, http.client.HTTPException, ssl.SSLError):
            if self.connection:
                self.connection.close()
            self.connection = None
            return False

    def break_off(self, items):
        """Sends the beginning of a batch, and hangs up."""
        body = event_list(items)
        self.connection.putrequest("POST", f"/v1/clusters/{self.cluster}/events?timeout=30s")
        self.connection.putheader("Authorization", f"Bearer {INGEST[self.cluster]}")
        self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders()
        self.connection.send(body[: self.random.randrange(len(body))])
        self.connection.close()
        self.connection = None

    def run(self):
        try:
            waiting, done = [], collections.deque(maxlen=8)
            while waiting or not self.stopping.is_set():
                # Some batches wait, and go in another order.
                while len(waiting) < 4 and not self.stopping.is_set():
                    waiting.append(self.batch())
                items = waiting.pop(self.random.randrange(len(waiting)))
                while not self.post(items):
                    self.retries += 1
                    time.sleep(self.random.uniform(0.005, 0.1))
                done.append(items)
                if self.random.random() < 0.1:
                    # As after an answer that was lost.
                    self.repeats += 1
                    again = self.random.choice(done)
                    while not self.post(again):
                        time.sleep(0.02)
        except Exception as error:  # noqa: BLE001: reported by the main thread
            self.error = error


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--auditstore", default=".build/release/auditstore")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    check = Checks()
    chance = random.Random(arguments.seed)
    directory = workplace("auditstore-serve-")
    lines = [line for line in lines_of(arguments.log, 20000) if b'"auditID":"' in line and len(line) < 20000]
    server = Server(os.path.abspath(arguments.auditstore), directory, "--seal-bytes", "4000000")
    server.start()
    stopping = threading.Event()
    senders = [Sender(server, i, lines, arguments.seed, stopping) for i in range(arguments.connections)]
    begin = time.monotonic()
    for sender in senders:
        sender.start()
    restarts = []
    for _ in range(arguments.kills):
        time.sleep(chance.uniform(0.1, 1.2))
        server.kill()
        restarts.append(server.start())
    time.sleep(0.5)
    stopping.set()
    for sender in senders:
        sender.join(120)
        check(f"sender {sender.number} ends", not sender.is_alive() and sender.error is None, repr(sender.error))
    seconds = time.monotonic() - begin
    check.equal("a graceful stop", server.stop(), 0)

    for cluster in INGEST:
        expected = collections.Counter(e for s in senders if s.cluster == cluster for e in s.events)
        found = collections.Counter(server.events("--where", f'cluster == "{cluster}"').split(b"\n")[:-1])
        check.equal(f"events of {cluster} that are missing", sum((expected - found).values()), 0)
        check.equal(f"events of {cluster} that are there twice", sum((found - expected).values()), 0)
    expected = collections.Counter(b for s in senders for b in s.broken)
    found = collections.Counter(server.events("--quarantined").split(b"\n")[:-1])
    check.equal("items in quarantine", found, expected)
    verified = subprocess.run([server.tool, "verify", "--store", server.store, "--quiet"], capture_output=True)
    check.equal("verify", verified.returncode, 0)
    statuses = sum((s.statuses for s in senders), collections.Counter())
    restarts.sort()
    print(
        f"{sum(len(s.events) for s in senders)} events in {sum(s.batches for s in senders)} batches over {len(senders)} connections "
        f"in {seconds:.0f} s; {arguments.kills} kills, {sum(s.retries for s in senders)} retries, {sum(s.repeats for s in senders)} repeats; "
        f"answers {dict(statuses)}; listening again after {restarts[len(restarts) // 2]:.2f} s (median), "
        f"{restarts[-1]:.2f} s (longest)")
    if check.failed == 0:
        shutil.rmtree(directory)
    else:
        print(f"see {directory}")
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
